export { GcsBackupBucket, type GcsBackupBucketArgs } from "./backupBucket";
export { RESTORER_PERMISSIONS, STATE_PERMISSIONS, WRITER_PERMISSIONS } from "./permissions";
