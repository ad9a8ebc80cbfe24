import { z } from "zod";

const words = z.record(z.string(), z.string());

/** The app, the same for every target. */
const app = z.strictObject({
	image: z.string().optional(),
	build: z.strictObject({ context: z.string(), dockerfile: z.string().optional(), args: words.optional() }).optional(),
	port: z.number(),
	data: z.strictObject({
		mountPath: z.string(),
		databaseFile: z.string(),
		variables: z.record(z.string(), z.enum(["directory", "file", "url"])).optional(),
		urlScheme: z.string().optional(),
	}),
	cache: z.strictObject({ mountPath: z.string(), variables: z.array(z.string()).optional() }).optional(),
	environment: words.optional(),
	secrets: z.array(z.string()).optional(),
	command: z.array(z.string()).optional(),
	health: z
		.union([
			z.literal(false),
			z.strictObject({
				path: z.string().optional(),
				intervalSeconds: z.number().optional(),
				timeoutSeconds: z.number().optional(),
				retries: z.number().optional(),
				startPeriodSeconds: z.number().optional(),
			}),
		])
		.optional(),
	migration: z.array(z.string()).optional(),
	user: z.union([z.number(), z.string()]).optional(),
	group: z.number().optional(),
	cpus: z.number().optional(),
	memoryMiB: z.number().optional(),
	logs: z.strictObject({ maxSizeMB: z.number().optional(), maxFiles: z.number().optional() }).optional(),
	stopGraceSeconds: z.number().optional(),
	initialData: z.string().optional(),
	deploy: z
		.strictObject({
			rehearsal: z.union([z.literal(false), z.strictObject({ network: z.boolean().optional() })]).optional(),
			mayLose: z.array(z.string()).optional(),
		})
		.optional(),
	acknowledge: z.enum(["local", "replicated"]).optional(),
	door: z
		.union([
			z.literal(false),
			z.strictObject({
				mostHeld: z.number().optional(),
				mostHeldMiB: z.number().optional(),
				longestHoldSeconds: z.number().optional(),
				drainSeconds: z.number().optional(),
				mostBodyMiB: z.number().optional(),
				onStoreOutage: z.enum(["refuse", "accept"]).optional(),
				acknowledgeSeconds: z.number().optional(),
			}),
		])
		.optional(),
});

const keeper = z.strictObject({
	drillHours: z.number().optional(),
	staleSeconds: z.number().optional(),
	leaseSeconds: z.number().optional(),
});

/** What every target has. */
const common = {
	name: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/),
	/** Of the guard, which reads and checks it: approvalProblems in components/guard/approvals.ts. */
	approvals: z.unknown().optional(),
};

/** Where the app has its data, on every target that has a Postgres. */
const database = z.enum(["sqlite", "postgres"]);

/** What is to be decided of a move, in the group `postgres`. */
const move = {
	replace: words.optional(),
	return: z.enum(["copy", "leave"]).optional(),
	settled: z.boolean().optional(),
	urlScheme: z.string().optional(),
};

const domain = z.union([
	z.string(),
	z.strictObject({
		name: z.string(),
		certificates: z.enum(["automatic", "internal"]).optional(),
		email: z.string().optional(),
		acmeDirectory: z.string().optional(),
		addresses: z.array(z.string()).optional(),
		httpPort: z.number().optional(),
		httpsPort: z.number().optional(),
	}),
]);

/** A Docker host. */
const docker = z.strictObject({
	...common,
	target: z.literal("docker").optional(),
	app,
	publish: z.strictObject({ port: z.number().optional(), address: z.string().optional() }).optional(),
	domain: domain.optional(),
	existingData: z.strictObject({ volume: z.string().optional(), directory: z.string().optional() }).optional(),
	keeper: keeper.optional(),
	statusPage: z
		.union([
			z.literal("false"),
			z.strictObject({ port: z.number().optional(), address: z.string().optional(), token: z.string().optional() }),
		])
		.optional(),
	database: database.optional(),
	postgres: z
		.strictObject({
			...move,
			databaseName: z.string().optional(),
			memoryMiB: z.number().optional(),
			cpus: z.number().optional(),
			dumpHours: z.number().optional(),
			logs: z.strictObject({ maxSizeMB: z.number().optional(), maxFiles: z.number().optional() }).optional(),
		})
		.optional(),
	backup: z
		.union([
			z.literal("false"),
			z.strictObject({
				volume: z.string().optional(),
				directory: z.string().optional(),
				url: z.string().optional(),
				environment: words.optional(),
				secrets: z.array(z.string()).optional(),
				retentionDays: z.number().optional(),
			}),
		])
		.optional(),
});

