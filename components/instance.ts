import * as pulumi from "@pulumi/pulumi";
import { type App, type AppArgs, normalPath, plainEnvironment } from "./app";
import { appProblems, overlap } from "./appRules";
import type { BackupStore } from "./backup";
import { doorEnvironment } from "./doorArgs";
import { type KeeperArgs, keeperEnvironment } from "./keeperArgs";
import { appIdentity } from "./names";
import { type Problem, shown } from "./validate";

/** What an app needs to say where an instance is a keeper and the app side by side, on a disk that goes with them. */
export interface InstanceAppArgs extends AppArgs {
	/**
	 * Who reaches the app: `public`, everybody who knows its address; `private`, only who the platform lets in.
	 * @default "private"
	 */
	ingress?: "public" | "private";
	/** Whom the platform tells of what is wrong with the data or the app. @default - nobody */
	alerts?: AlertArgs;
	/** How watchful the keeper is, and its image. */
	keeper?: InstanceKeeperArgs;
	/**
	 * Only 1: SQLite has one writer. More is an error that says what to do instead. On Cloud Run with `database: "postgres"`,
	 * the most at a time, 1 to 100. @default 1
	 */
	instances?: number;
}

/** Where alerts go. */
export interface AlertArgs {
	/** The address; it must be confirmed once where the platform asks for that. */
	email: pulumi.Input<string>;
}

/** The keeper beside an app. */
export interface InstanceKeeperArgs extends KeeperArgs {
	/**
	 * Reference of a keeper's image that exists, with its digest, made for the same user as the app's.
	 * @default - built on this machine, and pushed beside the app's
	 */
	image?: pulumi.Input<string>;
}

/** What an app component needs to know of its backup. */
export interface InstanceBackup {
	/** Where the replica is. Its credentials are those of the instance itself, so that there are no keys. */
	store: Omit<BackupStore, "secrets">;
}

/** The TCP ports of an instance, whose containers share one network: the door's never is the app's. */
export function instancePorts(app: Pick<App, "port">): { door: number; status: number } {
	return { door: app.port === 8080 ? 8081 : 8080, status: app.port === 9400 ? 9401 : 9400 };
}

/** What an instance mounts for itself lies in it. */
const OWN_DIRECTORY = "/holdfast";
/** Where drills have their room, in the keeper's containers alone. */
export const SCRATCH = `${OWN_DIRECTORY}/scratch`;

/** How a platform stops and starts an instance. */
export interface InstanceTerms {
	/** Seconds that the keeper has from SIGTERM on, its own reserve included. */
	stopSeconds: number;
	/** The app's image, by its digest. */
	image: pulumi.Input<string>;
}

/** The keeper's environment in an instance. The platform starts the app once the keeper answers well at `/ready`. */
export function instanceKeeperEnvironment(
	name: string,
	app: App,
	{ store }: InstanceBackup,
	keeper: KeeperArgs | undefined,
	{ stopSeconds, image }: InstanceTerms,
): Record<string, pulumi.Input<string>> {
	const { door, status } = instancePorts(app);
	const local = `127.0.0.1:${app.port}`;
	return {
		HOLDFAST_APP: appIdentity(name),
		HOLDFAST_DISK: "temporary",
		HOLDFAST_DATA_DIRECTORY: app.data.mountPath,
		HOLDFAST_DATABASE: app.data.databasePath,
		HOLDFAST_STORE: store.url,
		...(store.retentionDays !== undefined && { HOLDFAST_RETENTION_DAYS: `${store.retentionDays}` }),
		HOLDFAST_SCRATCH: SCRATCH,
		HOLDFAST_STOP_SECONDS: `${stopSeconds}`,
		HOLDFAST_PORT: `${status}`,
		HOLDFAST_APP_PORT: `${door}`,
		HOLDFAST_APP_TARGET: local,
		...(app.health !== undefined && {
			HOLDFAST_APP_HEALTH: `http://${local}${app.health.path}`,
			HOLDFAST_APP_START_SECONDS: `${appStartSeconds(app.health)}`,
		}),
		...(app.initialData !== undefined && { HOLDFAST_INITIAL_DATA: app.initialData }),
		...(app.deploy.mayLose.length > 0 && { HOLDFAST_MAY_LOSE: app.deploy.mayLose.join(",") }),
		HOLDFAST_VERSION: versionOf(image, app),
		HOLDFAST_LOG: "json",
		...keeperEnvironment(keeper),
		...doorEnvironment({ ...app, acknowledge: app.acknowledge ?? "replicated" }),
		...store.environment,
	};
}

