import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../app";
import { appStartSeconds, instanceProblems } from "../instance";
import { keeperProblems } from "../keeperArgs";
import { physicalName } from "../names";
import { moveProblems } from "../postgres";
import { type Problem, shown, wholeNumber } from "../validate";
import type { CloudRunAppArgs } from "./cloudRunArgs";
import { sizeProblems } from "./cloudRunSizes";
import { imageProblems } from "./images";

/** Cloud Run kills 10 seconds after it asked; the keeper's last sync needs the rest. */
const STOP_GRACE_SECONDS = 5;
/** The longest that a start-up probe may take; the app's migration is part of it. */
export const MOST_START_SECONDS = 240;

/** A new instance that asks for the data gives up after 60 seconds (components/keeper/applicant.ts), the last sync included. */
const MOST_DRAIN_SECONDS = 45;

/** Cloud Run's own limit. */
const NAME_LIMIT = 49;

/** The service of an app in its project and region: cut, with a hash, where it would be too long. */
export function serviceName(name: string): string {
	return physicalName([pulumi.getProject(), pulumi.getStack(), name], NAME_LIMIT);
}

/** Everything that is wrong with an app on Cloud Run. */
export function cloudRunAppProblems(
	name: string,
	args: CloudRunAppArgs,
	opts: pulumi.ComponentResourceOptions = {},
): Problem[] {
	return [
		...projectProblems(opts),
		...nameProblems(serviceName(name)),
		...locationProblems(args),
		...backupProblems(args),
		...instanceProblems({ ...args, instances: args.database === "postgres" ? undefined : args.instances }),
		...postgresProblems(args),
		...keeperProblems(args.keeper),
		...imageProblems("image", args.image),
		...imageProblems("keeper.image", args.keeper?.image),
		...scaleProblems(args),
		...sizeProblems(args),
		...timeProblems(args),
		...processProblems(args),
		...variableProblems(args),
		...domainProblems(args),
	];
}

function projectProblems({ provider, providers, parent }: pulumi.ComponentResourceOptions): Problem[] {
	// A provider, or a parent that may bring one, has a project of its own.
	if (gcp.config.project || provider !== undefined || providers !== undefined || parent !== undefined) return [];
	const reason =
		"must be known (got none): npm run pulumi -- config set gcp:project PROJECT, or give the component a gcp.Provider";
	return [{ propertyPath: "gcp:project", reason }];
}

function nameProblems(service: string): Problem[] {
	if (/^[a-z]/.test(service)) return [];
	const reason = `must begin with a letter, for it begins with the Pulumi project's (got ${shown(service)}): rename the project in Pulumi.yaml`;
	return [{ propertyPath: "name", reason }];
}

const REGION = /^[a-z]+-[a-z]+\d+$/;

function locationProblems({ location }: CloudRunAppArgs): Problem[] {
	const propertyPath = "location";
	if (REGION.test(`${location}`)) return [];
	const zone = /^([a-z]+-[a-z]+\d+)-[a-z]$/.exec(`${location}`);
	const fix = zone === null ? "write something like asia-southeast1" : `that is a zone of it: write ${zone[1]}`;
	return [{ propertyPath, reason: `must be a region of Google Cloud (got ${shown(location)}): ${fix}` }];
}

/** Which regions a multi-region or a dual-region's two halves cover. */
const COVERS: Record<string, RegExp> = {
	EU: /^europe-/,
	US: /^us-/,
	ASIA: /^asia-/,
	EUR4: /^europe-(north1|west4)$/,
	EUR5: /^europe-(west1|west2)$/,
	EUR7: /^europe-(west2|west3)$/,
	EUR8: /^europe-(west3|west6)$/,
	NAM4: /^us-(central1|east1)$/,
	ASIA1: /^asia-northeast[12]$/,
};

function backupProblems({ backup, location }: CloudRunAppArgs): Problem[] {
	const problems: Problem[] = [];
	const { url } = backup.store;
	if (typeof url === "string" && !url.startsWith("gs://")) {
		const reason = `must be a bucket of Cloud Storage, for which the service's own account is enough (got ${shown(url)}): use a GcsBackupBucket`;
		problems.push({ propertyPath: "backup.store.url", reason });
	}
	const there = backup.location;
	if (there === undefined || !REGION.test(`${location}`)) return problems;
	const covers = COVERS[there.toUpperCase()];
	if (covers === undefined ? there.toLowerCase() !== location : !covers.test(location)) {
		const reason = `must be where the app is, ${shown(location)}, or a multi-region around it (got ${shown(there)}): every acknowledged write waits for the bucket, and traffic between regions costs; make the bucket in ${location}`;
		problems.push({ propertyPath: "backup.location", reason });
	}
	return problems;
}

