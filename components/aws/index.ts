export { S3BackupBucket, type S3BackupBucketArgs } from "./backupBucket";
export { restorerStatements, type Statement, writerStatements } from "./policies";
