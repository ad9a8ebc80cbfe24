import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scene } from "../prove/scene";
import { docker } from "../prove/twin";
import { home } from "../workspace";
import type { Done } from "./run";

/** Keeps what tells how an invariant broke, before the stack is taken away. Returns the directory. */
export async function keepEvidence(scene: Scene, seed: number, done: Done): Promise<string> {
	const directory = join(home(), "soak", `seed-${seed}-step-${done.step}-${Date.now()}`);
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	writeFileSync(join(directory, "step.json"), JSON.stringify(done, undefined, "\t"));
	writeFileSync(join(directory, "status.json"), JSON.stringify((await scene.status()) ?? null, undefined, "\t"));
	for (const { id, name } of await scene.twin.labelled()) {
		const { stdout, errors } = await docker.run(["logs", "--timestamps", id]);
		writeFileSync(join(directory, `${name}.log`), `${stdout}${errors}`);
	}
	// Database, write-ahead log, the keeper's record, and what was set aside.
	await docker.run(["cp", `${scene.keeper}:/app/data`, join(directory, "data")], { timeout: 600_000 });
	return directory;
}
