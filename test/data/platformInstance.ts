import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { docker, until } from "./docker";
import { Host } from "./harness";
import type { RunningKeeper } from "./runningKeeper";
import type { TestStore } from "./stores";

const SCRIPT = readFileSync(join(__dirname, "app", "served.py"), "utf8");
/** Where the app listens, and where the door does. */
const APP_PORT = 8001;
const DOOR_PORT = 8000;
/** Seconds of the lease of these instances, and those that a stop may take. */
export const LEASE = 5;
export const STOP = 9;

/** What came of a request. */
export interface Answered {
	status: number;
	body: string;
	retryAfter: string | null;
}

export interface PlatformOptions {
	revision?: number;
	env?: Record<string, string>;
	/** A shell's words before the app, as a migration has them. */
	migration?: string;
}

/**
 * An instance as Cloud Run and ECS run it, with this test in the platform's place: the keeper is started, the app once the
 * keeper says that it is ready, and all requests come to the keeper's door.
 */
export class PlatformInstance {
	readonly acknowledged: string[] = [];
	appName = "";

	private constructor(
		readonly host: Host,
		readonly keeper: RunningKeeper,
		private readonly status: string,
		private readonly door: string,
	) {}

	static async launch(store: TestStore, { revision, env = {} }: PlatformOptions = {}): Promise<PlatformInstance> {
		const host = await Host.make(store, { args: [`--publish=127.0.0.1::${DOOR_PORT}`] });
		const keeper = await host.replicate(null, {
			env: {
				HOLDFAST_DISK: "temporary",
				HOLDFAST_APP_PORT: `${DOOR_PORT}`,
				HOLDFAST_APP_TARGET: `127.0.0.1:${APP_PORT}`,
				HOLDFAST_APP_START_SECONDS: "20",
				HOLDFAST_ACKNOWLEDGE: "replicated",
				HOLDFAST_LEASE_SECONDS: `${LEASE}`,
				HOLDFAST_STOP_SECONDS: `${STOP}`,
				HOLDFAST_LOG: "json",
				...(revision !== undefined && { HOLDFAST_REVISION: `${revision}`, HOLDFAST_SERVICE: "test/local/notes" }),
				...env,
			},
		});
		const [status, door] = await Promise.all([9400, DOOR_PORT].map((port) => docker("port", keeper.name, `${port}`)));
		return new PlatformInstance(host, keeper, status ?? "", door ?? "");
	}

	/** Both, until a write was acknowledged. */
	static async serving(store: TestStore, options: PlatformOptions = {}): Promise<PlatformInstance> {
		const instance = await PlatformInstance.launch(store, options);
		await instance.startApp(options);
		await instance.serves();
		return instance;
	}

	/** As the platform does: once the keeper is ready. */
	async startApp({ migration = "true" }: PlatformOptions = {}): Promise<void> {
		await this.until("ready", async () => (await this.ask("ready").catch(() => undefined))?.status === 200);
		const words = ["-c", 'migration=$0; sh -c "$migration" && exec "$@"', migration];
		await this.host.app(this.keeper, "sh", ...words, "python3", "-uc", SCRIPT, "/data/app.db", `${APP_PORT}`);
		const names = await docker("ps", `--filter=name=^${this.host.name}-`, "--format={{.Names}}");
		this.appName = names.split("\n").find((name) => name !== this.keeper.name) ?? "";
	}

	async serves(): Promise<void> {
		await this.until("serves", async () => (await this.write().catch(() => undefined))?.status === 200);
	}

	/** At the keeper's own port. */
	ask(path: string): Promise<Answered> {
		return answered(`http://${this.status}/${path}`);
	}

	/** At the door. */
	request(path: string, options: RequestInit = {}): Promise<Answered> {
		return answered(`http://${this.door}/${path}`, options);
	}

	async write(row = randomBytes(8).toString("hex")): Promise<Answered> {
		const answer = await this.request("rows", { method: "POST", body: row });
		if (answer.status === 200) this.acknowledged.push(row);
		return answer;
	}

	/** Takes the CPU from all of the instance, as where it scales to zero; or gives it back. */
	async sleep(): Promise<void> {
		for (const name of [this.appName, this.keeper.name]) await docker("pause", name);
	}
	async wake(): Promise<void> {
		for (const name of [this.appName, this.keeper.name]) await docker("unpause", name);
	}

	/** What the log has, each line an object. */
	async entries(): Promise<Record<string, string>[]> {
		const lines = (await this.keeper.log()).split("\n").filter(Boolean);
		return lines.map((line) => {
			try {
				return JSON.parse(line) as Record<string, string>;
			} catch {
				throw new Error(`no object: ${line}`);
			}
		});
	}

	private async until(what: string, holds: () => Promise<boolean>): Promise<void> {
		await until(what, holds, 60).catch(async (error: Error) => {
			throw new Error(`${error.message}\n${await this.keeper.log()}`);
		});
	}
}

async function answered(url: string, options: RequestInit = {}): Promise<Answered> {
	const answer = await fetch(url, { signal: AbortSignal.timeout(60_000), ...options });
	return { status: answer.status, body: await answer.text(), retryAfter: answer.headers.get("retry-after") };
}
