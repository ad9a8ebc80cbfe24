/** Placeholder until the table of slice core is merged. */
export interface Kind {
	type: string;
	noun: string;
}
const KINDS: Kind[] = [
	{ type: "docker:index/volume:Volume", noun: "volume" },
	{ type: "gcp:storage/bucket:Bucket", noun: "bucket" },
	{ type: "gcp:sql/databaseInstance:DatabaseInstance", noun: "database server" },
	{ type: "gcp:secretmanager/secret:Secret", noun: "secret" },
	{ type: "aws:s3/bucket:Bucket", noun: "bucket" },
	{ type: "aws:s3/bucketV2:BucketV2", noun: "bucket" },
	{ type: "aws:rds/instance:Instance", noun: "database server" },
	{ type: "aws:rds/cluster:Cluster", noun: "database cluster" },
	{ type: "aws:dynamodb/table:Table", noun: "table" },
	{ type: "aws:efs/fileSystem:FileSystem", noun: "file system" },
	{ type: "aws:secretsmanager/secret:Secret", noun: "secret" },
];
export function kindOf(type: string): Kind | undefined {
	return KINDS.find((kind) => kind.type === type);
}
