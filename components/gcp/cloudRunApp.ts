import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../app";
import { parseLocation } from "../backup";
import { changed } from "../transform";
import { throwProblems } from "../validate";
import { cloudRunAlerts } from "./alerts";
import type { CloudRunAppArgs } from "./cloudRunArgs";
import { aloneContainer, aloneVolumes, appContainer, keeperContainer, volumes } from "./cloudRunContainers";
import { type PostgresAccess, postgresAccess, withoutUrl } from "./cloudRunPostgres";
import { cloudRunAppProblems, serviceName } from "./cloudRunRules";
import { cloudRunSizes } from "./cloudRunSizes";
import { buildsImages, cloudRunImages } from "./images";
import { PostgresMigration } from "./postgresMigration";
import { appSecrets } from "./secrets";

/** The most that Cloud Run takes; the app and the door have their own, lower ones. */
const MOST_REQUESTS = 1000;
const LONGEST_REQUEST = "3600s";

/**
 * An app on Cloud Run whose SQLite data survives every deploy, although the instance's disk does not: the keeper beside it
 * restores the data at each start, under a lease, and a write is acknowledged once it is in the bucket.
 *
 * @example
 * const backup = new GcsBackupBucket("notes", { location: "asia-southeast1" });
 * const app = new CloudRunApp("notes", {
 *   location: "asia-southeast1",
 *   build: { context: "./app" },
 *   port: 8000,
 *   data: { mountPath: "/app/data", databaseFile: "notes.db" },
 *   backup,
 *   ingress: "public",
 * });
 * export const url = app.url;
 *
 * Cloud Run runs the old and the new revision side by side for a while. The new keeper asks for the lease; the old one lets
 * running requests finish, brings the last write into the bucket, and hands over. Instances are limited to one, but it is
 * the lease that keeps a second one from writing.
 *
 * The image must run as `user` (1000), by its own `USER`: Cloud Run has no setting for it, and both containers write the
 * same files. There is no rehearsal here: a `migration` runs on the new instance's own copy of the data before the app
 * starts, within 240 seconds; where it fails, or rows are missing, the old instance takes the data back and goes on.
 * Rows are compared where another version served last (image, migration or command), so that an app may clear away old
 * rows at its starts; tables that may lose rows at a new version's first start are named in `deploy.mayLose`.
 * What the app writes outside its data directory is lost with the instance. Cloud Run itself takes bodies of up to 32 MiB. A secret that is taken out of `secrets` is protected: `pulumi state unprotect` first.
 *
 * The app and the keeper run as one service account, for a service has one: an app that was broken into could overwrite the
 * manifest and the lease, and add files to the replica. What is damaged the keeper refuses; what was forged well it cannot
 * tell from the truth. The bucket keeps for `graceDays` what was overwritten; versions of the manifest and the lease, which
 * the account may delete, come back by soft delete (`softDeleteDays`).
 * `environment` is readable in the service's definition, also where a value is a secret Output: what is secret belongs in
 * `secrets`. The health path must answer within two seconds while the app starts.
 *
 * Images that are built here are pushed with this machine's own login: `gcloud auth configure-docker
 * REGION-docker.pkg.dev`. Who deploys needs these roles in the project: Cloud Run Admin, Service Account User,
 * Service Usage Admin; with an image that is built, Artifact Registry Administrator; with secrets, Secret Manager Admin;
 * with alerts, Monitoring Editor and Logs Configuration Writer. A secret is kept when the stack is destroyed; the next
 * stack adopts it: `pulumi import gcp:secretmanager/secret:Secret <name>-secret-<variable>
 * projects/<project>/secrets/<secret> --parent "component=<urn>"`, with the URN of this component (`pulumi stack
 * --show-urns`; an update that was refused has made it known). To rename the component, give `aliases: [{ name: "<old>" }]`
 * and in `transform.secret` the `secretId` that each has: without, the update is refused, for secrets are protected.
 *
 * With `database: "postgres"` the service is the app's container alone, and the jobs of a {@link PostgresMigration} move
 * the data first; `instances` may then be more than one. With `postgres` alone, each update rehearses the move.
 *
 * Permissions:
 * - writer: roles/cloudsql.client on the one instance, only with postgres
 * - writer: roles/secretmanager.secretAccessor on each secret of the app
 * - writer: roles/storage.objectViewer on the bucket of initialData, only with it
 * - allUsers: roles/run.invoker on the service, only with ingress public
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost, in the cheaper regions (tier 1), before the free allowance, 2026-11-22: `to-zero` costs nothing while nobody asks;
 * of the default size, $0.19 for an hour full of requests, of which 25 hours a month are free, and $0.40 for a million
 * requests beyond two million. `always-on` costs $106.70 a month; $102.63 with `disk: { sizeMiB: 256 }`, for each of the
 * two containers takes a core. List prices of a vCPU and a GiB for a second: $0.000024 and $0.0000025 while requests run,
 * $0.000018 and $0.000002 always on, https://cloud.google.com/run/pricing (read in a stored copy; a month has 730 hours).
 * A secret costs $0.06 a month, images $0.10 per GB and month.
 */
export class CloudRunApp extends pulumi.ComponentResource {
	/** Where the app answers. */
	readonly url: pulumi.Output<string>;
	/** Name of the service. */
	readonly service: pulumi.Output<string>;
	/** The app's image, with its digest. */
	readonly image: pulumi.Output<string>;
	/** The keeper's image, with its digest. */
	readonly keeperImage: pulumi.Output<string>;
	/** E-mail of the service account as which both run. */
	readonly serviceAccount: pulumi.Output<string>;

