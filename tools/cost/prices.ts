/** What one unit of something costs in a month's bill. */
export interface Price {
	usd: number;
	/** The unit, as it reads after a quantity. */
	unit: string;
	/** Where this is the price. Elsewhere it is higher or the same, and the estimate says "at least". @default - everywhere */
	regions?: string[];
	/** Units a month that the provider gives for nothing, to an account that uses none of them elsewhere. @default 0 */
	free?: number;
	/** Where the figure was read, and the date of that page where it has one. */
	source: string;
	/** Where to look it up. */
	page: string;
}

/** The day on which the table was made. Nothing here is read from a price list at run time. */
export const PRICES_OF = "2026-11-22";

const RUN = "https://cloud.google.com/run/pricing";
const STORAGE = "https://cloud.google.com/storage/pricing";
const OBSERVABILITY = "https://cloud.google.com/stackdriver/pricing";
const FARGATE = "https://aws.amazon.com/fargate/pricing/";
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";
const S3 = "https://aws.amazon.com/s3/pricing/";
const BALANCER = "https://aws.amazon.com/elasticloadbalancing/pricing/";

/** Regions of Cloud Run's tier 1, as far as they were to be read with certainty; in tier 2 it costs more. */
const TIER_1 = ["us-central1", "us-east1", "us-east4", "us-west1", "europe-west1", "europe-west4", "europe-north1"];
const CHEAPEST_STORAGE = [
	"us-central1",
	"us-east1",
	"us-east5",
	"us-west1",
	"us-south1",
	"europe-west1",
	"europe-north1",
];
/** Enterprise edition, as the source has it; no other region was found. */
const CHEAPEST_SQL = ["us-central1"];
const SQL = "https://cloud.google.com/sql/pricing";
const SQL_SOURCE = "https://www.usage.ai/blogs/gcp/cloud-sql/pricing/ (May 2026)";
const VIRGINIA = ["us-east-1"];

/**
 * List prices in US dollars, before taxes and discounts. A price that was found in no source is not here: what it is for
 * then reads "look it up".
 */
