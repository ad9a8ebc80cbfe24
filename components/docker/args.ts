import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import type { AppArgs } from "../app";
import { appProblems } from "../appRules";
import type { BackupStore } from "../backup";
import { type KeeperArgs, keeperProblems } from "../keeperArgs";
import { type Database, type MoveArgs, moveProblems } from "../postgres";
import { type Problem, shown, wholeNumber } from "../validate";
import { backupProblems, type HostBackup } from "./backup";
import { type DomainArgs, domainOf, domainProblems, httpsUrl } from "./domain";
import { dockerNames } from "./identity";
import type { DockerPostgresServer } from "./postgres";
import { type StatusPageArgs, statusPageProblems } from "./statusPage";

/** What a {@link DockerApp} needs to know. */
export interface DockerAppArgs extends AppArgs {
	/** Where the app is reached on the Docker host, by plain HTTP. @default - loopback; nowhere where there is a `domain` */
	publish?: PublishArgs;
	/**
	 * The name under which everybody reaches it by HTTPS, with Caddy in front. The keeper is told of it, which makes its
	 * container anew. Taking it out again means `npm run pulumi -- state unprotect` for the volume of the certificates.
	 * @default - none
	 */
	domain?: string | DomainArgs;
	/**
	 * Data that is there already, from docker compose, Dokploy or by hand: a named volume or a directory of the host.
	 * Holdfast never creates, fills or deletes it; the keeper adds files of its own beside the database. Look at it with
	 * `checkDockerHost` before.
	 * @default - a volume of its own, kept when the stack is destroyed
	 */
	existingData?: { volume: string } | { directory: string };
	/**
	 * Where the data is replicated to, second by second: a place on the host, a bucket of `S3BackupBucket` or
	 * `GcsBackupBucket`, any S3-compatible server. It brings the keeper with it, which lets the app start only on sound data;
	 * the image then needs `/bin/sh`. `false`: no keeper and no replica, so losing the disk is losing the data.
	 * @default - a volume of its own on the same host
	 */
	backup?: HostBackup | BackupStore | false;
	/** How watchful the keeper is. */
	keeper?: KeeperArgs;
	/**
	 * The keeper's page for people: whether the data is safe, and what to do where it is not. `false`: none is published.
	 * @default - on a free port of the host's loopback, open to who is on the host
	 */
	statusPage?: StatusPageArgs | false;
	/**
	 * Where the app has its data. Another value than before is a move: the next deploy copies every row, verifies it, and
	 * switches; until `move.settled` the same leads back. @default "sqlite"
	 */
	database?: Database;
	/**
	 * The server to move to: a {@link DockerPostgres}. With `database: "sqlite"` each deploy rehearses the move, all but the
	 * switch. @default - none, and nothing of Postgres is there
	 */
	postgres?: DockerPostgresServer;
	/** What is to be decided of the move. @default - a value that Postgres cannot hold stops it; the way back is open */
	move?: MoveArgs;
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: {
		container?: (args: docker.ContainerArgs) => docker.ContainerArgs;
		/** Of the check before the start, and of the keeper beside the app. */
		keeper?: (args: docker.ContainerArgs) => docker.ContainerArgs;
		caddy?: (args: docker.ContainerArgs) => docker.ContainerArgs;
		network?: (args: docker.NetworkArgs) => docker.NetworkArgs;
	};
}

/** The port on the Docker host. */
export interface PublishArgs {
	/** Port on the host, 1 to 65535. @default - the app's own port */
	port?: number;
	/** Address of the host on which it listens; `0.0.0.0` opens it to everybody. @default "127.0.0.1" */
	address?: string;
}

/** Where the app itself is published, with the defaults filled in; undefined where only its domain is. */
export function publishedAt({ port, publish, domain }: DockerAppArgs) {
	return domain !== undefined && publish === undefined ? undefined : withPublishDefaults({ port, publish });
}

function withPublishDefaults({ port, publish }: Pick<DockerAppArgs, "port" | "publish">) {
	return { port: publish?.port ?? port, address: publish?.address ?? "127.0.0.1" };
}

/** Where users reach the app. */
export function urlOf(args: DockerAppArgs): string {
	const domain = domainOf(args);
	if (domain !== undefined) return httpsUrl(domain);
	const { port, address } = withPublishDefaults(args);
	return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** Name of the volume, or path of the directory on the host, that holds the data. */
export function dataSource(name: string, { existingData }: DockerAppArgs): string {
	if (existingData === undefined) return dockerNames(name).data;
	return "directory" in existingData ? existingData.directory : existingData.volume;
}

/** Everything that is wrong with the arguments, the app's and the platform's own. */
export function dockerAppProblems(args: DockerAppArgs): Problem[] {
	const problems = [...appProblems(args), ...wholeNumber("publish.port", args.publish?.port, 1, 65535)];
	const { address } = args.publish ?? {};
	if (address !== undefined && isIP(address) === 0) {
		const reason = `must be an IP address of the Docker host, such as 127.0.0.1 or 0.0.0.0 (got ${shown(address)})`;
		problems.push({ propertyPath: "publish.address", reason });
	}
	if (typeof args.user === "string") {
		const reason = `must be a number here (got ${shown(args.user)}): checkDockerHost turns a name of the image into its id`;
		problems.push({ propertyPath: "user", reason });
	}
	return [
		...problems,
		...existingDataProblems(args),
		...buildProblems(args),
		...backupProblems(args),
		...keeperProblems(args.keeper),
		...statusPageProblems(args),
		...domainProblems(args),
		...moveProblems(args),
	];
}

function existingDataProblems({ existingData }: DockerAppArgs): Problem[] {
	if (existingData === undefined) return [];
	const { volume, directory } = existingData as { volume?: string; directory?: string };
	if ((volume === undefined) === (directory === undefined)) {
		const reason = `must name a volume or a directory (got ${volume === undefined ? "neither" : "both"})`;
		return [{ propertyPath: "existingData", reason }];
	}
	if (directory !== undefined && !/^\/+[^/]/.test(directory)) {
		const reason = `must be an absolute path on the Docker host, and not / itself (got ${shown(directory)})`;
		return [{ propertyPath: "existingData.directory", reason }];
	}
	if (volume !== undefined && !/^[a-zA-Z0-9][\w.-]+$/.test(volume)) {
		const reason = `must be the name of a volume, as docker volume ls shows it (got ${shown(volume)})`;
		return [{ propertyPath: "existingData.volume", reason }];
	}
	return [];
}

function buildProblems({ build }: DockerAppArgs): Problem[] {
	if (build === undefined) return [];
	const { context, dockerfile = "Dockerfile" } = build;
	if (!existsSync(context)) {
		const reason = `must be a directory, seen from ${process.cwd()} (got ${shown(context)}, which is not there)`;
		return [{ propertyPath: "build.context", reason }];
	}
	if (existsSync(join(context, dockerfile))) return [];
	const reason = `must be a file in ${shown(context)} (got ${shown(dockerfile)}, which is not there)`;
	return [{ propertyPath: "build.dockerfile", reason }];
}