	constructor(name: string, args: CloudRunAppArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:gcp:CloudRunApp", name, {}, opts);
		throwProblems(`CloudRunApp ${name}`, cloudRunAppProblems(name, args, opts));
		const app = withDefaults(args);
		const sizes = cloudRunSizes(args);
		const { location, transform = {} } = args;
		const here = { parent: this };

		const images = cloudRunImages(name, app, args, after(buildsImages(args) ? ["artifactregistry"] : []));
		const secrets = appSecrets(name, app.secrets, member(), args, after(hasSecrets() ? ["secretmanager"] : []));
		const run = after(["run"]);
		const isOnPostgres = args.database === "postgres";
		const postgres = reachPostgres();
		const move = moveToPostgres();
		const reader = readInitialData();
		const service = runService();
		letIn();
		mapDomain();
		const watched = { service: service.name, location };
		cloudRunAlerts(name, watched, args, after(args.alerts === undefined ? [] : ["logging", "monitoring"]));

		this.url = args.domain === undefined ? service.uri : pulumi.output(`https://${args.domain}`);
		this.service = service.name;
		this.image = images.app;
		this.keeperImage = images.keeper;
		this.serviceAccount = pulumi.output(args.backup.writerEmail);
		this.registerOutputs({
			url: this.url,
			service: this.service,
			image: this.image,
			keeperImage: this.keeperImage,
			serviceAccount: this.serviceAccount,
		});

		/** Options for what needs these APIs. They stay on: others in the project may need them. */
		function after(apis: string[]) {
			const enabled = apis.map((api) => {
				const on = { service: `${api}.googleapis.com`, disableOnDestroy: false };
				return new gcp.projects.Service(`${name}-api-${api}`, on, here);
			});
			return { ...here, dependsOn: enabled as pulumi.Resource[] };
		}

		function hasSecrets() {
			return Object.keys(app.secrets).length > 0;
		}

		function member() {
			return pulumi.interpolate`serviceAccount:${args.backup.writerEmail}`;
		}

		function reachPostgres(): PostgresAccess | undefined {
			if (args.postgres === undefined) return undefined;
			return postgresAccess(name, member(), args.postgres, args, after(["secretmanager"].filter(() => !hasSecrets())));
		}

		/** The service follows it, and a rehearsal too: what fails there would fail in the move. */
		function moveToPostgres() {
			if (postgres === undefined) return undefined;
			const { references } = secrets;
			const parts = { app, args, images, sizes, secrets: references, access: postgres, rehearse: !isOnPostgres };
			return new PostgresMigration(name, parts, run);
		}

		/** What the user brings is in a bucket that the app's account cannot read by itself. The whole one, for all of its ACLs. */
		function readInitialData() {
			const from = parseLocation(app.initialData ?? "");
			if (from?.scheme !== "gs") return [];
			const granted = { bucket: from.bucket, role: "roles/storage.objectViewer", member: member() };
			return [new gcp.storage.BucketIAMMember(`${name}-initial-data`, granted, here)];
		}

		function containersOf() {
			if (!isOnPostgres || postgres === undefined) {
				return [
					keeperContainer(name, app, args, images, sizes),
					appContainer(app, args, images, sizes, secrets.references),
				];
			}
			const readable = { ...secrets.references, ...postgres.url };
			return [aloneContainer(withoutUrl(app, args), args, images, sizes, readable)];
		}

		function runService() {
			const serviceArgs: gcp.cloudrunv2.ServiceArgs = {
				name: serviceName(name),
				location,
				description:
					move?.moved === undefined
						? `Holdfast: ${name}`
						: pulumi.interpolate`Holdfast: ${name}, in Postgres since ${move.moved}`,
				// Who is let in is decided by the invoker role.
				ingress: "INGRESS_TRAFFIC_ALL",
				deletionProtection: args.protectApp ?? false,
				// Ephemeral disks are a preview.
				...(sizes.medium === "DISK" && { launchStage: "BETA" }),
				template: {
					serviceAccount: args.backup.writerEmail,
					executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
					scaling: { minInstanceCount: args.scale === "always-on" ? 1 : 0, maxInstanceCount: args.instances ?? 1 },
					maxInstanceRequestConcurrency: MOST_REQUESTS,
					timeout: LONGEST_REQUEST,
					containers: containersOf(),
					volumes:
						isOnPostgres && postgres ? aloneVolumes(app, sizes, postgres.server.connectionName) : volumes(app, sizes),
				},
			};
			const changedArgs = changed(transform.service, serviceArgs);
			return new gcp.cloudrunv2.Service(`${name}-service`, changedArgs, {
				...run,
				dependsOn: [...run.dependsOn, ...secrets.grants, ...reader, ...(move === undefined ? [] : [move.last])],
			});
		}

		function letIn() {
			if (args.ingress !== "public") return;
			const everybody = { name: service.name, location, role: "roles/run.invoker", member: "allUsers" };
			new gcp.cloudrunv2.ServiceIamMember(`${name}-invoker`, everybody, here);
		}

		function mapDomain() {
			if (args.domain === undefined) return;
			const mapping: gcp.cloudrun.DomainMappingArgs = {
				name: args.domain,
				location,
				metadata: { namespace: service.project },
				spec: { routeName: service.name },
			};
			new gcp.cloudrun.DomainMapping(`${name}-domain`, changed(transform.domainMapping, mapping), here);
		}
	}
}