export const PRICES = {
	runCpuRequest: { usd: 0.000024, unit: "vCPU-seconds", regions: TIER_1, free: 180_000, source: RUN, page: RUN },
	runMemoryRequest: { usd: 0.0000025, unit: "GiB-seconds", regions: TIER_1, free: 360_000, source: RUN, page: RUN },
	runRequests: {
		usd: 0.4 / 1e6,
		unit: "requests",
		free: 2e6,
		source: "https://cloudchipr.com/blog/cloud-run-pricing",
		page: RUN,
	},
	runCpuAlways: { usd: 0.000018, unit: "vCPU-seconds", regions: TIER_1, free: 240_000, source: RUN, page: RUN },
	runMemoryAlways: { usd: 0.000002, unit: "GiB-seconds", regions: TIER_1, free: 450_000, source: RUN, page: RUN },
	gcsStorage: { usd: 0.02, unit: "GB", regions: CHEAPEST_STORAGE, source: STORAGE, page: STORAGE },
	gcsWrites: {
		usd: 0.005 / 1000,
		unit: "writes",
		source: "https://cloud.google.com/storage/pricing-examples",
		page: STORAGE,
	},
	gcpTraffic: {
		usd: 0.12,
		unit: "GB",
		regions: TIER_1,
		source: "https://cloud.google.com/storage/pricing-examples",
		page: "https://cloud.google.com/vpc/network-pricing",
	},
	gcpSecret: {
		usd: 0.06,
		unit: "versions",
		free: 6,
		source: "https://cloud.google.com/secret-manager/pricing",
		page: "https://cloud.google.com/secret-manager/pricing",
	},
	gcpImages: {
		usd: 0.1,
		unit: "GB",
		free: 0.5,
		source: "https://cloud.google.com/artifact-registry/pricing",
		page: "https://cloud.google.com/artifact-registry/pricing",
	},
	gcpLogs: { usd: 0.5, unit: "GiB", free: 50, source: OBSERVABILITY, page: OBSERVABILITY },
	sqlCpu: { usd: 0.0413, unit: "vCPU-hours", regions: CHEAPEST_SQL, source: SQL_SOURCE, page: SQL },
	sqlMemory: { usd: 0.007, unit: "GB-hours", regions: CHEAPEST_SQL, source: SQL_SOURCE, page: SQL },
	fargateCpu: {
		usd: 0.04048,
		unit: "vCPU-hours",
		regions: VIRGINIA,
		source: "https://www.factualminds.com/blog/amazon-fargate-ecs-task-pricing-2026 (2026-06-17)",
		page: FARGATE,
	},
	fargateMemory: {
		usd: 0.004445,
		unit: "GB-hours",
		regions: VIRGINIA,
		source: "https://www.factualminds.com/blog/amazon-fargate-ecs-task-pricing-2026 (2026-06-17)",
		page: FARGATE,
	},
	fargateDisk: {
		usd: 0.000111,
		unit: "GB-hours above 20 GB",
		regions: VIRGINIA,
		source: "https://www.vantage.sh/blog/fargate-pricing",
		page: FARGATE,
	},
	balancerHours: {
		usd: 0.0225,
		unit: "hours",
		regions: VIRGINIA,
		source: "https://cloud-horizons.com/blog/alb-the-line-item-nobody-watches/ (2026-05-08)",
		page: BALANCER,
	},
	balancerUnits: {
		usd: 0.008,
		unit: "capacity units in an hour",
		regions: VIRGINIA,
		source: "https://cloud-horizons.com/blog/alb-the-line-item-nobody-watches/ (2026-05-08)",
		page: BALANCER,
	},
	s3Storage: {
		usd: 0.023,
		unit: "GB",
		regions: VIRGINIA,
		source: "https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
		page: S3,
	},
	s3Writes: {
		usd: 0.005 / 1000,
		unit: "writes",
		regions: VIRGINIA,
		source: "https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
		page: S3,
	},
	awsTraffic: {
		usd: 0.09,
		unit: "GB",
		regions: VIRGINIA,
		source: "https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
		page: "https://aws.amazon.com/ec2/pricing/on-demand/",
	},
	awsSecret: {
		usd: 0.4,
		unit: "secrets",
		source: "https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms",
		page: "https://aws.amazon.com/secrets-manager/pricing/",
	},
	awsImages: {
		usd: 0.1,
		unit: "GB",
		source: "https://c3x.dev/resources/gcp/google_artifact_registry_repository",
		page: "https://aws.amazon.com/ecr/pricing/",
	},
	awsLogs: {
		usd: 0.5,
		unit: "GB",
		regions: VIRGINIA,
		free: 5,
		source: "https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/ (2026-06-13)",
		page: CLOUDWATCH,
	},
	awsMetric: {
		usd: 0.3,
		unit: "metrics",
		regions: VIRGINIA,
		free: 10,
		source: "https://signoz.io/guides/cloudwatch-pricing (2026-02-15)",
		page: CLOUDWATCH,
	},
	awsAlarm: {
		usd: 0.1,
		unit: "alarms",
		regions: VIRGINIA,
		free: 10,
		source: "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm",
		page: CLOUDWATCH,
	},
	awsAddress: {
		usd: 0.005,
		unit: "address-hours",
		source: "https://www.doit.com/aws-public-ipv4-price-increase-the-complete-guide/",
		page: "https://aws.amazon.com/vpc/pricing/",
	},
} satisfies Record<string, Price>;

/** What has a price that was found in no source: where to look it up. */
export const LOOK_UP = {
	awsFiles: "https://aws.amazon.com/efs/pricing/",
	awsMail: "https://aws.amazon.com/sns/pricing/",
	gcpAlertPolicy: OBSERVABILITY,
	gcpLogMetric: OBSERVABILITY,
	gcpDisk: RUN,
	sqlDisk: SQL,
	sqlBackups: SQL,
	sqlSharedCore: SQL,
} as const;
