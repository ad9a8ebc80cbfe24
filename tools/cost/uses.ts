import type { Assumptions } from "./estimate";
import type { LOOK_UP, PRICES } from "./prices";

/** A resource as a stack's program asks for it. */
export interface Resource {
	type: string;
	name: string;
	// biome-ignore lint/suspicious/noExplicitAny: what a program asks for has no type here
	inputs: Record<string, any>;
}

/** What a resource uses of something that has a price. */
export interface Use {
	what: string;
	price: keyof typeof PRICES | keyof typeof LOOK_UP;
	/** In a month. */
	quantity: number;
}

/** What rows need to know beside their own resource. */
interface Scene {
	assumptions: Assumptions;
	/** Writes to the backup store in a month. */
	writes: number;
	/** Days for which the store keeps what it gets. */
	days: number;
}

const HOURS = 730;
const SECONDS = HOURS * 3600;
const DAYS = HOURS / 24;
/** The keeper renews its lease three times in its length, of which the default is 30 s (components/keeperArgs.ts). */
const RENEWALS = SECONDS / 10;

/**
 * What Litestream writes: a file for each second with a write, and what is put together of them each 30 s, 5 min and hour
 * (components/keeper/litestream.ts); and the lease, while the keeper has a processor.
 */
export function storesWritten(resources: Resource[], assumptions: Assumptions): { writes: number; days: number } {
	const { writesPerDay } = assumptions;
	const files = [86_400, 2880, 288, 24].reduce((sum, most) => sum + Math.min(writesPerDay, most), 0);
	const service = resources.find(({ type }) => type === RUN_SERVICE);
	const running = service === undefined ? 1 : runningShare(service, assumptions);
	return { writes: files * DAYS + RENEWALS * running, days: daysKept(resources) };
}

const RUN_SERVICE = "gcp:cloudrunv2/service:Service";

function runningShare({ inputs }: Resource, { requestsPerDay, secondsPerRequest }: Assumptions): number {
	if ((inputs.template?.scaling?.minInstanceCount ?? 0) > 0) return 1;
	// At worst, no two requests at the same time.
	return Math.min(1, (requestsPerDay * secondsPerRequest) / 86_400);
}

/** The retention that the keeper is told of, and for how long old versions stay after it, in whichever definition it stands. */
function daysKept(resources: Resource[]): number {
	const text = JSON.stringify(resources.map(({ inputs }) => inputs)).replaceAll("\\", "");
	const retention = /"name":"HOLDFAST_RETENTION_DAYS","value":"(\d+)"/.exec(text)?.[1] ?? 30;
	const versions = [...text.matchAll(/"(?:daysSinceNoncurrentTime|noncurrentDays)":(\d+)/g)].map(([, days]) =>
		Number(days),
	);
	return Number(retention) + Math.max(0, ...versions);
}

/** `2`, `0.5` and `500m`. */
function cores(text = "1"): number {
	return text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text);
}

/** `512Mi`, `2Gi`. */
function gibibytes(text = "512Mi"): number {
	const [, amount, unit] = /^(\d+(?:\.\d+)?)(Mi|Gi)$/.exec(text) ?? [];
	return unit === "Gi" ? Number(amount) : Number(amount) / 1024;
}

const nothing = (): Use[] => [];
const one = (what: string, price: Use["price"]) => (): Use[] => [{ what, price, quantity: 1 }];

