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

/** What came of a request. */
export interface Outcome {
	status: number;
	body: string;
	/** The transaction that the answer is covered by; undefined where it tells of no write. */
	transaction?: number;
	/** Milliseconds until it was whole. */
	took: number;
}

/** An app on a host, behind the door of a keeper that acknowledges what is replicated. */
export class Served {
	/** Every row that an answer told of, and those whose answer was a refusal. */
	readonly acknowledged: string[] = [];
	readonly refused: string[] = [];

	private constructor(
		private readonly store: TestStore,
		readonly host: Host,
		readonly keeper: RunningKeeper,
		private readonly address: string,
	) {}

	static async launch(store: TestStore, env: Record<string, string> = {}): Promise<Served> {
		const host = await Host.make(store, { args: [`--publish=127.0.0.1::${DOOR_PORT}`] });
		// As a deploy would leave it: which container serves is read from the record.
		const version = { kind: "app", image: "", imageName: "served", port: APP_PORT, startSeconds: 60, stopSeconds: 5 };
		const current = { instance: "127.0.0.1", version: { ...version, migrates: false, mayLose: [] }, since: "" };
		const record = JSON.stringify({ format: 1, current, outcomes: [] });
		await host.shell(`echo '${record}' > /data/.holdfast-deploy.json && chown 1000:1000 /data/.holdfast-deploy.json`);
		const keeper = await host.replicate(null, {
			env: {
				HOLDFAST_APP_PORT: `${DOOR_PORT}`,
				HOLDFAST_ACKNOWLEDGE: "replicated",
				// The store is out of reach for a while here, and this instance keeps its right to write.
				HOLDFAST_LEASE_SECONDS: "60",
				...env,
			},
		});
		await host.app(keeper, "python3", "-uc", SCRIPT, "/data/app.db", `${APP_PORT}`);
		const served = new Served(store, host, keeper, await docker("port", keeper.name, `${DOOR_PORT}`));
		await keeper.until("replicating");
		await until("the app answers", async () => (await served.get("rows").catch(() => undefined))?.status === 200);
		return served;
	}

	/** @throws where no answer came, or one that is not whole. */
	async request(path: string, options: RequestInit = {}): Promise<Outcome> {
		const began = performance.now();
		const answer = await fetch(`http://${this.address}/${path}`, { signal: AbortSignal.timeout(60_000), ...options });
		const body = await answer.text();
		const covered = answer.headers.get("holdfast-transaction");
		const transaction = covered === null ? undefined : Number(covered);
		return { status: answer.status, body, took: performance.now() - began, ...(transaction && { transaction }) };
	}

	get(path: string): Promise<Outcome> {
		return this.request(path);
	}

	/** Writes a row, and keeps in mind what was said of it. */
	async write(row = randomBytes(8).toString("hex")): Promise<Outcome> {
		const outcome = await this.request("rows", { method: "POST", body: row });
		if (outcome.status === 200) this.acknowledged.push(row);
		else this.refused.push(row);
		return outcome;
	}

	/** So many clients that write one row after the other, until they are told to stop; that the host goes away is no error. */
	load(clients: number): { stop(): Promise<void> } {
		let stopped = false;
		const client = async () => {
			while (!stopped) await this.write().catch(() => undefined);
		};
		const all = Promise.all(Array.from({ length: clients }, client));
		return {
			stop: async () => {
				stopped = true;
				await all;
			},
		};
	}

	/** Waits for so many more rows that are acknowledged. */
	async more(rows: number, seconds = 40): Promise<void> {
		const wanted = this.acknowledged.length + rows;
		await until(`${rows} more rows`, () => this.acknowledged.length >= wanted, seconds).catch(async (error: Error) => {
			throw new Error(`${error.message}\n${JSON.stringify(await this.keeper.status())}\n${await this.keeper.log()}`);
		});
	}

	/** What was acknowledged and is not in the store, as the next host finds it. */
	async missing(): Promise<string[]> {
		const successor = await Host.make(this.store);
		const rows = new Set((await successor.restored()).rows);
		return this.acknowledged.filter((row) => !rows.has(row));
	}
}
