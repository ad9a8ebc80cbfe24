import { CLUSTER, DISK, type KindTable } from "./kind";

const KEY = "What is encrypted with it cannot be read any more.";

const SCHEDULE = { noun: "backup schedule", role: "guard", cost: "What it kept safe is not any more." } as const;

export const GCP: KindTable = {
	"gcp:storage/bucket:Bucket": "bucket",
	"gcp:sql/databaseInstance:DatabaseInstance": "database server",
	"gcp:sql/database:Database": "database",
	"gcp:alloydb/cluster:Cluster": { noun: "database cluster", nameProperty: "clusterId" },
	"gcp:alloydb/instance:Instance": { noun: "database server", nameProperty: "instanceId" },
	"gcp:spanner/instance:Instance": "Spanner instance",
	"gcp:spanner/database:Database": "database",
	"gcp:bigtable/instance:Instance": "Bigtable instance",
	"gcp:bigtable/table:Table": "table",
	"gcp:bigquery/dataset:Dataset": { noun: "dataset", nameProperty: "datasetId" },
	"gcp:bigquery/table:Table": { noun: "table", nameProperty: "tableId" },
	"gcp:firestore/database:Database": "Firestore database",
	"gcp:filestore/instance:Instance": "file share",
	"gcp:netapp/volume:Volume": "NetApp volume",
	"gcp:compute/disk:Disk": "disk",
	"gcp:compute/regionDisk:RegionDisk": "disk",
	"gcp:compute/snapshot:Snapshot": "snapshot",
	"gcp:compute/instance:Instance": { noun: "server", role: "host", cost: DISK },
	"gcp:container/cluster:Cluster": { noun: "Kubernetes cluster", role: "host", cost: CLUSTER },
	"gcp:redis/instance:Instance": "Redis instance",
	"gcp:redis/cluster:Cluster": "Redis cluster",
	"gcp:memorystore/instance:Instance": { noun: "Memorystore instance", nameProperty: "instanceId" },
	"gcp:backupdisasterrecovery/backupVault:BackupVault": { noun: "backup vault", nameProperty: "backupVaultId" },
	"gcp:artifactregistry/repository:Repository": {
		noun: "image repository",
		nameProperty: "repositoryId",
		cost: "All images in it are gone, also those of the versions to go back to.",
	},
	"gcp:secretmanager/secret:Secret": {
		noun: "secret",
		nameProperty: "secretId",
		role: "key",
		cost: "Its values are gone.",
	},
	"gcp:firestore/backupSchedule:BackupSchedule": SCHEDULE,
	"gcp:spanner/backupSchedule:BackupSchedule": SCHEDULE,
	"gcp:compute/resourcePolicy:ResourcePolicy": SCHEDULE,
	"gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": SCHEDULE,
	"gcp:kms/keyRing:KeyRing": { noun: "key ring", role: "key", cost: KEY },
	"gcp:kms/cryptoKey:CryptoKey": { noun: "encryption key", role: "key", cost: KEY },
};