function scaleProblems({ scale = "to-zero", acknowledge, door }: CloudRunAppArgs): Problem[] {
	const problems: Problem[] = [];
	if (scale !== "to-zero" && scale !== "always-on") {
		problems.push({ propertyPath: "scale", reason: `must be to-zero or always-on (got ${shown(scale)})` });
	}
	if (scale === "to-zero" && door !== false && door?.onStoreOutage === "accept") {
		const reason =
			'must be refuse with scale: "to-zero" (got "accept"): once a request is answered, the instance has no processor to bring the write into the backup; leave it out, or set scale: "always-on"';
		problems.push({ propertyPath: "door.onStoreOutage", reason });
	}
	if (scale === "to-zero" && acknowledge === "local") {
		const reason =
			'must be replicated with scale: "to-zero" (got "local"): once a request is answered, the instance has no processor to bring the write into the backup; leave it out, or set scale: "always-on"';
		problems.push({ propertyPath: "acknowledge", reason });
	}
	return problems;
}

function timeProblems(args: CloudRunAppArgs): Problem[] {
	const problems: Problem[] = [];
	const { stopGraceSeconds, health, door } = args;
	const drainSeconds = door === false ? undefined : door?.drainSeconds;
	if (drainSeconds !== undefined && drainSeconds > MOST_DRAIN_SECONDS) {
		const reason = `must be ${MOST_DRAIN_SECONDS} or less on Cloud Run (got ${drainSeconds}): a new revision waits 60 seconds for the old one's running requests and its last sync, and then gives up`;
		problems.push({ propertyPath: "door.drainSeconds", reason });
	}
	if (stopGraceSeconds !== undefined && stopGraceSeconds > STOP_GRACE_SECONDS) {
		const reason = `must be ${STOP_GRACE_SECONDS} or less on Cloud Run (got ${stopGraceSeconds}): it kills 10 seconds after it asked, and the last writes must be in the backup by then`;
		problems.push({ propertyPath: "stopGraceSeconds", reason });
	}
	const { health: check } = withDefaults(args);
	if (health === undefined || health === false || check === undefined) return problems;
	const seconds = appStartSeconds(check);
	if (seconds > MOST_START_SECONDS) {
		const reason = `must leave the start at ${MOST_START_SECONDS} seconds or less, all that Cloud Run gives it (got startPeriodSeconds ${check.startPeriodSeconds} and ${check.retries} checks of ${check.intervalSeconds}, which is ${seconds}): lower one of them`;
		problems.push({ propertyPath: "health.startPeriodSeconds", reason });
	}
	if (check.timeoutSeconds > check.intervalSeconds) {
		const reason = `must not be longer than health.intervalSeconds on Cloud Run (got ${check.timeoutSeconds} and ${check.intervalSeconds})`;
		problems.push({ propertyPath: "health.timeoutSeconds", reason });
	}
	return problems;
}

/** Cloud Run's own limit is higher; so many instances would want more connections than a small server has. */
const MOST_INSTANCES = 100;

function postgresProblems(args: CloudRunAppArgs): Problem[] {
	const { postgres, location, database, instances, move } = args;
	const problems = [...moveProblems(args), ...wholeNumber("move.attempt", move?.attempt, 1, 1_000_000)];
	if (database === "postgres") problems.push(...wholeNumber("instances", instances, 1, MOST_INSTANCES));
	const there = postgres?.location;
	if (there !== undefined && there !== location && REGION.test(`${location}`)) {
		const reason = `must be where the app is, ${shown(location)} (got ${shown(there)}): every query would go from one region to the other and back; make the server in ${location}`;
		problems.push({ propertyPath: "postgres.location", reason });
	}
	return problems;
}

function processProblems({ migration, command, database }: CloudRunAppArgs): Problem[] {
	// On Postgres, a job of its own runs the migration.
	if (migration === undefined || command !== undefined || database === "postgres") return [];
	const reason = `must come with command (got only ${shown(migration)}): a container runs one process, so that the app's is named after the migration; write what the image's CMD says`;
	return [{ propertyPath: "migration", reason }];
}

/** Cloud Run refuses these: it sets them itself. */
const RESERVED = /^(K_SERVICE|K_REVISION|K_CONFIGURATION|K_SINK|X_GOOGLE_.*|CLOUD_RUN_.*)$/;

function variableProblems({ environment = {}, secrets = {} }: CloudRunAppArgs): Problem[] {
	const names = [
		...Object.keys(environment).map((name) => ["environment", name]),
		...Object.keys(secrets).map((name) => ["secrets", name]),
	] as [string, string][];
	return names
		.filter(([, name]) => RESERVED.test(name))
		.map(([group, name]) => ({
			propertyPath: `${group}.${name}`,
			reason: `must not be a variable that Cloud Run sets itself (got ${shown(name)}): name another one`,
		}));
}

const LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)";
const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);

function domainProblems({ domain }: CloudRunAppArgs): Problem[] {
	if (domain === undefined || HOST_NAME.test(domain)) return [];
	const reason = `must be a host name in lower case, without https:// (got ${shown(domain)}): write something like notes.example.com`;
	return [{ propertyPath: "domain", reason }];
}
