import { CLUSTER, DISK, type KindTable } from "./kind";

const KEY = "What is encrypted with it cannot be read any more.";
const LIFECYCLE = { noun: "lifecycle of a bucket", nameProperty: "bucket", role: "settings" } as const;
const bucket = { noun: "bucket", nameProperty: "bucket" };

export const AWS: KindTable = {
	"aws:s3/bucket:Bucket": bucket,
	"aws:s3/bucketV2:BucketV2": bucket,
	"aws:s3/directoryBucket:DirectoryBucket": bucket,
	"aws:rds/instance:Instance": { noun: "database server", nameProperty: "identifier" },
	"aws:rds/cluster:Cluster": { noun: "database cluster", nameProperty: "clusterIdentifier" },
	"aws:rds/snapshot:Snapshot": { noun: "snapshot", nameProperty: "dbSnapshotIdentifier" },
	"aws:rds/clusterSnapshot:ClusterSnapshot": { noun: "snapshot", nameProperty: "dbClusterSnapshotIdentifier" },
	"aws:docdb/cluster:Cluster": { noun: "database cluster", nameProperty: "clusterIdentifier" },
	"aws:neptune/cluster:Cluster": { noun: "database cluster", nameProperty: "clusterIdentifier" },
	"aws:redshift/cluster:Cluster": { noun: "warehouse", nameProperty: "clusterIdentifier" },
	"aws:dynamodb/table:Table": "table",
	"aws:dynamodb/globalTable:GlobalTable": "table",
	"aws:keyspaces/table:Table": { noun: "table", nameProperty: "tableName" },
	"aws:timestreamwrite/table:Table": { noun: "table", nameProperty: "tableName" },
	"aws:elasticache/cluster:Cluster": { noun: "cache cluster", nameProperty: "clusterId" },
	"aws:elasticache/replicationGroup:ReplicationGroup": { noun: "cache cluster", nameProperty: "replicationGroupId" },
	"aws:memorydb/cluster:Cluster": "MemoryDB cluster",
	"aws:opensearch/domain:Domain": { noun: "search domain", nameProperty: "domainName" },
	"aws:elasticsearch/domain:Domain": { noun: "search domain", nameProperty: "domainName" },
	"aws:efs/fileSystem:FileSystem": { noun: "file system", nameProperty: "creationToken" },
	"aws:fsx/lustreFileSystem:LustreFileSystem": "file system",
	"aws:fsx/ontapFileSystem:OntapFileSystem": "file system",
	"aws:fsx/openZfsFileSystem:OpenZfsFileSystem": "file system",
	"aws:fsx/windowsFileSystem:WindowsFileSystem": "file system",
	"aws:ebs/volume:Volume": "volume",
	"aws:ebs/snapshot:Snapshot": "snapshot",
	"aws:backup/vault:Vault": "backup vault",
	"aws:lightsail/disk:Disk": "disk",
	"aws:ec2/instance:Instance": { noun: "server", role: "host", cost: DISK },
	"aws:lightsail/instance:Instance": { noun: "server", role: "host", cost: DISK },
	"aws:eks/cluster:Cluster": { noun: "Kubernetes cluster", role: "host", cost: CLUSTER },
	"aws:rds/globalCluster:GlobalCluster": { noun: "database cluster", nameProperty: "globalClusterIdentifier" },
	"aws:msk/cluster:Cluster": { noun: "Kafka cluster", nameProperty: "clusterName" },
	"aws:fsx/backup:Backup": "backup",
	"aws:lightsail/database:Database": { noun: "database server", nameProperty: "relationalDatabaseName" },
	"aws:cognito/userPool:UserPool": { noun: "user pool", cost: "All users in it are gone." },
	"aws:ecr/repository:Repository": {
		noun: "image repository",
		cost: "All images in it are gone, also those of the versions to go back to.",
	},
	"aws:secretsmanager/secret:Secret": { noun: "secret", role: "key", cost: "Its values are gone." },
	"aws:kms/key:Key": { noun: "encryption key", nameProperty: "description", role: "key", cost: KEY },
	// What keeps a bucket or a file system safe is a resource of its own.
	"aws:s3/bucketVersioning:BucketVersioning": guard("versioning of a bucket"),
	"aws:s3/bucketVersioningV2:BucketVersioningV2": guard("versioning of a bucket"),
	"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
		guard("encryption of a bucket"),
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": guard("public access block of a bucket"),
	"aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": guard("public access block of the account"),
	"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": LIFECYCLE,
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": LIFECYCLE,
	"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": guard("object lock of a bucket"),
	"aws:s3/bucketReplicationConfig:BucketReplicationConfig": guard("replication of a bucket"),
	"aws:efs/replicationConfiguration:ReplicationConfiguration": guard("replication of a file system"),
	"aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": guard("copies of backups"),
	"aws:dlm/lifecyclePolicy:LifecyclePolicy": guard("snapshot schedule"),
	"aws:backup/vaultLockConfiguration:VaultLockConfiguration": guard("lock of a backup vault"),
	"aws:efs/backupPolicy:BackupPolicy": guard("backups of a file system"),
	"aws:backup/plan:Plan": guard("backup plan"),
	"aws:backup/selection:Selection": guard("backup plan's selection"),
};

function guard(noun: string) {
	return { noun, nameProperty: "bucket", role: "guard", cost: "What it kept safe is not any more." } as const;
}
