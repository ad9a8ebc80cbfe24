import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ownImage } from "../images";
import { POSTGRES_URL_DIRECTORY, type PostgresServer, postgresName, postgresNameProblems } from "../postgres";
import { stateful } from "../stateful";
import { type Change, changed } from "../transform";
import { type Problem, shown, throwProblems, wholeNumber } from "../validate";
import { closed } from "./container";
import { dockerNames, labelsOf } from "./identity";
import { appImage } from "./image";

/** What the set-up makes; the npm package builds it. */
export const POSTGRES_IMAGE = "holdfast/postgres:2";
/** Where the keeper finds dumps, and asks for one. */
export const DUMPS_PATH = "/dumps";
const DATA_PATH = "/var/lib/postgresql/data";
/** The user postgres of the image. */
const USER = "999:999";
/** Seconds that a shutdown may take to write what is in memory alone; what was committed is on the disk in any case. */
const STOP_SECONDS = 60;
/** Seconds that the server may need after a crash, to take in what its log has. */
const START_SECONDS = 600;

/** What a {@link DockerPostgres} needs to know. */
export interface DockerPostgresArgs {
	/** Name of the database and of the role that owns it; never to be changed. @default - the component's, with _ for - */
	databaseName?: string;
	/** Most memory of the server, in MiB, 128 to 1048576; a quarter of it keeps parts of tables. @default 512 */
	memoryMiB?: number;
	/** Most processor cores of the server. @default - all of the host */
	cpus?: number;
	/** Hours between two dumps to the backup store, 1 to 720. Each is restored before it counts. @default 24 */
	dumpHours?: number;
	/** How much of its log is kept. @default - 3 files of 10 MB */
	logs?: { maxSizeMB?: number; maxFiles?: number };
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: {
		server?: Change<docker.ContainerArgs>;
		dump?: Change<docker.ContainerArgs>;
		network?: Change<docker.NetworkArgs>;
	};
}

/** What an app's containers need in order to reach a server on the Docker host. */
export interface DockerPostgresServer extends PostgresServer {
	/** Name of the network on which it is; without a way to the outside. */
	readonly network: pulumi.Output<string>;
	/** Name of the volume with the file `url`. */
	readonly urlVolume: pulumi.Output<string>;
	/** Name of the volume through which dumps go to the keeper. */
	readonly dumpsVolume: pulumi.Output<string>;
}

/**
 * A PostgreSQL server on a Docker host, on a volume that survives every deploy and every destroy, for an app that moves
 * there from SQLite. It makes its password itself, at its first start: neither the state nor `docker inspect` has it.
 *
 * @example
 * const postgres = new DockerPostgres("notes");
 * const notes = new DockerApp("notes", { ...args, database: "postgres", postgres });
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost: the host alone; the server takes 50 MB when nothing happens.
 */
export class DockerPostgres extends pulumi.ComponentResource implements DockerPostgresServer {
	/** Name of the server's container, and its host name on the network. */
	readonly server: pulumi.Output<string>;
	/** Name of the database. */
	readonly database: pulumi.Output<string>;
	/** Name of the role that owns it: no superuser, may make databases. */
	readonly user: pulumi.Output<string>;
	/** Name of the volume with the cluster. */
	readonly data: pulumi.Output<string>;
	/** Name of the container that makes the dumps. */
	readonly dump: pulumi.Output<string>;
	readonly network: pulumi.Output<string>;
	readonly urlVolume: pulumi.Output<string>;
	readonly dumpsVolume: pulumi.Output<string>;

