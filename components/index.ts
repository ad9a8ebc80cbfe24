// The Docker part alone: an app on a Docker host must need no package of a cloud. Those parts are ./gcp and ./aws.
export * from "./docker/index";
export type { AlertArgs, InstanceAppArgs, InstanceBackup, InstanceKeeperArgs } from "./instance";
