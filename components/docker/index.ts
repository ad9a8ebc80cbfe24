export type {
	AppArgs,
	BuildArgs,
	CacheDirectoryArgs,
	DataDirectoryArgs,
	DataVariable,
	HealthArgs,
	LogArgs,
} from "../app";
export type { BackupStore } from "../backup";
export type { Acknowledge, DoorArgs } from "../doorArgs";
export type { KeeperArgs } from "../keeperArgs";
export type { Database, MoveArgs } from "../postgres";
export { DockerApp } from "./app";
export type { DockerAppArgs, PublishArgs } from "./args";
export type { HostBackup } from "./backup";
export type { DomainArgs } from "./domain";
export { checkDockerHost } from "./host/index";
export { DockerPostgres, type DockerPostgresArgs } from "./postgres";
export type { StatusPageArgs } from "./statusPage";
