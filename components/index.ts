export type {
	AppArgs,
	BuildArgs,
	CacheDirectoryArgs,
	DataDirectoryArgs,
	DataVariable,
	HealthArgs,
	LogArgs,
} from "./app";
export { DockerApp } from "./docker/app";
export type { DockerAppArgs, PublishArgs } from "./docker/args";
export { checkDockerHost } from "./docker/host/index";
