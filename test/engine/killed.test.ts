import { randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { MANY } from "../../tools/faults/many";
import { type Acknowledged, addNotes, answering, Load, lost } from "../../tools/prove/load";
import { killAll, random } from "./killing";
import { dockerOutput, freePort, succeeds, TestStack } from "./testStack";

/** Set `HOLDFAST_SEED` to the one of a failed run to have its moments again. */
const SEED = Number(process.env.HOLDFAST_SEED ?? randomInt(1_000_000));
const next = random(SEED);
const MINUTES = 60_000;

interface Exported {
	deployment: {
		resources: { type: string; id?: string; outputs?: Record<string, unknown> }[];
		pending_operations?: unknown[];
	};
}

/** A stack whose `up` can be killed. */
class KilledStack extends TestStack {
	static async fresh(): Promise<KilledStack> {
		const stack = new KilledStack(`k${randomInt(2 ** 32).toString(16)}`, await freePort());
		onTestFinished(() => stack.remove(), 2 * MINUTES);
		return stack;
	}

	/** Runs `npm run up`, and kills it with all of its processes when the moment has come. */
	async upKilled(moment: () => Promise<unknown>): Promise<void> {
		const start = performance.now();
		const up = this.up();
		await moment();
		const after = performance.now() - start;
		const killed = await killAll(`HOLDFAST_HOME=${this.home}`);
		const { output } = await up;
		const last = output.trim().split("\n").at(-1)?.trim();
		console.log(`seed ${SEED}: killed ${killed} processes after ${(after / 1000).toFixed(1)} s, at: ${last}`);
	}

	/** Runs `npm run up` to its end, says how long it took, and shows what it found in its way. */
	async upConverged(): Promise<number> {
		const start = performance.now();
		const output = await succeeds(this.up());
		const took = performance.now() - start;
		const found = output.split("\n").filter((line) => /cut off|^ {2}…/.test(line));
		console.log(`the next one took ${(took / 1000).toFixed(1)} s; ${found.join("; ") || "nothing was in its way"}`);
		return took;
	}

	version(version: string): void {
		this.configure({ build: { context: "stacks/sample-app", args: { VERSION: version } } });
	}

	/** Waits until there is something of the stack on the host. */
	async begun(): Promise<void> {
		const mine = ["--quiet", "--filter", `label=holdfast.app=holdfast/${this.name}/notes`];
		while ((await dockerOutput("network", "ls", ...mine)) + (await dockerOutput("ps", "--all", ...mine)) === "") {
			await sleep(20);
		}
	}

	/** A container of the app that the state does not know, of this or of another backend. It goes with the stack. */
	async madeVersion(suffix: string, backend?: string): Promise<string> {
		const own = await dockerOutput(
			"inspect",
			"--format",
			'{{index .Config.Labels "holdfast.backend"}}',
			`${this.container}-keeper`,
		);
		const labels = [`app=holdfast/${this.name}/notes`, `backend=${backend ?? own}`, "role=app"];
		const name = `${this.container}-${suffix}`;
		const labelled = labels.flatMap((label) => ["--label", `holdfast.${label}`]);
		await dockerOutput("create", "--name", name, "--network", "none", ...labelled, "holdfast/sample-base:2", "true");
		return name;
	}

	/** The version asked for serves all notes, alone; and the state and the host agree on what there is. */
	async isWhole(version: string, acknowledged: Acknowledged[]): Promise<void> {
		expect(await answering(this.url)).toBe(version);
		expect(await lost(this.url, acknowledged)).toEqual([]);

		const { deployment } = JSON.parse(await succeeds(this.pulumi("stack", "export")).then(jsonOf)) as Exported;
		const { keeper, container } =
			deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
		const mine = ["--no-trunc", "--filter", `label=holdfast.app=holdfast/${this.name}/notes`];
		const running = await lines("ps", ...mine, "--format", "{{.Names}}");
		expect(running.filter((name) => name !== keeper)).toEqual([container]);
		const known = deployment.resources.filter(({ type }) => /^docker:.*:(Container|Network)$/.test(type));
		const there = [
			...(await lines("ps", "--all", "--quiet", ...mine)),
			...(await lines("network", "ls", "--quiet", ...mine)),
		];
		expect(there.sort()).toEqual(known.map(({ id }) => id).sort());
		expect(deployment.pending_operations ?? []).toEqual([]);
		// One of attributes that a kill has cut off makes the state unreadable: there is none.
		const backend = readdirSync(join(this.home, "backend"), { recursive: true });
		expect(backend.filter((file) => `${file}`.endsWith(".attrs"))).toEqual([]);
		const locks = join(this.home, "backend", ".pulumi", "locks");
		expect(readdirSync(locks, { recursive: true }).filter((file) => `${file}`.endsWith(".json"))).toEqual([]);
	}
}

it(
	`fault 28: the next up converges after an up was killed at ${MANY ? 10 : 1} random moments, and nothing is lost`,
	async () => {
		const stack = await KilledStack.fresh();
		stack.version("0");
		// What a first up has left that was cut off right after it made the volume, which then is root's.
		await stack.madeVolume("data", "--label", `holdfast.app=holdfast/${stack.name}/notes`);
		let usual = await stack.upConverged();
		const acknowledged = await addNotes(stack.url, 100);
		const kills = MANY ? 10 : 1;
		for (let kill = 0; kill < kills; kill++) {
			const version = `${kill + 1}`;
			stack.version(version);
			const load = new Load(stack.url, { writers: 2, prefix: version });
			// Each in a part of its own of the usual time, and more of them late, where the preview is over.
			const moment = Math.sqrt((kill + next()) / kills) * usual;
			await stack.upKilled(() => sleep(moment));
			const answers = await fetch(`${stack.url}/health`).then(
				({ ok }) => ok,
				() => false,
			);
			if (answers) acknowledged.push(...(await addNotes(stack.url, 20)));
			usual = Math.min(usual, await stack.upConverged());
			acknowledged.push(...(await load.stop()));
			await stack.isWhole(version, acknowledged);
			console.log(
				`${acknowledged.length} notes are there; between the two, the app ${answers ? "answered" : "was down"}`,
			);
		}
		const left = () => lines("ps", "--all", "--format", "{{.Names}}");
		const unrecorded = await stack.madeVersion("lost");
		expect(await succeeds(stack.up())).toContain("No change.");
		expect(await left()).not.toContain(unrecorded);
		// Another backend's is not ours to remove.
		const foreign = await stack.madeVersion("foreign", "another");
		const refused = await stack.up();
		expect(refused).toMatchObject({ output: expect.stringContaining(foreign) });
		expect(refused.code).not.toBe(0);
		expect(await left()).toContain(foreign);
	},
	20 * MINUTES,
);

it.each(Array.from({ length: MANY ? 6 : 1 }, (_, run) => run))(
	"fault 28: the first up of all is killed, and the next one makes the stack (%i)",
	async (run) => {
		const stack = await KilledStack.fresh();
		stack.version("1");
		// One run alone begins where it matters.
		const moment = MANY ? ((run + next()) / 6) * 14_000 : next() * 3000;
		await stack.upKilled(() => (MANY ? sleep(moment) : stack.begun().then(() => sleep(moment))));
		await stack.upConverged();
		await stack.isWhole("1", await addNotes(stack.url, 20));
		expect(await succeeds(stack.up())).toContain("No change.");
	},
	5 * MINUTES,
);

async function lines(...args: string[]): Promise<string[]> {
	return (await dockerOutput(...args)).split("\n").filter(Boolean);
}

/** Without what npm or the tools say before it. */
function jsonOf(output: string): string {
	return output.slice(output.indexOf("{"));
}
