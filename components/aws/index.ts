export type { AlertArgs, InstanceAppArgs, InstanceBackup, InstanceKeeperArgs } from "../instance";
export { S3BackupBucket, type S3BackupBucketArgs } from "./backupBucket";
export { FargateApp } from "./fargateApp";
export type { FargateAppArgs, FargateTransforms, FilesArgs, NetworkArgs } from "./fargateArgs";
export type { FargateSize } from "./fargateSizes";
export { restorerStatements, type Statement, writerStatements } from "./policies";
