import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type App, SECRETS_PATH, withDefaults } from "../app";
import { stateful } from "../stateful";
import { refusal, throwProblems } from "../validate";
import { type DockerAppArgs, dataSource, dockerAppProblems, publishedAt } from "./args";
import { appContainer, commandLine, gracefulStop, healthcheck, type Mounted, processOf } from "./container";
import { dockerNames, labelsOf } from "./identity";
import { appImage, builtImage } from "./image";

/**
 * A container app on a Docker host, whose data directory is a volume that survives every deploy and every destroy.
 *
 * @example
 * const notes = new DockerApp("notes", {
 *   image: "ghcr.io/me/notes:1.2",
 *   port: 8000,
 *   data: { mountPath: "/app/data", databaseFile: "notes.db" },
 *   migration: ["alembic", "upgrade", "head"],
 * });
 * export const url = notes.url;
 *
 * On a change the old container stops first, within its grace; then the migration runs; then the new container starts.
 * A migration that fails leaves the data as the migration left it and no app running, and the update fails.
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost: the host alone.
 */
export class DockerApp extends pulumi.ComponentResource {
	/** `http://address:port` on the Docker host. */
	readonly url: pulumi.Output<string>;
	/** The volume, or the directory of the host, that holds the data. */
	readonly data: pulumi.Output<string>;
	/** Name of the app's container. */
	readonly container: pulumi.Output<string>;
	/** Id of the image that runs. */
	readonly image: pulumi.Output<string>;

	constructor(name: string, args: DockerAppArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:docker:DockerApp", name, {}, opts);
		throwProblems(`DockerApp ${name}`, dockerAppProblems(args));
		const app = withDefaults(args);
		const names = dockerNames(name);
		const publish = publishedAt(args);
		const labels = labelsOf(name);
		const owner = `${app.user}:${app.group}`;
		const here = { parent: this };
		// Docker finds a volume again by its name, and keeps the labels of its first creation: they say who made it then,
		// and must not make it look changed.
		const found = { ...here, ignoreChanges: ["labels"] };
		// Two containers cannot have one name, and two of them must never write one database.
		const oneAtATime = { ...here, deleteBeforeReplace: true };

		const image = appImage(`${name}-image`, `${names.container}-app`, args, here);
		const network = createNetwork();
		const mounted: Mounted = { data: dataVolume(), cache: cacheVolume(), secrets: secretsVolume() };
		const prepared = prepareVolumes();
		const migrated = migrate();
		const container = runApp();

		const address = publish.address.includes(":") ? `[${publish.address}]` : publish.address;
		this.url = pulumi.interpolate`http://${address}:${publish.port}`;
		this.data = pulumi.output(mounted.data);
		this.container = container.name;
		this.image = image.imageId;
		this.registerOutputs({ url: this.url, data: this.data, container: this.container, image: this.image });

		function createNetwork() {
			const networkArgs: docker.NetworkArgs = { name: names.network, driver: "bridge", labels };
			return new docker.Network(`${name}-network`, args.transform?.network?.(networkArgs) ?? networkArgs, oneAtATime);
		}

		function dataVolume(): pulumi.Input<string> {
			if (args.existingData !== undefined) return dataSource(name, args);
			return new docker.Volume(`${name}-data`, { name: names.data, labels }, stateful(found)).name;
		}

		function cacheVolume() {
			if (app.cache === undefined) return undefined;
			return new docker.Volume(`${name}-cache`, { name: names.cache(owner), labels }, found).name;
		}

		function secretsVolume() {
			if (Object.keys(app.secrets).length === 0) return undefined;
			// Its name changes with the set of secrets, so that one that was taken out does not stay behind in a file.
			return new docker.Volume(`${name}-secrets`, { name: names.secrets(Object.keys(app.secrets)), labels }, found)
				.name;
		}

		/** A container that never starts: making it gives empty volumes their owner and puts the secrets in place. */
		function prepareVolumes() {
			const build = { context: join(__dirname, "prepare"), args: { OWNER: owner } };
			const empty = builtImage(`${name}-prepare-image`, "holdfast-prepare", build, here);
			const volumes = [
				...(args.existingData === undefined ? [{ source: mounted.data, target: "/data" }] : []),
				...(mounted.cache !== undefined ? [{ source: mounted.cache, target: "/cache" }] : []),
				...(mounted.secrets !== undefined ? [{ source: mounted.secrets, target: SECRETS_PATH }] : []),
			];
			return new docker.Container(
				`${name}-prepare`,
				{
					name: names.prepare,
					image: empty.imageId,
					// That a migration comes or goes must reach the app: it is deleted before what it rests on is made anew, and
					// so before a first migration runs.
					command: ["never-started", app.migration === undefined ? "no-migration" : "migration"],
					start: false,
					mustRun: false,
					networkMode: "none",
					mounts: volumes.map((volume) => ({ type: "volume", ...volume })),
					uploads: secretFiles(app),
					labels,
				},
				oneAtATime,
			);
		}

		/** Resolves to the app's image once the database fits it. */
		function migrate(): pulumi.Output<string> {
			const ready = pulumi.all([image.imageId, prepared.id]).apply(([id]) => id);
			if (app.migration === undefined) return ready;
			const migration = new docker.Container(
				`${name}-migration`,
				{
					...appContainer(app, mounted),
					...processOf(app, app.migration),
					name: names.migration,
					image: ready,
					networksAdvanced: [{ name: network.name }],
					restart: "no",
					mustRun: false,
					attach: true,
					labels,
				},
				// The provider's own limit, 20 minutes, would leave a long migration running and call it failed.
				{ ...oneAtATime, customTimeouts: { create: "24h" } },
			);
			return pulumi.all([ready, migration.exitCode, migration.urn]).apply(([id, exitCode, urn]) => {
				if (exitCode === 0) return id;
				throw refusal(
					`the migration of ${name} failed with exit code ${exitCode}, so the app was not started; its output: docker logs ${names.migration}. ` +
						`Mend it and deploy again; to run the same one again, add --replace '${urn}'`,
				);
			});
		}

		function runApp() {
			const containerArgs: docker.ContainerArgs = {
				...appContainer(app, mounted),
				...commandLine(app),
				...healthcheck(app),
				...gracefulStop(app),
				name: names.container,
				// Not merely "after" the migration: because the value comes through it, the engine deletes this container
				// before it runs a new migration, so that the old version never writes beside it.
				image: migrated,
				networksAdvanced: [{ name: network.name, aliases: [name] }],
				ports: [{ internal: app.port, external: publish.port, ip: publish.address }],
				restart: "unless-stopped",
				labels,
			};
			return new docker.Container(name, args.transform?.container?.(containerArgs) ?? containerArgs, oneAtATime);
		}
	}
}

function secretFiles(app: App): docker.types.input.ContainerUpload[] {
	const identity = { owner: `${app.user}`, group: `${app.group}`, permissions: "0400" };
	return Object.entries(app.secrets).map(([key, value]) => ({
		file: `${SECRETS_PATH}/${key}`,
		content: pulumi.secret(value),
		...identity,
	}));
}
