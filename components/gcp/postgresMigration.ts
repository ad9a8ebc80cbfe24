import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { parseLocation, STORE_LAYOUT } from "../backup";
import { instanceAppEnvironment, instanceKeeperEnvironment, SCRATCH } from "../instance";
import { shortHash } from "../names";
import { changed } from "../transform";
import { refusal } from "../validate";
import type { CloudRunAppArgs } from "./cloudRunArgs";
import { plain, references, type SecretReference, SOCKETS, socketVolume, volumes } from "./cloudRunContainers";
import { type PostgresAccess, withoutUrl } from "./cloudRunPostgres";
import type { Sizes } from "./cloudRunSizes";
import type { Images } from "./images";

/** What a {@link PostgresMigration} needs to know, all of it as the app's component has it. */
export interface PostgresMigrationArgs {
	/** The app with every default filled in, and what was said of it. */
	app: App;
	/** As the app was given. */
	args: CloudRunAppArgs;
	/** What the jobs run: the app's migration, and the keeper's copy. */
	images: Images;
	/** How large the service is; the jobs are as large. */
	sizes: Sizes;
	/** Its own secrets, which its migration may need. */
	secrets: Record<string, SecretReference>;
	/** The way to the server, and the right to it. */
	access: PostgresAccess;
	/** All but the switch, into a database of its own, while the app serves on SQLite. */
	rehearse: boolean;
}

/** The longest that a copy may take: as long as Cloud Run lets a task run without asking for more. */
const LONGEST = "24h";
const LONGEST_SECONDS = "86400s";
const MANIFEST = `${STORE_LAYOUT.state}/manifest.json`;

/**
 * The step between SQLite and Postgres on Cloud Run: jobs that the update runs, one after the other, and waits for. Made by
 * a `CloudRunApp` with `postgres`; its service follows the last one.
 *
 * @example
 * new CloudRunApp("notes", { ...args, backup, postgres, database: "postgres" });
 *
 * 1. `prepare` (keeper): an empty database, or one of which it is known what wrote it; a rehearsal's is made anew.
 * 2. `schema` (app): the app's own `migration`, with `DATABASE_URL` set to Postgres. Without one, the copy makes the tables.
 * 3. `copy` (keeper): asks the serving keeper for the right to write as a new revision does, restores the last transaction,
 *    copies and verifies every row, and writes into the manifest that the data has moved. From there on no keeper serves it on SQLite.
 *
 * Where a job fails, the update stops, and the revision before goes on with SQLite: it gets the right to write back. The
 * next update runs a new job where the provider has not kept the one that failed; where it has, it says to raise
 * `move.attempt`. The service rests on what the manifest says, so no revision begins on a database without its rows. From
 * the last transaction until the new revision answers, requests wait or get 503 with Retry-After. In each later update, the jobs of
 * the keeper see that the data has moved, and only the migration runs. A rehearsal needs no right to write: it copies the replica.
 */
export class PostgresMigration extends pulumi.ComponentResource {
	/** The last job: what follows it follows them all. */
	readonly last: pulumi.Resource;
	/** When the data had moved, as the manifest says once the last job is done. In a rehearsal it is never known. */
	readonly moved: pulumi.Output<string> | undefined;

