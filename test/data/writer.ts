import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { watchdogScript } from "../../components/watchdog";
import { SAMPLE_BASE } from "../../tools/setup/versions";
import { docker, until } from "./docker";

const SCRIPT = readFileSync(join(__dirname, "app", "writer.py"), "utf8");
const BEHIND_DOOR = readFileSync(join(__dirname, "app", "behindDoor.py"), "utf8");
/** What an app waits for, as components/docker/container.ts makes it. */
const AT_GATE =
	"rm -f /run/holdfast/open && : > /run/holdfast/ask && until [ -e /run/holdfast/open ]; do sleep 0.1; done;";

export type Counts = "alone" | "local" | "replicated";

export interface WriterOptions {
	/** Seconds between two rows. */
	pause: number;
	waitsAtGate: boolean;
	/**
	 * Rows are acknowledged only while the keeper's door is open: once they are on the disk, or once the store has them.
	 * An app that counts alone has been told once that it is open, and goes on for as long as it can write.
	 */
	door?: Counts;
	/** Under the dead-man switch, for a lease of so many seconds. */
	watchedFor?: number;
}

interface Said {
	ready?: number;
	row?: string;
	epoch?: number;
	at?: number;
	took?: number;
	error?: string;
	answer?: unknown;
}

/** An app in a container that writes numbered rows, and says each as soon as it is committed. */
export class Writer {
	/** The rows that were acknowledged, in order, and when. */
	readonly acknowledged: string[] = [];
	readonly times: number[] = [];
	/** Of the lease under which each was acknowledged, behind a door. */
	readonly epochs: number[] = [];
	readonly errors: string[] = [];
	/** Rows that were there when it started; undefined until it runs. */
	ready: number | undefined;
	/** Seconds that the slowest write took. */
	slowest = 0;
	private readonly child: ChildProcess;
	private readonly ended: Promise<number>;
	readonly name: string;
	private rest = "";
	private answers: unknown[] = [];
	private failure = "";

	constructor(args: string[], { pause, waitsAtGate, door, watchedFor }: WriterOptions) {
		this.name = (args.find((word) => word.startsWith("--name=")) ?? "").slice(7);
		const script = door === undefined ? [SCRIPT] : [BEHIND_DOOR];
		const words = ["python3", "-uc", ...script, "/data/app.db", `${pause}`, ...(door === undefined ? [] : [door])];
		const run = watchedFor === undefined ? 'exec "$@"' : watchdogScript("/run/holdfast", watchedFor);
		const all = waitsAtGate ? ["sh", "-c", `${AT_GATE}\n${run}`, "sh", ...words] : words;
		this.child = spawn("docker", ["run", "--interactive", ...args, SAMPLE_BASE, ...all], { stdio: "pipe" });
		this.child.stdout?.on("data", (chunk) => this.take(`${chunk}`));
		this.child.stderr?.on("data", (chunk) => {
			this.failure += chunk;
		});
		this.child.stdin?.on("error", () => {});
		this.ended = new Promise((resolve) => this.child.on("close", (code) => resolve(code ?? 1)));
	}

	/** Waits until what the app said is as wanted. */
	async until(holds: (app: Writer) => boolean, what: string, seconds = 30): Promise<void> {
		await until(`the app: ${what}`, () => holds(this), seconds).catch((error: Error) => {
			throw new Error(`${error.message} ${this.failure} ${this.errors.at(-1) ?? ""}`);
		});
	}

	/** Waits for so many more rows. */
	async more(count: number, seconds = 30): Promise<void> {
		const wanted = this.acknowledged.length + count;
		await this.until(() => this.acknowledged.length >= wanted, `${count} more rows`, seconds);
	}

	/** Stops to write, or goes on; all acknowledged rows are then known here. */
	async write(write: boolean): Promise<void> {
		await this.order({ write });
	}

	/** Has the app run a statement on its own connection, between two writes. */
	async sql(statement: string): Promise<unknown> {
		return this.order({ sql: statement });
	}

	/** Has the app open its database anew. */
	async reconnect(): Promise<void> {
		await this.order({ reconnect: true });
	}

	/** SIGTERM: the app closes its database and ends. */
	async stop(): Promise<void> {
		await docker("stop", this.name);
		await this.ended;
	}

	/** kill -9; what it had said by then is known. */
	async kill(): Promise<void> {
		await docker("kill", "--signal=KILL", this.name);
		await this.ended;
	}

	/** Waits for the end that somebody else brought. */
	async gone(): Promise<void> {
		await this.ended;
	}

	private async order(words: object): Promise<unknown> {
		const before = this.answers.length;
		this.child.stdin?.write(`${JSON.stringify(words)}\n`);
		await this.until((app) => app.answers.length > before, JSON.stringify(words));
		return this.answers[before];
	}

	private take(chunk: string): void {
		const lines = (this.rest + chunk).split("\n");
		this.rest = lines.pop() ?? "";
		for (const line of lines) {
			const said = JSON.parse(line) as Said;
			if (said.ready !== undefined) this.ready = said.ready;
			if (said.error !== undefined) this.errors.push(said.error);
			if ("answer" in said) this.answers.push(said.answer);
			if (said.row === undefined) continue;
			this.acknowledged.push(said.row);
			this.times.push(said.at ?? 0);
			this.epochs.push(said.epoch ?? 0);
			this.slowest = Math.max(this.slowest, said.took ?? 0);
		}
	}
}
