import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../components/keeper/status";
import { besideArgs, containersOf, keeperStatus } from "../keeper";
import type { Ended } from "../setup/command";
import { type Acknowledged, answering, duplicatesIn, Load, notesOf } from "./load";
import { docker, dockerOutput, succeeds, type Twin } from "./twin";

/** How long a fault may take to be over, in milliseconds. */
const PATIENCE = 120_000;

/** Where the replica is, as far as the faults must touch it. */
export interface ReplicaAccess {
	/** What to call it. */
	kind: string;
	/** Changes a byte in the middle of a file of the replica, and returns what undoes it. */
	damage(): Promise<() => Promise<void>>;
}

/** When a write counts as done (see the app's arguments). */
export type Acknowledge = "local" | "replicated";

/** What those who asked during a redeploy saw, in seconds. */
export interface RedeployFigures {
	/** Requests, reads and writes. */
	requests: number;
	failed: number;
	longestWait: number;
	doorClosed: number;
}

/** A twin of the stack under faults, and the book of what its app has acknowledged. */
export class Scene {
	/** Every note that was acknowledged and must be there. */
	readonly acknowledged: Acknowledged[] = [];
	/** Of the present fault, where it is a redeploy. */
	figures: RedeployFigures | undefined;
	private loads = 0;
	private acknowledge: Acknowledge;

	constructor(
		readonly twin: Twin,
		readonly replica: ReplicaAccess,
		/** As the stack has it. */
		private readonly usual: Acknowledge,
	) {
		this.acknowledge = usual;
	}

	/** Makes the twin acknowledge writes as the next fault wants it. */
	async begin(acknowledge = this.usual): Promise<void> {
		this.figures = undefined;
		if (acknowledge === this.acknowledge) return;
		await succeeds(this.twin.change({ acknowledge }));
		this.acknowledge = acknowledge;
		await this.settled();
	}

	/** Writers, and readers if wanted, who go on until the work is done. */
	async underLoad(work: () => Promise<void>, { readers = 0 } = {}): Promise<Load> {
		this.loads += 1;
		const load = new Load(this.twin.url, { writers: 4, readers, prefix: `round ${this.loads}, note` });
		try {
			await work();
		} finally {
			await load.stop();
			this.acknowledged.push(...load.acknowledged);
		}
		return load;
	}

	/** Acknowledged notes that are not there, or not as they were acknowledged; and how many notes are there twice. */
	async counted(): Promise<{ lost: Acknowledged[]; duplicates: number }> {
		const there = await notesOf(this.twin.url);
		return {
			lost: this.acknowledged.filter(({ id, text }) => there.get(id) !== text),
			duplicates: duplicatesIn(there),
		};
	}

	/** Whether what is there is all that was acknowledged up to some moment: no hole before the last note. */
	async isPrefix(): Promise<boolean> {
		const there = await notesOf(this.twin.url);
		const last = Math.max(0, ...there.keys());
		return this.acknowledged.every(({ id, text }) => (id <= last ? there.get(id) === text : !there.has(id)));
	}

	/** A loss that is not to be counted again. */
	forget(lost: Acknowledged[]): void {
		const gone = new Set(lost);
		const kept = this.acknowledged.filter((note) => !gone.has(note));
		this.acknowledged.splice(0, this.acknowledged.length, ...kept);
	}

	/** Name of the app's container that serves. */
	app(): Promise<string> {
		return this.twin.app();
	}

	/** The app's process: another one after each start. */
	async process(): Promise<string> {
		return dockerOutput("inspect", "--format", "{{.Id}} {{.State.StartedAt}} {{.RestartCount}}", await this.app());
	}

	/** Writes notes from within the app's own container, beside the keeper's port. Returns how many were acknowledged. */
	async writtenInside(count: number): Promise<number> {
		this.loads += 1;
		const prefix = `round ${this.loads}, alone`;
		const script = `
import json, urllib.request as r
for n in range(${count}):
    body = json.dumps({"text": "${prefix} %d" % n}).encode()
    sent = r.Request("http://127.0.0.1:8000/notes", body, {"content-type": "application/json"})
    print(json.load(r.urlopen(sent, timeout=10))["id"], "${prefix} %d" % n, flush=True)`;
		const { stdout } = await docker.run(["exec", await this.app(), "python3", "-c", script], { timeout: PATIENCE });
		const lines = `${stdout}`.split("\n").filter(Boolean);
		const at = performance.now();
		this.acknowledged.push(
			...lines.map((line) => ({ id: Number.parseInt(line, 10), text: line.replace(/^\d+ /, ""), at })),
		);
		return lines.length;
	}

	get keeper(): string {
		return `${this.twin.container}-keeper`;
	}

	/** The app answers, and the replica has all that was acknowledged until now. */
	async settled(): Promise<void> {
		await answering(this.twin.url);
		await this.until("the replica is proven complete", async () => {
			const status = await this.status();
			return status?.healthy === true && status.state === "replicating" && status.replica.lagSeconds === 0;
		});
	}

	status(): Promise<Status | undefined> {
		return keeperStatus(docker, this.keeper);
	}

	/** In the running keeper, as npm run drill does. */
	async drill(): Promise<Ended> {
		const { code, stdout, errors } = await docker.run(["exec", this.keeper, "node", "/keeper/keeper.js", "drill"]);
		return { code, output: `${stdout}${errors}` };
	}

	async until(what: string, holds: () => Promise<boolean>, patience = PATIENCE): Promise<void> {
		const start = performance.now();
		while (!(await holds())) {
			if (performance.now() - start > patience) throw new Error(`not within ${patience / 1000} s: ${what}`);
			await sleep(300);
		}
	}

	/** The keeper's check or another of its commands, in a container beside it. */
	async beside(words: string[], changed: { env?: string[]; readOnlyData?: boolean } = {}): Promise<Ended> {
		const { keeper } = await containersOf(this.twin.name);
		if (keeper === undefined) throw new Error("there is no keeper");
		const readOnly = ({ Name }: { Name?: string }) => changed.readOnlyData === true && Name === this.twin.volume;
		const args = besideArgs(keeper, words, { env: changed.env, readOnly });
		const { code, stdout, errors } = await docker.run(args, { timeout: PATIENCE });
		return { code, output: `${stdout}${errors}` };
	}

	/** Runs a shell as root in a container that sees the data. */
	inData(script: string): Promise<string> {
		return this.twin.inVolume(this.twin.volume, script);
	}

	/** App and keeper, at once. */
	async both(how: "kill" | "stop"): Promise<void> {
		await Promise.all([await this.app(), this.keeper].map((name) => dockerOutput(how, name)));
	}

	/** All that the host has of the stack is gone, the backup store excepted; then it is brought up on what is like a new host. */
	async loseHost(): Promise<void> {
		await this.removeHost();
		await succeeds(this.twin.pulumi("refresh", "--yes", "--skip-preview"));
		await succeeds(this.twin.up());
	}

	private async removeHost(): Promise<void> {
		const mine = ["--filter", `name=-${this.twin.name}-`];
		const lines = async (...args: string[]) => (await dockerOutput(...args)).split("\n").filter(Boolean);
		for (const { id } of await this.twin.labelled()) await docker.run(["rm", "--force", "--volumes", id]);
		const volumes = await lines("volume", "ls", "--quiet", ...mine);
		for (const volume of volumes.filter((name) => !name.endsWith("-backup")))
			await dockerOutput("volume", "rm", volume);
	}
}