/** What the clouds have in common. */
const cloud = {
	...common,
	environment: z.enum(["staging", "prod"]).optional(),
	app: app.extend({ instances: z.number().optional() }),
	ingress: z.enum(["public", "private"]).optional(),
	alerts: z.strictObject({ email: z.string() }).optional(),
	keeper: keeper.extend({ image: z.string().optional() }).optional(),
};

const bucket = {
	bucketName: z.string().optional(),
	prefix: z.string().optional(),
	retentionDays: z.number().optional(),
	graceDays: z.number().optional(),
};

/** Google Cloud. */
const gcp = z.strictObject({
	...cloud,
	target: z.literal("gcp"),
	gcp: z
		.strictObject({
			scale: z.enum(["to-zero", "always-on"]).optional(),
			disk: z
				.strictObject({ sizeMiB: z.number().optional(), medium: z.enum(["memory", "disk"]).optional() })
				.optional(),
			domain: z.string().optional(),
			protectApp: z.boolean().optional(),
		})
		.optional(),
	database: database.optional(),
	postgres: z
		.strictObject({
			...move,
			attempt: z.number().optional(),
			version: z.enum(["POSTGRES_15", "POSTGRES_16", "POSTGRES_17", "POSTGRES_18"]).optional(),
			tier: z.string().optional(),
			availability: z.enum(["zonal", "regional"]).optional(),
			diskGB: z.number().optional(),
			mostDiskGB: z.number().optional(),
			backupsKept: z.number().optional(),
			recoveryDays: z.number().optional(),
			databaseName: z.string().optional(),
			instanceName: z.string().optional(),
			flags: words.optional(),
			protectDatabase: z.boolean().optional(),
			labels: words.optional(),
		})
		.optional(),
	backup: z
		.strictObject({
			...bucket,
			location: z.string().optional(),
			softDeleteDays: z.number().optional(),
			storageClass: z.enum(["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"]).optional(),
			kmsKeyName: z.string().optional(),
			labels: words.optional(),
		})
		.optional(),
});

/** AWS. */
const aws = z.strictObject({
	...cloud,
	target: z.literal("aws"),
	aws: z
		.strictObject({
			size: z.strictObject({ cpu: z.number(), memoryMiB: z.number() }).optional(),
			architecture: z.enum(["X86_64", "ARM64"]).optional(),
			diskGiB: z.number().optional(),
			restoreSeconds: z.number().optional(),
			network: z
				.strictObject({
					vpcId: z.string(),
					subnetIds: z.array(z.string()),
					loadBalancerSubnetIds: z.array(z.string()).optional(),
					publicAddress: z.boolean().optional(),
				})
				.optional(),
			certificateArn: z.string().optional(),
			domain: z.string().optional(),
			files: z.strictObject({ mountPath: z.string() }).optional(),
			logRetentionDays: z.number().optional(),
			protectApp: z.boolean().optional(),
		})
		.optional(),
	backup: z
		.strictObject({
			...bucket,
			kmsKeyArn: z.string().optional(),
			objectLock: z.strictObject({ mode: z.enum(["governance", "compliance"]), days: z.number() }).optional(),
			tags: words.optional(),
		})
		.optional(),
});

/** The shape of a stack's configuration, for each target. What the values mean is checked by the components. */
export const SHAPES = { docker, gcp, aws };

/** Where a stack can run: the values of `holdfast:target`. */
export type Target = keyof typeof SHAPES;

/** What a target is called in a sentence. */
export const TARGET_NAMES: Record<Target, string> = { docker: "a Docker host", gcp: "Google Cloud", aws: "AWS" };

/** What a configuration looks like once it has the right shape. */
export type Settings<T extends Target> = z.infer<(typeof SHAPES)[T]>;
