import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { instancePorts, SCRATCH } from "../instance";
import { KEEPER_STOP } from "./fargateRules";
import { KEEPER_MEMORY_MIB } from "./fargateSizes";

/** The volumes of a task. All but `files` are directories of the task's own disk. */
export const VOLUMES = {
	data: "data",
	scratch: "scratch",
	/** What is at `/tmp`, for the root file systems are read-only. */
	keeperTemporary: "keeper-tmp",
	appTemporary: "app-tmp",
	cache: "cache",
	files: "files",
} as const;

/** What the containers of a task are made of. */
export interface TaskParts {
	app: App;
	/** References with digests. */
	appImage: pulumi.Input<string>;
	keeperImage: pulumi.Input<string>;
	keeperEnvironment: Record<string, pulumi.Input<string>>;
	appEnvironment: Record<string, pulumi.Input<string>>;
	/** ARN of each secret's version, by the name of its variable. */
	secrets: Record<string, pulumi.Input<string>>;
	/** Where the files on EFS are mounted. */
	filesPath?: string;
	restoreSeconds: number;
	logGroup: pulumi.Input<string>;
	region: pulumi.Input<string>;
}

/**
 * The containers of a task, as ECS takes them, in the order in which they start: `gate` makes the disk ready and ends;
 * `keeper` restores under the lease and becomes healthy; `migration`, if any, ends well; then the app runs.
 * They stop the other way round, so that the keeper takes the app's last write along. When the keeper or the app ends, the
 * task ends.
 */
export function containerDefinitions(parts: TaskParts) {
	return [
		gate(parts),
		keeper(parts),
		...(parts.app.migration === undefined ? [] : [migration(parts, parts.app.migration)]),
		appContainer(parts),
	];
}

/** Limits that ECS sets to health checks. */
const MOST_START_PERIOD = 300;
const MOST_RETRIES = 10;
const LEAST_INTERVAL = 5;

/**
 * Asks the keeper whether the data is in place. A failure within the start period does not count, a success in it does; what
 * is left of the restore's time are failures that are allowed. So up to 350 s, a keeper that is ready is seen within 5 s.
 * Every check is a process of its own, of about 0.1 s of a core (measured here, not on Fargate).
 */
export function keeperHealthCheck(restoreSeconds: number) {
	const startPeriod = Math.min(restoreSeconds, MOST_START_PERIOD);
	return {
		command: ["CMD", "node", "/keeper/keeper.js", "ready"],
		interval: Math.max(LEAST_INTERVAL, Math.ceil((restoreSeconds - startPeriod) / MOST_RETRIES)),
		timeout: 10,
		retries: MOST_RETRIES,
		startPeriod,
	};
}

/** What AWS takes in a tag. */
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/**
 * Where the data is, beside the containers, whose whole text a preview cannot show while an image in it is still to be built:
 * the guard reads it here.
 */
export function dataTags(app: App, keeperEnvironment: Record<string, pulumi.Input<string>>) {
	const told = [
		"APP",
		"DISK",
		"DATA_DIRECTORY",
		"DATABASE",
		"STORE",
		"RETENTION_DAYS",
		"ACKNOWLEDGE",
		"ON_STORE_OUTAGE",
	];
	const settings = told.map((name) => `HOLDFAST_${name}`);
	const variables = Object.entries(app.data.environment).map(([name, value]) => `${name}=${value}`);
	const tags = {
		...Object.fromEntries(Object.entries(keeperEnvironment).filter(([name]) => settings.includes(name))),
		HOLDFAST_VARIABLES: variables.join(" "),
	};
	return Object.fromEntries(Object.entries(tags).filter(([, value]) => typeof value !== "string" || TAG.test(value)));
}

/** Looks at the disk as root, gives what is mounted of it to the app's user, and ends. */
function gate(parts: TaskParts) {
	const { app, keeperImage, keeperEnvironment } = parts;
	const { keeperTemporary, appTemporary, cache } = VOLUMES;
	const others = [keeperTemporary, appTemporary, ...(app.cache === undefined ? [] : [cache])];
	const environment = {
		...keeperEnvironment,
		HOLDFAST_USER: owner(app),
		HOLDFAST_DIRECTORIES: others.map(gatePath).join(":"),
	};
	return {
		name: "gate",
		image: keeperImage,
		command: ["prepare"],
		essential: false,
		user: "0:0",
		readonlyRootFilesystem: true,
		environment: pairs(environment),
		mountPoints: [
			mount(VOLUMES.data, app.data.mountPath),
			mount(VOLUMES.scratch, SCRATCH),
			...others.map((volume) => mount(volume, gatePath(volume))),
		],
		logConfiguration: log(parts),
	};
}

