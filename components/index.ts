export type {
	AppArgs,
	BuildArgs,
	CacheDirectoryArgs,
	DataDirectoryArgs,
	DataVariable,
	HealthArgs,
	LogArgs,
} from "./app";
// Types alone: an app on a Docker host must not load the clouds' packages. The components are in ./aws and ./gcp.
export type { FargateApp, FargateAppArgs, FargateSize, S3BackupBucket, S3BackupBucketArgs } from "./aws/index";
export type { BackupStore } from "./backup";
export { DockerApp } from "./docker/app";
export type { DockerAppArgs, PublishArgs } from "./docker/args";
export type { HostBackup } from "./docker/backup";
export type { DomainArgs } from "./docker/domain";
export { checkDockerHost } from "./docker/host/index";
export { DockerPostgres, type DockerPostgresArgs } from "./docker/postgres";
export type { Acknowledge, DoorArgs } from "./doorArgs";
export type { AlertArgs, InstanceAppArgs, InstanceBackup, InstanceKeeperArgs } from "./instance";
export type { KeeperArgs } from "./keeperArgs";
export type { Database, MoveArgs } from "./postgres";
