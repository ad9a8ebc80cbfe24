import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../app";
import { movingOf } from "../postgres";
import { refusal, throwProblems } from "../validate";
import { type DockerAppArgs, dockerAppProblems, publishedAt, urlOf } from "./args";
import { backupOf, type DockerBackup } from "./backup";
import { createCaddy } from "./caddy";
import { appContainer, gracefulStop, healthcheck, joined } from "./container";
import { type DeployParts, deployed, instance, rehearsal } from "./deploy";
import { domainOf } from "./domain";
import { dockerNames, labelsOf } from "./identity";
import { appImage } from "./image";
import {
	gateProcess,
	gateRefusal,
	type KeeperVolumes,
	keeperContainer,
	keeperImage,
	replicatorProcess,
	statusPort,
} from "./keeper";
import { inOrder, statusPagePorts } from "./statusPage";
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
 * A deploy is a transaction over the data: the new version is rehearsed on a copy of it; then the old one stops within its
 * grace, its last write is in the replica, and the new one migrates, starts and becomes healthy; or the old one serves again
 * with the data of before, and the update fails. With `backup: false` there is no keeper that could do so: the old container
 * stops, the migration runs, the new one starts, and a migration that fails leaves no app running.
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost: the host alone; with a `domain`, Caddy runs beside the app, and certificates cost nothing.
 */
export class DockerApp extends pulumi.ComponentResource {
	/** `https://` and the domain; without one, `http://address:port` on the Docker host. */
	readonly url: pulumi.Output<string>;
	/** The volume, or the directory of the host, that holds the data. */
	readonly data: pulumi.Output<string>;
	/** Name of the app's container, another one for each version. */
	readonly container: pulumi.Output<string>;
	/** Id of the image that runs. */
	readonly image: pulumi.Output<string>;
	/** Name of the keeper's container; undefined without a backup. */
	readonly keeper: pulumi.Output<string | undefined>;
	/** What the last rehearsal found; undefined without one. */
	readonly rehearsal: pulumi.Output<string | undefined>;
	/** Where the replica is: a volume or directory of the host, or a URL; undefined without a backup. */
	readonly backup: pulumi.Output<string | undefined>;
	/** Name of Caddy's container; undefined without a domain. */
	readonly caddy: pulumi.Output<string | undefined>;