function runService(resource: Resource, { assumptions }: Scene): Use[] {
	const containers: { resources?: { limits?: Record<string, string> } }[] = resource.inputs.template?.containers ?? [];
	const sum = (of: (limits: Record<string, string>) => number) =>
		containers.reduce((all, { resources }) => all + of(resources?.limits ?? {}), 0);
	const share = runningShare(resource, assumptions);
	const alwaysOn = (resource.inputs.template?.scaling?.minInstanceCount ?? 0) > 0;
	const how = alwaysOn ? "always on" : "while requests run";
	const seconds = SECONDS * share;
	const uses: Use[] = [
		{
			what: `processor, ${how}`,
			price: alwaysOn ? "runCpuAlways" : "runCpuRequest",
			quantity: seconds * sum(({ cpu }) => cores(cpu)),
		},
		{
			what: `memory, ${how}`,
			price: alwaysOn ? "runMemoryAlways" : "runMemoryRequest",
			quantity: seconds * sum(({ memory }) => gibibytes(memory)),
		},
		{ what: "log", price: "gcpLogs", quantity: assumptions.logGbPerMonth },
		{ what: "answers to the internet", price: "gcpTraffic", quantity: assumptions.trafficGbPerMonth },
	];
	if (!alwaysOn) uses.push({ what: "requests", price: "runRequests", quantity: assumptions.requestsPerDay * DAYS });
	const volumes: { emptyDir?: { medium?: string } }[] = resource.inputs.template?.volumes ?? [];
	if (volumes.some(({ emptyDir }) => emptyDir?.medium === "DISK"))
		uses.push({ what: "disk", price: "gcpDisk", quantity: 1 });
	return uses;
}

/** A whole copy of the database each day, kept for retention, grace and soft delete; the changes between are small beside it. */
function bucket(storage: "gcsStorage" | "s3Storage", writing: "gcsWrites" | "s3Writes") {
	return ({ inputs }: Resource, { assumptions, writes, days }: Scene): Use[] => {
		const soft = (inputs.softDeletePolicy?.retentionDurationSeconds ?? 0) / 86_400;
		return [
			{
				what: "a copy of the database a day, retention and grace",
				price: storage,
				quantity: assumptions.databaseGb * (days + soft + 1),
			},
			{ what: "writes: changes and the lease", price: writing, quantity: writes },
		];
	};
}

function task({ inputs }: Resource, { assumptions }: Scene): Use[] {
	const disk = Math.max(0, (inputs.ephemeralStorage?.sizeInGib ?? 20) - 20);
	return [
		{ what: "processor", price: "fargateCpu", quantity: (Number(inputs.cpu) / 1024) * HOURS },
		{ what: "memory", price: "fargateMemory", quantity: (Number(inputs.memory) / 1024) * HOURS },
		{ what: "disk", price: "fargateDisk", quantity: disk * HOURS },
		{ what: "answers to the internet", price: "awsTraffic", quantity: assumptions.trafficGbPerMonth },
	];
}

function loadBalancer({ inputs }: Resource, { assumptions }: Scene): Use[] {
	const perHour = assumptions.requestsPerDay / 24;
	// The largest of what makes a unit: bytes of the answers, and new connections, one for each request at worst.
	const units = Math.max(assumptions.trafficGbPerMonth / HOURS, perHour / 3600 / 25);
	const subnets: unknown[] = inputs.subnets ?? [];
	return [
		{ what: "hours", price: "balancerHours", quantity: HOURS },
		{ what: "use", price: "balancerUnits", quantity: units * HOURS },
		...(inputs.internal === true
			? []
			: [{ what: "public addresses, one a zone", price: "awsAddress", quantity: subnets.length * HOURS } as Use]),
	];
}

function service({ inputs }: Resource): Use[] {
	const isPublic = inputs.networkConfiguration?.assignPublicIp === true;
	return isPublic ? [{ what: "public address of the task", price: "awsAddress", quantity: HOURS }] : [];
}

/** `regional` pays for two of each. */
function sqlInstance({ inputs }: Resource): Use[] {
	const { tier = "", availabilityType, diskSize = 10 } = inputs.settings ?? {};
	const machines = availabilityType === "REGIONAL" ? 2 : 1;
	const [, cores, memory] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
	const machine: Use[] =
		cores === undefined
			? [{ what: `machine ${tier}`, price: "sqlSharedCore", quantity: HOURS * machines }]
			: [
					{ what: "processor", price: "sqlCpu", quantity: Number(cores) * HOURS * machines },
					{ what: "memory", price: "sqlMemory", quantity: (Number(memory) / 1024) * HOURS * machines },
				];
	return [
		...machine,
		{ what: "disk", price: "sqlDisk", quantity: Number(diskSize) * machines },
		{ what: "backups", price: "sqlBackups", quantity: 1 },
	];
}