/** The app's environment in an instance. Secrets are variables by reference to the platform's own store, no files. */
export function instanceAppEnvironment(app: App): Record<string, pulumi.Input<string>> {
	return plainEnvironment(app);
}

/** Which program the app is. At the start of another one than the one before, no row may go: a migration could take it. */
function versionOf(image: pulumi.Input<string>, { migration, command }: App): pulumi.Input<string> {
	if (migration === undefined && command === undefined) return image;
	return pulumi.interpolate`${image} ${JSON.stringify({ migration, command })}`;
}

/** Seconds from the app's start to where it counts as failed. */
export function appStartSeconds({ startPeriodSeconds, intervalSeconds, retries }: NonNullable<App["health"]>): number {
	return startPeriodSeconds + intervalSeconds * retries;
}

/** Everything that is wrong with an app beside a keeper, whatever the cloud. */
export function instanceProblems(args: InstanceAppArgs): Problem[] {
	const { instances, ingress, initialData, user, alerts, door } = args;
	// What the app's own rules say of a door that relays is for a Docker host, where there may be one.
	const problems = appProblems(door === false ? { ...args, door: undefined } : args);
	if (door === false) {
		const reason =
			"must not be false here (got false): a door that only relays cannot hold an answer back, and none may go out while the right to write may be another instance's; leave it out";
		problems.push({ propertyPath: "door", reason });
	}
	if (instances !== undefined && instances !== 1) {
		const reason = `must be 1 (got ${shown(instances)}): SQLite has one writer, and two instances would each have data of their own; an app that needs more moves to Postgres first`;
		problems.push({ propertyPath: "instances", reason });
	}
	if (ingress !== undefined && ingress !== "public" && ingress !== "private") {
		problems.push({ propertyPath: "ingress", reason: `must be public or private (got ${shown(ingress)})` });
	}
	if (initialData?.startsWith("/")) {
		const reason = `must be an object such as s3://bucket/notes.db or gs://bucket/notes.db, for an instance has no host whose files stay (got ${shown(initialData)}): upload it first`;
		problems.push({ propertyPath: "initialData", reason });
	}
	if (typeof user === "string") {
		const reason = `must be a number, for the image is not on this machine to look a name up (got ${shown(user)}): write the id, as docker run --rm IMAGE id -u prints it`;
		problems.push({ propertyPath: "user", reason });
	}
	problems.push(...ownMountProblems("data.mountPath", args.data.mountPath));
	problems.push(...ownMountProblems("cache.mountPath", args.cache?.mountPath));
	problems.push(...hostProblems(args));
	if (alerts !== undefined && !pulumi.Output.isInstance(alerts.email) && !/^[^\s@]+@[^\s@]+$/.test(`${alerts.email}`)) {
		const reason = `must be an e-mail address (got ${shown(alerts.email)})`;
		problems.push({ propertyPath: "alerts.email", reason });
	}
	return problems;
}

/** What is wrong with a mount of the user's that would meet one of the instance's own, or hide the keeper's program. */
export function ownMountProblems(propertyPath: string, path: string | undefined): Problem[] {
	const met = [OWN_DIRECTORY, "/keeper"].find((own) => path !== undefined && overlap(own, normalPath(path)));
	if (met === undefined) return [];
	const reason = `must not be or lie in ${met}, which is the keeper's (got ${shown(path)}): use something like /app/data`;
	return [{ propertyPath, reason }];
}

/** What only a Docker host can do, and would be left out here unseen. */
function hostProblems({ logs, deploy }: InstanceAppArgs): Problem[] {
	const only = (propertyPath: string, value: unknown, fix: string) => ({
		propertyPath,
		reason: `is for an app on a Docker host (got ${shown(value)}): ${fix}`,
	});
	const problems: Problem[] = [];
	if (logs !== undefined)
		problems.push(
			only(
				"logs",
				logs,
				"here, the platform keeps the log; leave it out (on Fargate, logRetentionDays says for how long)",
			),
		);
	// What is neither a group nor false, the app's own rules name.
	if (typeof deploy?.rehearsal === "object") {
		const fix =
			"here, a migration runs on the new instance's own copy of the data, and rows that it takes block it; leave it out, and deploy to staging first";
		problems.push(only("deploy.rehearsal", deploy.rehearsal, fix));
	}
	if (deploy?.rollback !== undefined) {
		problems.push(only("deploy.rollback", deploy.rollback, "here, deploy the image of before"));
	}
	return problems;
}
