import type { Status } from "../../components/keeper/status";
import { docker, tryDocker, until } from "./docker";

/** A keeper's container that stays. */
export class RunningKeeper {
	private constructor(
		readonly name: string,
		private readonly address: string,
	) {}

	static async of(name: string): Promise<RunningKeeper> {
		return new RunningKeeper(name, await docker("port", name, "9400"));
	}

	/** Where its status page is. */
	get page(): string {
		return `http://${this.address}/`;
	}

	/** Undefined while it does not answer. */
	async status(): Promise<Status | undefined> {
		const response = await this.fetch("status");
		return response?.ok ? ((await response.json()) as Status) : undefined;
	}

	/** What it answers to a health check: 200 or 503. */
	async health(): Promise<number | undefined> {
		return (await this.fetch("health"))?.status;
	}

	/** Waits for a state, or for a status that is as `wanted` says. */
	async until(wanted: string | ((status: Status) => unknown), seconds = 30): Promise<Status> {
		const holds = typeof wanted === "string" ? ({ state }: Status) => state === wanted : wanted;
		let last: Status | undefined;
		const look = async () => {
			last = await this.status();
			return last !== undefined && holds(last) ? last : undefined;
		};
		return until(`the keeper's status ${wanted}`, look, seconds).catch(async (error: Error) => {
			throw new Error(`${error.message}\n${JSON.stringify(last)}\n${await this.log()}`);
		});
	}

	/** Waits until all that is committed now is in the store. */
	async proven(seconds = 30): Promise<Status> {
		const start = Date.now();
		return this.until(({ replica, healthy }) => {
			const age = replica.provenSecondsAgo * 1000;
			return healthy && replica.proven > 0 && replica.proven === replica.transaction && Date.now() - age > start + 100;
		}, seconds);
	}

	exec(...words: string[]): ReturnType<typeof tryDocker> {
		return tryDocker("exec", this.name, "node", "/keeper/keeper.js", ...words);
	}

	/** Sends a signal to the keeper, or to a process in its container. */
	signal(signal: string): Promise<string> {
		return docker("kill", `--signal=${signal}`, this.name);
	}

	/** SIGTERM, and its exit code once it has ended. */
	async stop(): Promise<number> {
		await docker("stop", "--time=60", this.name);
		return this.exitCode();
	}

	async exitCode(): Promise<number> {
		return Number(await docker("wait", this.name));
	}

	/** Starts the container again: it keeps its name, and so its lease. */
	async restart(state: string | null = "replicating"): Promise<RunningKeeper> {
		await docker("start", this.name);
		const again = await RunningKeeper.of(this.name);
		if (state !== null) await again.until(state);
		return again;
	}

	async log(): Promise<string> {
		const { stdout, errors } = await tryDocker("logs", this.name);
		return `${stdout}${errors}`;
	}

	/** The processes of the container as the host numbers them, by the first word of their command. */
	async processes(): Promise<{ pid: number; command: string }[]> {
		const lines = (await docker("top", this.name, "-eo", "pid,args")).split("\n").slice(1);
		return lines.map((line) => {
			const [pid, ...words] = line.trim().split(/\s+/);
			return { pid: Number(pid), command: words.join(" ") };
		});
	}

	private async fetch(path: string): Promise<Response | undefined> {
		return fetch(`http://${this.address}/${path}`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
	}
}
