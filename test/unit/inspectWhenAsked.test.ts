import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { inspectWhenAsked } from "../../components/keeper/inspect";
import { KEEPER_IMAGE, keeperBundleStep } from "../../tools/setup/keeperBundle";

let database: string;
let copy: string;

// The keeper's own program waits; there is no database, so that what it is asked for fails with every Node.js.
beforeEach(async () => {
	await keeperBundleStep.make(() => {});
	const directory = mkdtempSync(join(tmpdir(), "holdfast-inspect-"));
	const started = process.argv[1] ?? "";
	process.argv[1] = join(KEEPER_IMAGE, "keeper.js");
	onTestFinished(() => {
		process.argv[1] = started;
		rmSync(directory, { recursive: true, force: true });
	});
	[database, copy] = [join(directory, "none", "notes.db"), join(directory, "copy.db")];
});

it("waits until it is asked, and says when it cannot do it", async () => {
	const waiting = await inspectWhenAsked("copy", database, copy);
	let begun = false;
	const ended = sleep(400).then(() => {
		begun = true;
		return waiting.ask();
	});
	await expect(ended).rejects.toThrow(`cannot inspect ${database}: the check ended with code 1`);
	expect(begun).toBe(true);
	waiting.leave();
});

it("ends without having done anything where nobody asks", async () => {
	const waiting = await inspectWhenAsked("copy", database, copy);
	waiting.leave();
	await expect(waiting.ask()).rejects.toThrow("the check ended with code 1");
	expect(existsSync(copy)).toBe(false);
});