/** What each type of resource uses. A type that is not here is said to be unknown, so that nothing is left out unseen. */
export const USES: Record<string, (resource: Resource, scene: Scene) => Use[]> = {
	[RUN_SERVICE]: runService,
	"gcp:storage/bucket:Bucket": bucket("gcsStorage", "gcsWrites"),
	"gcp:sql/databaseInstance:DatabaseInstance": sqlInstance,
	"gcp:secretmanager/secretVersion:SecretVersion": one("secret", "gcpSecret"),
	"gcp:artifactregistry/repository:Repository": (_, { assumptions }) => [
		{ what: "images", price: "gcpImages", quantity: assumptions.imagesGb },
	],
	"gcp:monitoring/alertPolicy:AlertPolicy": one("alert", "gcpAlertPolicy"),
	"gcp:logging/metric:Metric": one("metric of the log", "gcpLogMetric"),
	"aws:ecs/taskDefinition:TaskDefinition": task,
	"aws:ecs/service:Service": service,
	"aws:lb/loadBalancer:LoadBalancer": loadBalancer,
	"aws:s3/bucket:Bucket": bucket("s3Storage", "s3Writes"),
	"aws:secretsmanager/secret:Secret": one("secret", "awsSecret"),
	"aws:ecr/repository:Repository": (_, { assumptions }) => [
		{ what: "images", price: "awsImages", quantity: assumptions.imagesGb },
	],
	"aws:cloudwatch/logGroup:LogGroup": (_, { assumptions }) => [
		{ what: "log", price: "awsLogs", quantity: assumptions.logGbPerMonth },
	],
	"aws:cloudwatch/logMetricFilter:LogMetricFilter": one("metric of the log", "awsMetric"),
	"aws:cloudwatch/metricAlarm:MetricAlarm": one("alarm", "awsAlarm"),
	"aws:efs/fileSystem:FileSystem": (_, { assumptions }) => [
		{ what: "files, and their backup", price: "awsFiles", quantity: assumptions.filesGb },
	],
	"aws:sns/topicSubscription:TopicSubscription": one("mails of alarms", "awsMail"),
	...Object.fromEntries(
		[
			// Settings, permissions and connections, which are not paid for.
			"gcp:projects/service:Service",
			"gcp:sql/database:Database",
			"gcp:sql/user:User",
			"gcp:projects/iAMMember:IAMMember",
			// The minutes of a move.
			"gcp:cloudrunv2/job:Job",
			"gcp:projects/iAMCustomRole:IAMCustomRole",
			"gcp:serviceaccount/account:Account",
			"gcp:storage/bucketIAMMember:BucketIAMMember",
			"gcp:secretmanager/secret:Secret",
			"gcp:secretmanager/secretIamMember:SecretIamMember",
			"gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
			"gcp:cloudrun/domainMapping:DomainMapping",
			"gcp:monitoring/notificationChannel:NotificationChannel",
			"aws:ecs/cluster:Cluster",
			"aws:lb/targetGroup:TargetGroup",
			"aws:lb/listener:Listener",
			"aws:ec2/securityGroup:SecurityGroup",
			"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
			"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
			"aws:iam/role:Role",
			"aws:iam/policy:Policy",
			"aws:iam/rolePolicy:RolePolicy",
			"aws:iam/rolePolicyAttachment:RolePolicyAttachment",
			"aws:s3/bucketOwnershipControls:BucketOwnershipControls",
			"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
			"aws:s3/bucketVersioning:BucketVersioning",
			"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
			"aws:s3/bucketPolicy:BucketPolicy",
			"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
			"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
			"aws:secretsmanager/secretVersion:SecretVersion",
			"aws:efs/accessPoint:AccessPoint",
			"aws:efs/mountTarget:MountTarget",
			"aws:efs/backupPolicy:BackupPolicy",
			"aws:efs/fileSystemPolicy:FileSystemPolicy",
			"aws:ecr/lifecyclePolicy:LifecyclePolicy",
			"aws:sns/topic:Topic",
			"aws:sns/topicPolicy:TopicPolicy",
			"docker:index/remoteImage:RemoteImage",
			"docker:index/registryImage:RegistryImage",
			"docker:index/tag:Tag",
			"docker:index/image:Image",
		].map((type) => [type, nothing]),
	),
};
