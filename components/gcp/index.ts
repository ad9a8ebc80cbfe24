export { GcsBackupBucket, type GcsBackupBucketArgs } from "./backupBucket";
export { CloudRunApp } from "./cloudRunApp";
export type { CloudRunAppArgs, CloudRunBackup, CloudRunDiskArgs } from "./cloudRunArgs";
export { cloudRunAppProblems } from "./cloudRunRules";
export { RESTORER_PERMISSIONS, STATE_PERMISSIONS, WRITER_PERMISSIONS } from "./permissions";
