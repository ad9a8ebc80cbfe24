import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../app";
import { refusal, throwProblems } from "../validate";
import { type DockerAppArgs, dockerAppProblems, publishedAt } from "./args";
import { backupOf } from "./backup";
import { appContainer, gracefulStop, healthcheck } from "./container";
import { dockerNames, labelsOf } from "./identity";
import { appImage } from "./image";
import { gateProcess, gateRefusal, keeperContainer, keeperImage, replicatorProcess } from "./keeper";
import { createVolumes } from "./volumes";
import { hostOf, imageProcess, processOf } from "./waiting";

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
	/** Name of the keeper's container; undefined without a backup. */
	readonly keeper: pulumi.Output<string | undefined>;
	/** Where the replica is: a volume or directory of the host, or a URL; undefined without a backup. */
	readonly backup: pulumi.Output<string | undefined>;

	constructor(name: string, args: DockerAppArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:docker:DockerApp", name, {}, opts);
		throwProblems(`DockerApp ${name}`, dockerAppProblems(args));
		const app = withDefaults(args);
		const names = dockerNames(name);
		const publish = publishedAt(args);
		const labels = labelsOf(name);
		const here = { parent: this };
		const backup = backupOf(names.backup, name, args);
		const gated = { keeper: backup === undefined ? undefined : names.keeper };
		// Two containers cannot have one name, and two of them must never write one database. A container keeps its mounts
		// for life; the provider would call them updated and leave it on the old ones.
		const oneAtATime = { ...here, deleteBeforeReplace: true, replaceOnChanges: ["mounts"] };

		const image = appImage(`${name}-image`, `${names.container}-app`, args, here);
		const network = createNetwork();
		const volumes = createVolumes(name, args, app, backup, here);
		const keeper = runKeeper();
		// After it at the start, before it at the stop; a new keeper is no reason for a new app.
		const afterKeeper = keeper === undefined ? {} : { dependsOn: [keeper] };
		const migrated = migrate();
		const container = runApp();

		const address = publish.address.includes(":") ? `[${publish.address}]` : publish.address;
		this.url = pulumi.interpolate`http://${address}:${publish.port}`;
		this.data = pulumi.output(volumes.app.data);
		this.container = container.name;
		this.image = image.imageId;
		this.keeper = pulumi.output(keeper?.name);
		this.backup = pulumi.output(backup && (backup.host?.source ?? backup.url));
		const { url, data, container: called, image: id, keeper: keptBy, backup: store } = this;
		this.registerOutputs({ url, data, container: called, image: id, keeper: keptBy, backup: store });

		function createNetwork() {
			const networkArgs: docker.NetworkArgs = { name: names.network, driver: "bridge", labels };
			return new docker.Network(`${name}-network`, args.transform?.network?.(networkArgs) ?? networkArgs, oneAtATime);
		}

		/** The check before everything else, and the keeper that stays. */
		function runKeeper(): docker.Container | undefined {
			if (backup === undefined || volumes.keeper === undefined) return undefined;
			const built = keeperImage(`${name}-keeper-image`, here);
			const common = { ...keeperContainer(name, app, backup, volumes.keeper, args.keeper), labels };
			const transform = args.transform?.keeper ?? ((each: docker.ContainerArgs) => each);
			const ready = pulumi.all([built.imageId, volumes.prepared.id]).apply(([id]) => id);
			const networksAdvanced = [{ name: network.name }];
			const gate = new docker.Container(
				`${name}-start`,
				transform({ ...gateProcess(common, app.initialData), name: names.start, image: ready, networksAdvanced }),
				{ ...oneAtATime, customTimeouts: { create: "24h" } },
			);
			const opened = pulumi
				.all([ready, gate.exitCode, gate.containerLogs, gate.urn])
				.apply(([id, exitCode, logs, urn]) => {
					if (exitCode === 0) return id;
					throw gateRefusal(name, names.start, { exitCode, logs, urn });
				});
			return new docker.Container(
				`${name}-keeper`,
				transform({ ...replicatorProcess(common), name: names.keeper, image: opened, networksAdvanced }),
				oneAtATime,
			);
		}

		/** Resolves to the app's image once the database fits it. */
		function migrate(): pulumi.Output<string> {
			const ready = pulumi.all([image.imageId, volumes.prepared.id]).apply(([id]) => id);
			if (app.migration === undefined) return ready;
			const migration = new docker.Container(
				`${name}-migration`,
				{
					...appContainer(app, volumes.app),
					...processOf(app, app.migration, { ...gated, exportSecrets: true }),
					name: names.migration,
					image: ready,
					networksAdvanced: [{ name: network.name }],
					restart: "no",
					mustRun: false,
					attach: true,
					labels,
				},
				// The provider's own limit, 20 minutes, would leave a long migration running and call it failed.
				{ ...oneAtATime, ...afterKeeper, customTimeouts: { create: "24h" } },
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
				...appContainer(app, volumes.app),
				...appProcess(),
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
			const options = { ...oneAtATime, ...afterKeeper };
			return new docker.Container(name, args.transform?.container?.(containerArgs) ?? containerArgs, options);
		}

		/** What the image runs by itself is only spelled out where something has to come before it. */
		function appProcess(): Partial<docker.ContainerArgs> {
			if (app.command !== undefined) return processOf(app, app.command, { ...gated, exportSecrets: true });
			if (backup === undefined) return {};
			return processOf(app, imageProcess(image.imageId, hostOf(opts)), { ...gated, exportSecrets: false });
		}
	}
}