/** Where the gate sees what other containers have elsewhere: its own `/tmp` must stay its own. */
function gatePath(volume: string): string {
	return `/holdfast/${volume}`;
}

function keeper(parts: TaskParts) {
	const { app, keeperImage, keeperEnvironment, restoreSeconds } = parts;
	const { door, status } = instancePorts(app);
	return {
		name: "keeper",
		image: keeperImage,
		command: ["replicate"],
		// The dead-man switch: without the keeper, ECS ends the task, and the app with it.
		essential: true,
		...closed(app),
		memoryReservation: KEEPER_MEMORY_MIB,
		environment: pairs(keeperEnvironment),
		mountPoints: [
			mount(VOLUMES.data, app.data.mountPath),
			mount(VOLUMES.scratch, SCRATCH),
			mount(VOLUMES.keeperTemporary, "/tmp"),
		],
		portMappings: [door, status].map((port) => ({ containerPort: port, hostPort: port, protocol: "tcp" })),
		dependsOn: [after("gate", "SUCCESS")],
		// No startTimeout: on Fargate it is 120 s at most, and a restore may take longer.
		healthCheck: keeperHealthCheck(restoreSeconds),
		stopTimeout: KEEPER_STOP.timeout,
		logConfiguration: log(parts),
	};
}

function migration(parts: TaskParts, words: string[]) {
	return {
		name: "migration",
		...appProcess(parts),
		...program(words),
		essential: false,
		dependsOn: [after("keeper", "HEALTHY")],
		logConfiguration: log(parts),
	};
}

function appContainer(parts: TaskParts) {
	const { app } = parts;
	return {
		name: "app",
		...appProcess(parts),
		...(app.command !== undefined && program(app.command)),
		essential: true,
		...(app.cpus !== undefined && { cpu: Math.round(app.cpus * 1024) }),
		...(app.memoryMiB !== undefined && { memory: app.memoryMiB }),
		dependsOn: [after("keeper", "HEALTHY"), ...(app.migration === undefined ? [] : [after("migration", "SUCCESS")])],
		stopTimeout: app.stopGraceSeconds,
		logConfiguration: log(parts),
	};
}

/** What the app and its migration have in common. */
function appProcess({ app, appImage, appEnvironment, secrets, filesPath }: TaskParts) {
	const references = Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom }));
	return {
		image: appImage,
		...closed(app),
		environment: pairs(appEnvironment),
		...(references.length > 0 && { secrets: references }),
		mountPoints: [
			mount(VOLUMES.data, app.data.mountPath),
			mount(VOLUMES.appTemporary, "/tmp"),
			...(app.cache === undefined ? [] : [mount(VOLUMES.cache, app.cache.mountPath)]),
			...(filesPath === undefined ? [] : [mount(VOLUMES.files, filesPath)]),
		],
	};
}

/** The program takes the place of what the image says as a whole, its own arguments included. */
function program([first, ...rest]: string[]) {
	return { entryPoint: [first], ...(rest.length > 0 && { command: rest }) };
}

/** As the app's user, with no privilege and nothing to write to but its mounts. */
function closed(app: App) {
	return {
		user: owner(app),
		readonlyRootFilesystem: true,
		// The empty list is what AWS answers where nothing is added. Without it, AWS's provider finds a difference in each
		// update, and stops the task for a new one that is the same: braintrustdata/terraform-aws-braintrust-data-plane#335.
		linuxParameters: { capabilities: { add: [], drop: ["ALL"] }, initProcessEnabled: true },
	};
}

function owner({ user, group }: App): string {
	return `${user}:${group}`;
}

/** In one order, whatever the order of the arguments: another one would be another revision. */
function pairs(environment: Record<string, pulumi.Input<string>>) {
	return Object.entries(environment)
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([name, value]) => ({ name, value }));
}

function mount(sourceVolume: string, containerPath: string) {
	return { sourceVolume, containerPath, readOnly: false };
}

function after(containerName: string, condition: "SUCCESS" | "HEALTHY") {
	return { containerName, condition };
}

function log({ logGroup, region }: TaskParts) {
	return {
		logDriver: "awslogs",
		options: { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "holdfast" },
	};
}
