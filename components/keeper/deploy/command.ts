import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../control";
import { REFUSED } from "../refusal";
import { readSettings } from "../settings";
import type { Deploys } from "./deploys";

/** Milliseconds between two questions, and without an answer of the keeper. */
const PAUSE = 100;
const PATIENCE = 10 * 60_000;

/** Asks the keeper beside to make a container of the app the one that serves, and tells how it goes until it is over. */
export async function deploy(instance: string): Promise<number> {
	const { control } = readSettings();
	const attempt = hostname();
	let told = 0;
	let since = performance.now();
	for (; ; await sleep(PAUSE)) {
		const state = await ask(control, "POST", "/deploy", { attempt, instance }).catch(
			(error: Error & { found?: string }) => {
				if (error.found !== undefined) throw error;
				// It is being started again.
				return undefined;
			},
		);
		if (state === undefined) {
			if (performance.now() - since < PATIENCE) continue;
			throw new Error("the keeper does not answer: docker logs of its container say why");
		}
		since = performance.now();
		const { lines, outcome } = state as ReturnType<Deploys["follow"]>;
		for (const line of lines.slice(told)) console.log(line);
		told = Math.max(told, lines.length);
		if (outcome === undefined) continue;
		if (!outcome.ok) console.log(`✗ ${outcome.reason}`);
		return outcome.ok ? 0 : REFUSED;
	}
}
