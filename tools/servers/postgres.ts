import { randomBytes } from "node:crypto";
import { type Answer, DockerCli } from "../../components/docker/cli";
import { PGLOADER_IMAGE, POSTGRES_IMAGE } from "../setup/versions";

/** What Docker takes from every container that need not be root. */
const CLOSED = ["--read-only", "--init", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"];
const NAME = "app";
const FILES = "/files";

export interface PostgresOptions {
	/** The image with the keeper. */
	keeper: string;
	/** Where the cluster lies: in memory, or on a disk. @default "memory" */
	data?: "memory" | "volume";
	/** Of the server, in MiB. @default 256 */
	memory?: number;
}

/**
 * A PostgreSQL server in its container as the component runs it, a container with other people's tools beside it, and a
 * volume for files that these and the keeper share. Nobody else reaches it: all of them are in one network of their own.
 */
export class PostgresServer {
	readonly name = `holdfast-postgres-test-${randomBytes(4).toString("hex")}`;
	private readonly docker = new DockerCli();
	private keepers = 0;
	/** With the password, up to the name of the database. */
	private url = "";

	private constructor(private readonly options: PostgresOptions) {}

	static async start(options: PostgresOptions): Promise<PostgresServer> {
		const server = new PostgresServer(options);
		try {
			await server.begin();
		} catch (error) {
			await server.remove();
			throw error;
		}
		return server;
	}

	/** Makes a database whose owner is the app's role, and has its owner run a script in it. */
	async database(name: string, script = ""): Promise<void> {
		await this.sql(NAME, `CREATE DATABASE "${name}" TEMPLATE template0`);
		if (script !== "") await this.sql(name, script);
	}

	/** Runs SQL as the app's role. Each row is a line, its columns apart by `|`. */
	async sql(database: string, script: string): Promise<string[]> {
		const words = ["psql", "-XqAt", "--set=ON_ERROR_STOP=1", this.urlOf(database)];
		const { code, stdout, errors } = await this.tool(words, script);
		if (code !== 0) throw new Error(`psql in ${database}: ${errors}`);
		return `${stdout}`.split("\n").slice(0, -1);
	}

	/** Makes a SQLite file by a script. */
	async sqlite(file: string, script: string): Promise<void> {
		const { code, stdout, errors } = await this.tool(["sqlite3", "-bail", `${FILES}/${file}`], script);
		if (code !== 0) throw new Error(`sqlite3 ${file}: ${stdout}${errors}`);
	}

	/** Runs pgloader with its defaults from a SQLite file into a database. */
	pgloader(file: string, database: string): Promise<Answer> {
		return this.tool(["pgloader", "--root-dir=/tmp/pgloader", `sqlite://${FILES}/${file}`, this.urlOf(database)]);
	}

	/** Runs one of the tools beside the server, whatever comes of it. */
	tool(words: string[], input = "", timeout = 120_000): Promise<Answer> {
		const as = ["exec", "--interactive", "--user=1000:1000", `${this.name}-tools`];
		return this.docker.run([...as, ...words], { input: Buffer.from(input), timeout });
	}

	/**
	 * Runs a command of the keeper to its end, whatever comes of it, in a container of its own.
	 *
	 * @param options.args more for `docker run`
	 */
	keeper(
		database: string,
		words: string[],
		{
			args = [],
			name = this.keeperName(),
			timeout = 120_000,
		}: { args?: string[]; name?: string; timeout?: number } = {},
	): Promise<Answer> {
		const all = [`--name=${name}`, ...this.beside, ...CLOSED, "--user=1000:1000", "--tmpfs=/tmp:mode=1777"];
		// The password is one of this server alone, which nobody else reaches.
		const variables = ["--env", `HOLDFAST_POSTGRES_URL=${this.urlOf(database)}`];
		return this.docker.run(["run", "--rm", ...all, ...variables, ...args, this.options.keeper, ...words], { timeout });
	}

	keeperName(): string {
		this.keepers += 1;
		return `${this.name}-keeper-${this.keepers}`;
	}

	/** The path of a file on the volume, in each of the containers. */
	path(file: string): string {
		return `${FILES}/${file}`;
	}

	urlOf(database: string): string {
		return `${this.url}${database}`;
	}

	/** Takes away all that it made. */
	async remove(): Promise<void> {
		const { stdout } = await this.docker.run(["ps", "--all", "--quiet", `--filter=name=^${this.name}`]);
		const ids = `${stdout}`.split("\n").filter(Boolean);
		if (ids.length > 0) await this.docker.run(["rm", "--force", "--volumes", ...ids]);
		await this.docker.run(["volume", "rm", "--force", `${this.name}-files`, `${this.name}-data`]);
	}

	private async begin(): Promise<void> {
		const { data = "memory", memory = 256 } = this.options;
		const place = "/var/lib/postgresql/data";
		const cluster =
			data === "memory"
				? `--tmpfs=${place}:rw,uid=999,gid=999,mode=0700`
				: `--mount=type=volume,source=${this.name}-data,target=${place}`;
		const environment = [`NAME=${NAME}`, "HOST=127.0.0.1", `MEMORY_MIB=${memory}`];
		const variables = environment.flatMap((each) => ["--env", `HOLDFAST_POSTGRES_${each}`]);
		const writable = ["/run/holdfast-postgres", "/run/postgresql"].map((path) => `--tmpfs=${path}:uid=999,gid=999`);
		const closed = [...CLOSED, "--shm-size=256m", "--tmpfs=/tmp:mode=1777"];
		const server = [`--name=${this.name}`, "--network=none", cluster, ...variables, ...writable, ...closed];
		await this.done("run", "--detach", ...server, POSTGRES_IMAGE);
		const tools = [`--name=${this.name}-tools`, ...this.beside, "--init", "--env=HOME=/tmp", PGLOADER_IMAGE];
		await this.done("run", "--detach", ...tools, "sh", "-c", `chmod 777 ${FILES} && exec sleep infinity`);
		const asked = "until pg_isready -q -h 127.0.0.1; do sleep 0.1; done";
		await this.done("exec", `${this.name}-tools`, "timeout", "60", "sh", "-c", asked);
		const url = await this.done("exec", this.name, "cat", "/run/holdfast-postgres/url");
		this.url = url.slice(0, url.lastIndexOf("/") + 1);
	}

	private get beside(): string[] {
		return [`--network=container:${this.name}`, `--mount=type=volume,source=${this.name}-files,target=${FILES}`];
	}

	private async done(...args: string[]): Promise<string> {
		const { code, stdout, errors } = await this.docker.run(args, { timeout: 120_000 });
		if (code !== 0) throw new Error(`docker ${args.slice(0, 40).join(" ")}: ${errors}`);
		return `${stdout}`.trim();
	}
}