	constructor(name: string, args: DockerAppArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:docker:DockerApp", name, {}, opts);
		throwProblems(`DockerApp ${name}`, dockerAppProblems(args));
		const app = withDefaults(args);
		const names = dockerNames(name);
		const publish = publishedAt(args);
		const domain = domainOf(args);
		const labels = labelsOf(name);
		const here = { parent: this };
		const backup = backupOf(names.backup, name, args);
		const host = hostOf(opts);
		const ports = publish && [{ internal: app.port, external: publish.port, ip: publish.address }];
		// Two containers cannot have one name, and two of them must never write one database. A container keeps its mounts
		// for life; the provider would call them updated and leave it on the old ones.
		const oneAtATime = { ...here, deleteBeforeReplace: true, replaceOnChanges: ["mounts"] };

		const image = appImage(`${name}-image`, `${names.container}-app`, args, here);
		const network = createNetwork(`${name}-network`, names.network, {});
		const volumes = createVolumes(name, args, app, backup, here);
		const served = backup === undefined ? serveAlone() : serveKept(backup);

		this.url = pulumi.output(urlOf(args));
		this.data = pulumi.output(volumes.app.data);
		this.container = served.container;
		this.image = image.imageId;
		this.keeper = pulumi.output(served.keeper);
		this.backup = pulumi.output(backup && (backup.host?.source ?? backup.url));
		this.rehearsal = pulumi.output(served.report);
		this.caddy = pulumi.output(serveDomain());
		const { url, data, container, image: id, keeper: keptBy, backup: store, rehearsal: report, caddy } = this;
		this.registerOutputs({ url, data, container, image: id, keeper: keptBy, backup: store, rehearsal: report, caddy });

		function createNetwork(child: string, physical: string, more: Partial<docker.NetworkArgs>) {
			const networkArgs: docker.NetworkArgs = { name: physical, driver: "bridge", labels, ...more };
			return new docker.Network(child, args.transform?.network?.(networkArgs) ?? networkArgs, oneAtATime);
		}

		/** With a keeper: a deploy is a transaction over the data, and the way to the app is through the keeper. */
		function serveKept(store: DockerBackup): Served {
			const rehearsalNetwork = createNetwork(`${name}-rehearsal-network`, names.rehearsalNetwork, { internal: true });
			const { keeper, common, image: keeperImage } = runKeeper(store, rehearsalNetwork);
			const parts: DeployParts = {
				name,
				app,
				image: image.imageId,
				imageName: image.name,
				prepared: volumes.prepared,
				process: app.command ?? imageProcess(image.imageId, host),
				volumes: volumes.app,
				rehearsalVolume: keptVolumes().rehearsal,
				moving: movingOf(args),
				network: network.name,
				rehearsalNetwork: rehearsalNetwork.name,
				postgresNetwork: args.postgres?.network,
				keeper,
				keeperName: names.keeper,
				keeperImage,
				keeperCommon: common,
				host,
				transform: args.transform?.container,
				options: here,
			};
			const rehearsed = rehearsal(parts);
			const container = deployed(parts, instance(parts, rehearsed.image));
			return { container, keeper: keeper.name, report: rehearsed.report };
		}

		/** The check before everything else, and the keeper that stays. */
		function runKeeper(store: DockerBackup, rehearsalNetwork: docker.Network) {
			const built = keeperImage(`${name}-keeper-image`, here);
			const common = keeperContainer(name, app, store, keptVolumes(), args.keeper);
			const transform = args.transform?.keeper ?? ((each: docker.ContainerArgs) => each);
			// Side by side with the one before, and with the keeper, which goes on if this one finds a reason to refuse: so its
			// name is the provider's to choose, and what it needs is not in its image's value, or the engine would delete first.
			const gate = new docker.Container(
				`${name}-start`,
				transform({
					...gateProcess(common, app.initialData),
					image: built.imageId,
					networksAdvanced: [{ name: network.name }],
					labels: [...labelsOf(name, "start"), { label: "holdfast.prepared", value: volumes.prepared.id }],
				}),
				{
					...oneAtATime,
					deleteBeforeReplace: false,
					dependsOn: [volumes.prepared],
					customTimeouts: { create: "24h" },
				},
			);
			const opened = pulumi
				.all([built.imageId, gate.exitCode, gate.containerLogs, gate.urn, gate.name])
				.apply(([id, exitCode, logs, urn, called]) => {
					if (exitCode === 0) return id;
					throw gateRefusal(name, called, { exitCode, logs, urn });
				});
			const keeper = new docker.Container(
				`${name}-keeper`,
				transform({
					...replicatorProcess(common, app, { behindProxy: domain !== undefined, statusPage: args.statusPage }),
					name: names.keeper,
					image: opened,
					networksAdvanced: [
						{ name: network.name, aliases: [name] },
						...joined(rehearsalNetwork.name, args.postgres?.network),
					],
					ports: inOrder([...(ports ?? []), ...statusPagePorts(args, statusPort(app))]),
					labels: labelsOf(name, "keeper"),
				}),
				oneAtATime,
			);
			return { keeper, common, image: opened };
		}

		function keptVolumes(): KeeperVolumes {
			if (volumes.keeper === undefined) throw new Error("the keeper has no volumes without a backup");
			return volumes.keeper;
		}

		/** In front of what serves, and there for longer than any version of it. */
		function serveDomain(): pulumi.Output<string> | undefined {
			if (domain === undefined) return undefined;
			const upstream = backup === undefined ? names.container : names.keeper;
			const { caddy: transform } = args.transform ?? {};
			const parts = { name, app, domain, upstream, network: network.name, transform };
			return createCaddy({ ...parts, options: { here, oneAtATime } });
		}

		/** Without a keeper: the old container stops, the migration runs, the new container starts. */
		function serveAlone(): Served {
			const containerArgs: docker.ContainerArgs = {
				...appContainer(app, volumes.app),
				...(app.command === undefined ? {} : processOf(app, app.command, { exportSecrets: true })),
				...healthcheck(app),
				...gracefulStop(app),
				name: names.container,
				// Not merely "after" the migration: because the value comes through it, the engine deletes this container
				// before it runs a new migration, so that the old version never writes beside it.
				image: migrated(),
				networksAdvanced: [{ name: network.name, aliases: [name] }],
				ports,
				restart: "unless-stopped",
				labels: labelsOf(name, "app"),
			};
			const transformed = args.transform?.container?.(containerArgs) ?? containerArgs;
			return { container: new docker.Container(name, transformed, oneAtATime).name };
		}

		/** Resolves to the app's image once the database fits it. */
		function migrated(): pulumi.Output<string> {
			const ready = pulumi.all([image.imageId, volumes.prepared.id]).apply(([id]) => id);
			if (app.migration === undefined) return ready;
			const migration = new docker.Container(
				`${name}-migration`,
				{
					...appContainer(app, volumes.app),
					...processOf(app, app.migration, { exportSecrets: true }),
					name: names.migration,
					image: ready,
					networksAdvanced: [{ name: network.name }],
					restart: "no",
					mustRun: false,
					attach: true,
					labels: labelsOf(name, "migration"),
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
	}
}

/** What serves, and what was found out before. */
interface Served {
	container: pulumi.Output<string>;
	keeper?: pulumi.Output<string>;
	report?: pulumi.Output<string>;
}