	constructor(name: string, options: PostgresMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:gcp:PostgresMigration", name, {}, opts);
		const { app, args, images, sizes, secrets, access, rehearse } = options;
		const here = { parent: this };
		const { location, move } = args;
		const url = rehearse ? access.rehearsalUrl : access.url;
		const step = rehearse ? ["--rehearse"] : [];
		const keeperVariables = {
			...instanceKeeperEnvironment(name, app, args.backup, args.keeper, { stopSeconds: 9, image: images.app }),
			...moveEnvironment(),
		};
		const token = executionToken();

		const prepare = keeperJob("prepare", ["postgres", "move", "--prepare", ...step], access.grants);
		const schema = app.migration === undefined ? prepare : schemaJob(app.migration, prepare);
		this.last = keeperJob("copy", ["postgres", "move", ...step], [schema]);
		this.moved = rehearse ? undefined : proof(this.last);
		this.registerOutputs({ moved: this.moved });

		/**
		 * What follows rests on the manifest, not on what a provider makes of a job that has failed before: where it keeps such
		 * a job in the state, the next update could pass it by.
		 */
		function proof(after: pulumi.Resource) {
			const { url: store } = args.backup.store;
			const where = pulumi.output(store).apply((known) => parseLocation(known) ?? { bucket: "", prefix: "" });
			const object = { bucket: where.bucket, name: pulumi.interpolate`${where.prefix}/${MANIFEST}` };
			const manifest = gcp.storage.getBucketObjectContentOutput(object, { ...here, dependsOn: [after] });
			return manifest.content.apply((content) => {
				const { moved } = JSON.parse(content) as { moved?: { since: string } };
				if (moved !== undefined) return moved.since;
				throw refusal(
					`the data of ${name} is not in Postgres yet (the manifest says nothing of a move): raise move.attempt, so that the jobs run again`,
				);
			});
		}

		/** What the keeper is told of the move (components/keeper/postgres/moveJob.ts). */
		function moveEnvironment(): Record<string, string> {
			const { replace, return: back, settled } = move ?? {};
			return {
				HOLDFAST_POSTGRES_MIGRATES: `${app.migration !== undefined}`,
				...(replace !== undefined && { HOLDFAST_POSTGRES_REPLACE: JSON.stringify(replace) }),
				...(back !== undefined && { HOLDFAST_POSTGRES_RETURN: back }),
				...(settled === true && { HOLDFAST_POSTGRES_SETTLED: "true" }),
			};
		}

		/** Another one is another execution: where something that a step rests on has changed, all of them run again. */
		function executionToken() {
			const parts = [images.app, images.keeper, access.server.connectionName, access.server.database];
			const versions = Object.values({ ...secrets, ...url, keeper: access.server.url }).map(({ version }) => version);
			return pulumi
				.all([...parts, ...versions])
				.apply((known) => shortHash(JSON.stringify([known, app.migration, rehearse, move, args.environment ?? {}])));
		}

		function keeperJob(kind: "prepare" | "copy", command: string[], after: pulumi.Resource[]) {
			return job(kind, after, {
				name: kind,
				image: images.keeper,
				args: command,
				envs: [...plain(keeperVariables), ...references({ HOLDFAST_POSTGRES_URL: access.server.url })],
				resources: limits(sizes.keeper),
				volumeMounts: [
					{ name: "data", mountPath: app.data.mountPath },
					{ name: "scratch", mountPath: SCRATCH },
					{ name: "keeper-tmp", mountPath: "/tmp" },
					SOCKETS,
				],
			});
		}

		function schemaJob(migration: string[], after: pulumi.Resource) {
			const cache = app.cache === undefined ? [] : [{ name: "cache", mountPath: app.cache.mountPath }];
			return job("schema", [after], {
				name: "schema",
				image: images.app,
				commands: migration,
				envs: [...plain(instanceAppEnvironment(withoutUrl(app, args))), ...references({ ...secrets, ...url })],
				resources: limits(sizes.app),
				volumeMounts: [
					{ name: "data", mountPath: app.data.mountPath },
					...cache,
					{ name: "app-tmp", mountPath: "/tmp" },
					SOCKETS,
				],
			});
		}

		function job(
			kind: "prepare" | "schema" | "copy",
			after: pulumi.Resource[],
			container: gcp.types.input.cloudrunv2.JobTemplateTemplateContainer,
		) {
			// Each change is a new job under a name of its own: an execution is made once for a job and a token
			// (terraform-provider-google #24451).
			const mounted = (container.volumeMounts as { name: string }[]).map(({ name: mount }) => mount);
			const jobArgs: gcp.cloudrunv2.JobArgs = {
				location,
				// It holds nothing.
				deletionProtection: false,
				runExecutionToken: token,
				template: {
					taskCount: 1,
					template: {
						serviceAccount: args.backup.writerEmail,
						executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
						// What failed once is to be looked at; the app waits meanwhile.
						maxRetries: 0,
						timeout: LONGEST_SECONDS,
						containers: [container],
						volumes: [...volumes(app, sizes), socketVolume(access.server.connectionName)].filter(({ name: volume }) =>
							mounted.includes(volume as string),
						) as gcp.types.input.cloudrunv2.JobTemplateTemplateVolume[],
					},
				},
			};
			return new gcp.cloudrunv2.Job(`${name}-${kind}`, changed(args.transform?.job, jobArgs), {
				...here,
				dependsOn: after,
				replaceOnChanges: ["*"],
				customTimeouts: { create: LONGEST },
			});
		}
	}
}

function limits({ cpus, memoryMiB }: { cpus: number; memoryMiB: number }) {
	return { limits: { cpu: `${cpus * 1000}m`, memory: `${memoryMiB}Mi` } };
}
