export type { AlertArgs, InstanceAppArgs, InstanceBackup, InstanceKeeperArgs } from "../instance";
export { GcsBackupBucket, type GcsBackupBucketArgs } from "./backupBucket";
export { CloudRunApp } from "./cloudRunApp";
export type {
	CloudRunAppArgs,
	CloudRunBackup,
	CloudRunDiskArgs,
	CloudRunMoveArgs,
	CloudRunPostgres,
} from "./cloudRunArgs";
export { cloudRunAppProblems } from "./cloudRunRules";
export type { CloudSqlPostgresArgs } from "./cloudSqlArgs";
export { CloudSqlPostgres } from "./cloudSqlPostgres";
export { RESTORER_PERMISSIONS, STATE_PERMISSIONS, WRITER_PERMISSIONS } from "./permissions";
export { PostgresMigration, type PostgresMigrationArgs } from "./postgresMigration";
