import * as pulumi from "@pulumi/pulumi";
import { appIdentity, DOCKER_NAME_LIMIT, physicalName, shortHash } from "../names";

/** The names on the Docker host, which stay the same for as long as project, stack and component keep theirs. */
export function dockerNames(name: string) {
	const of = (...suffix: string[]) =>
		physicalName([pulumi.getProject(), pulumi.getStack(), name, ...suffix], DOCKER_NAME_LIMIT);
	return {
		container: of(),
		data: of("data"),
		// A cache of another user could not be written; it may be lost, so that one begins anew.
		cache: (owner: string) => of("cache", shortHash(owner)),
		secrets: (secrets: string[]) => of("secrets", shortHash([...secrets].sort().join())),
		network: of("network"),
		backup: of("backup"),
		scratch: (owner: string) => of("scratch", shortHash(owner)),
		gate: (owner: string) => of("gate", shortHash(owner)),
		keeper: of("keeper"),
		keeperSecrets: (secrets: string[]) => of("keeper-secrets", shortHash([...secrets].sort().join())),
		caddy: of("caddy"),
		certificates: of("certificates"),
		rehearsal: (owner: string) => of("rehearsal", shortHash(owner)),
		rehearsalNetwork: of("rehearsal"),
		prepare: of("prepare"),
		migration: of("migration"),
		postgres: of("postgres"),
		postgresDump: of("postgres-dump"),
		postgresNetwork: of("postgres-network"),
		postgresData: of("postgres-data"),
		postgresUrl: of("postgres-url"),
		postgresDumps: of("postgres-dumps"),
	};
}

/** What `docker inspect` says of a thing's labels. */
export type Labels = Record<string, string> | null | undefined;

export const APP_LABEL = "holdfast.app";
export const ROLE_LABEL = "holdfast.role";
const BACKEND_LABEL = "holdfast.backend";

/** What a container is for. Of the app there can be several, of which one serves. */
export type Role =
	| "app"
	| "keeper"
	| "start"
	| "prepare"
	| "migration"
	| "rehearsal"
	| "deploy"
	| "caddy"
	| "postgres"
	| "postgres-dump";

/** Labels that say on the host whose a resource is, so that everybody else leaves it alone. */
export function labelsOf(name: string, role?: Role) {
	const labels = [{ label: APP_LABEL, value: appIdentity(name) }];
	if (role !== undefined) labels.push({ label: ROLE_LABEL, value: role });
	const backend = process.env.HOLDFAST_BACKEND;
	return backend === undefined ? labels : [...labels, { label: BACKEND_LABEL, value: backend }];
}

/** Whose a thing is, in words; undefined when it is this app's. */
export function otherOwner(name: string, labels: Labels): string | undefined {
	const app = labels?.[APP_LABEL];
	return app === appIdentity(name) ? undefined : (app ?? "nobody that Holdfast knows");
}

/**
 * Whether the backend that made a thing is another than this one: two clones of a repo have stacks of the same name.
 * `HOLDFAST_BACKEND` tells them apart; `npm run pulumi` sets it.
 */
export function isOtherBackend(labels: Labels): boolean {
	return labels?.[BACKEND_LABEL] !== process.env.HOLDFAST_BACKEND;
}