	constructor(name: string, args: DockerPostgresArgs = {}, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:docker:DockerPostgres", name, {}, opts);
		throwProblems(`DockerPostgres ${name}`, dockerPostgresProblems(name, args));
		const { databaseName = postgresName(name), memoryMiB = 512, dumpHours = 24, transform = {} } = args;
		const names = dockerNames(name);
		const here = { parent: this };
		const oneAtATime = { ...here, deleteBeforeReplace: true, replaceOnChanges: ["mounts"] };
		// Found again by its name, with the labels of its first creation.
		const kept = { ...stateful(here), ignoreChanges: ["labels"] };
		const volume = (suffix: string, physical: string) =>
			new docker.Volume(`${name}-${suffix}`, { name: physical, labels: labelsOf(name) }, kept).name;
		const mount = (source: pulumi.Input<string>, target: string, readOnly = false) => ({
			type: "volume",
			source,
			target,
			readOnly,
		});

		const image = appImage(
			`${name}-postgres-image`,
			names.postgres,
			ownImage(POSTGRES_IMAGE, "docker", "postgres"),
			here,
		);
		const networkArgs: docker.NetworkArgs = {
			name: names.postgresNetwork,
			driver: "bridge",
			internal: true,
			labels: labelsOf(name),
		};
		const network = new docker.Network(`${name}-postgres-network`, changed(transform.network, networkArgs), oneAtATime);
		const data = volume("postgres-data", names.postgresData);
		const url = volume("postgres-url", names.postgresUrl);
		const dumps = volume("postgres-dumps", names.postgresDumps);
		const common = {
			...closed({ logs: { maxSizeMB: 10, maxFiles: 3, ...args.logs } }),
			image: image.imageId,
			user: USER,
			networksAdvanced: [{ name: network.name }],
			restart: "unless-stopped",
		} satisfies Partial<docker.ContainerArgs>;
		const server = new docker.Container(
			`${name}-postgres`,
			changed(transform.server, {
				...common,
				name: names.postgres,
				command: ["holdfast-postgres"],
				envs: [
					`HOLDFAST_POSTGRES_NAME=${databaseName}`,
					`HOLDFAST_POSTGRES_HOST=${names.postgres}`,
					`HOLDFAST_POSTGRES_MEMORY_MIB=${memoryMiB}`,
				],
				mounts: [mount(data, DATA_PATH), mount(url, POSTGRES_URL_DIRECTORY)],
				tmpfs: { ...common.tmpfs, "/run/postgresql": "rw,nosuid,nodev,size=1m,uid=999,gid=999,mode=0755" },
				memory: memoryMiB,
				memorySwap: memoryMiB,
				// What parallel queries share; Docker's own 64 MB end a large one with an error.
				shmSize: Math.max(64, Math.floor(memoryMiB / 4)),
				...(args.cpus !== undefined && { cpus: `${args.cpus}` }),
				stopSignal: "SIGINT",
				stopTimeout: STOP_SECONDS,
				destroyGraceSeconds: STOP_SECONDS,
				healthcheck: {
					tests: ["CMD", "pg_isready", "--quiet", "--host=127.0.0.1"],
					interval: "5s",
					timeout: "5s",
					retries: 3,
					// As the engine writes 600 seconds back; else each update would see a difference.
					startPeriod: "10m0s",
				},
				wait: true,
				waitTimeout: START_SECONDS,
				labels: labelsOf(name, "postgres"),
			}),
			oneAtATime,
		);
		const dump = new docker.Container(
			`${name}-postgres-dump`,
			changed(transform.dump, {
				...common,
				name: names.postgresDump,
				command: ["holdfast-postgres-dump"],
				envs: [`HOLDFAST_POSTGRES_DUMP_HOURS=${dumpHours}`],
				mounts: [mount(url, POSTGRES_URL_DIRECTORY, true), mount(dumps, DUMPS_PATH)],
				labels: labelsOf(name, "postgres-dump"),
			}),
			{ ...oneAtATime, dependsOn: [server] },
		);

		this.server = server.name;
		// Only once it answers.
		this.database = server.id.apply(() => databaseName);
		this.user = this.database;
		this.data = pulumi.output(data);
		this.dump = dump.name;
		this.network = network.name;
		this.urlVolume = pulumi.output(url);
		this.dumpsVolume = pulumi.output(dumps);
		this.registerOutputs({
			server: this.server,
			database: this.database,
			user: this.user,
			data: this.data,
			dump: this.dump,
			network: this.network,
			urlVolume: this.urlVolume,
			dumpsVolume: this.dumpsVolume,
		});
	}
}

/** Everything that is wrong with the arguments. */
export function dockerPostgresProblems(name: string, args: DockerPostgresArgs): Problem[] {
	const problems = [
		...postgresNameProblems("databaseName", args.databaseName ?? postgresName(name)),
		...wholeNumber("memoryMiB", args.memoryMiB, 128, 1_048_576),
		...wholeNumber("dumpHours", args.dumpHours, 1, 720),
		...wholeNumber("logs.maxSizeMB", args.logs?.maxSizeMB, 1, 10_000),
		...wholeNumber("logs.maxFiles", args.logs?.maxFiles, 1, 100),
	];
	const { cpus } = args;
	if (cpus !== undefined && !(cpus >= 0.01 && cpus <= 1024)) {
		problems.push({ propertyPath: "cpus", reason: `must be a number of cores from 0.01 to 1024 (got ${shown(cpus)})` });
	}
	return problems;
}
