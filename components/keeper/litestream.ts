import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { folderOf, type Generation, generationOf } from "./generations";
import type { Settings } from "./settings";

/** Litestream gets these variables and no others: some, such as AWS_CA_BUNDLE, keep its S3 client from starting. */
const PASSED_ON =
	/^(PATH|HOME|TMPDIR|TZ|SSL_CERT_(FILE|DIR)|HTTPS?_PROXY|NO_PROXY|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|REGION|CONTAINER_\w+|WEB_IDENTITY_TOKEN_FILE|ROLE_ARN)|GOOGLE_APPLICATION_CREDENTIALS|STORAGE_EMULATOR_HOST|GOMEMLIMIT)$/;

/** What a sync brought: the last transaction of the database, and the last one in the store. */
export interface Synced {
	transaction: number;
	replicated: number;
}

/** What a restore was asked for. */
export type Target = { transaction: number } | { time: Date } | "newest";

/** The Litestream program, with this app's database and replica. */
export class Litestream {
	/** Where in the replica it writes. */
	generation = "";
	private readonly socket: string;

	constructor(
		private readonly settings: Settings,
		/** What a restore can be of. */
		private readonly generations: () => Promise<Generation[] | undefined>,
		private readonly directory = "/tmp",
	) {
		this.socket = join(directory, "litestream.sock");
	}

	/** Starts the replication. It goes on until it is told to stop, or dies. */
	replicate(log: (line: string) => void): ChildProcess {
		const config = this.config("replicate", this.generation, this.socket);
		const child = spawn("litestream", ["replicate", "-config", config], {
			env: environment(),
			stdio: ["ignore", "pipe", "pipe"],
		});
		for (const stream of [child.stdout, child.stderr]) eachLine(stream, log);
		return child;
	}

	/** Writes all that the database has, as one file that rests on no other, to another generation. */
	async base(generation: string): Promise<void> {
		const args = ["replicate", "-once", "-force-snapshot", "-config", this.config("base", generation)];
		const { code, stderr } = await run(args);
		if (code !== 0) throw new Error(reasonOf(stderr));
	}

	/** Brings every commit so far into the store, or fails within `seconds`. */
	async sync(seconds: number): Promise<Synced> {
		const body = JSON.stringify({ path: this.settings.database, wait: true, timeout: Math.ceil(seconds) });
		const answer = await this.control("POST", "/sync", body, seconds * 1000 + 1000);
		const { txid, replicated_txid } = JSON.parse(answer) as { txid: number; replicated_txid: number };
		return { transaction: txid, replicated: replicated_txid };
	}

	/** Restores into a file that must not be there yet, and returns the last transaction in it. */
	async restore(output: string, target: Target): Promise<number> {
		const point =
			target === "newest"
				? []
				: "transaction" in target
					? ["-txid", target.transaction.toString(16).padStart(16, "0")]
					: ["-timestamp", target.time.toISOString()];
		const config = this.config("restore", generationOf(await this.generations(), target));
		const args = ["restore", "-config", config, "-json", ...point, "-o", output, this.settings.database];
		const { code, stdout, stderr } = await run(args);
		if (code !== 0) throw new RestoreFailed(reasonOf(stderr));
		return Number.parseInt((JSON.parse(stdout) as { txid: string }).txid, 16);
	}

	/** A file for each use: a drill, which is another process, must not change what the replication is started with. */
	private config(use: string, generation: string, socket?: string): string {
		const file = join(this.directory, `litestream-${use}-${process.pid}.yml`);
		writeFileSync(file, JSON.stringify(configOf(this.settings, generation, socket)), { mode: 0o600 });
		return file;
	}

	private control(method: string, path: string, body: string, timeout: number): Promise<string> {
		return new Promise((resolve, reject) => {
			const sent = request({ socketPath: this.socket, method, path, timeout }, (response) => {
				let answer = "";
				response.setEncoding("utf8").on("data", (chunk) => {
					answer += chunk;
				});
				response.on("end", () => (response.statusCode === 200 ? resolve(answer) : reject(new Error(answer.trim()))));
				response.on("error", reject);
			});
			sent.on("timeout", () =>
				sent.destroy(new Error(`Litestream gave no answer within ${Math.round(timeout / 1000)} s`)),
			);
			sent.on("error", reject);
			sent.end(body);
		});
	}
}

/** A replica that cannot be restored, in Litestream's own words. */
export class RestoreFailed extends Error {}

/** JSON is YAML. Litestream's own retention is off, so that the writer needs no right to delete. */
function configOf({ database, location, acknowledge }: Settings, generation: string, socket?: string) {
	const path = [location.prefix, folderOf(generation)].filter(Boolean).join("/");
	const endpoint = process.env.AWS_ENDPOINT_URL_S3;
	const replica = {
		url:
			location.scheme === "file"
				? `file://${location.bucket}/${path}`
				: `${location.scheme}://${location.bucket}/${path}`,
		// What was read from the WAL each second goes out at once: a second of waiting less, and not one request more.
		"sync-interval": "200ms",
		...(location.scheme === "s3" && {
			region: process.env.AWS_REGION ?? "us-east-1",
			...(endpoint !== undefined && { endpoint, "force-path-style": true }),
		}),
	};
	return {
		...(socket !== undefined && { socket: { enabled: true, path: socket, permissions: 0o600 } }),
		retention: { enabled: false },
		// Each check lists all that was ever written, and it deletes nothing but local copies.
		"l0-retention-check-interval": "10m",
		"shutdown-sync-timeout": "30s",
		dbs: [
			{
				path: database,
				// Where answers wait for the store, the door asks for what they need; each file that is made unasked, once a
				// second, is one request more for which they would wait. What nobody waits for, the keeper asks for every 2 s.
				...(acknowledge === "replicated" && { "monitor-interval": "10s" }),
				replica,
			},
		],
	};
}

function environment(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));
}

function run(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
	return new Promise((resolve, reject) => {
		const child = spawn("litestream", args, { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
		let stdout = "";
		let stderr = "";
		child.stdout.on("data", (chunk) => {
			stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
		});
		child.on("error", reject);
		child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
	});
}

/** The line with the reason: the last one that is no mere log. */
function reasonOf(stderr: string): string {
	const lines = stderr.trim().split("\n");
	const last = lines.filter((line) => !/level=(INFO|WARN|DEBUG)/.test(line)).at(-1) ?? lines.at(-1) ?? "";
	return last.replace(/^.*?error=/, "").trim() || "litestream restore said nothing";
}

export function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
	let rest = "";
	stream?.setEncoding("utf8").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) take(line);
	});
}
