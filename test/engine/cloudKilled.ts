import { spawn } from "node:child_process";
import { copyFileSync, existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { engineDirectory } from "../../tools/setup/engine";
import type { CloudStack } from "./cloudStack";
import { killAll } from "./killing";

/** An update that is killed once `when` holds, the clouds being as slow as clouds are; returns whether it was in time. */
export async function killedUp(stack: CloudStack, when: () => boolean): Promise<boolean> {
	stack.environment = { HOLDFAST_DOUBLE_DELAY: "250" };
	const pulumi = `${await engineDirectory()}/pulumi`;
	const options = { cwd: stack.directory, env: stack.env(), detached: true, stdio: "ignore" } as const;
	const child = spawn(pulumi, stack.args(["up", "--yes", "--skip-preview"]), options);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	while (!when() && child.exitCode === null) await sleep(10);
	const inTime = child.exitCode === null;
	// The plugins too, which are in groups of their own.
	await killAll(`HOLDFAST_DOUBLE_CLOUD=${stack.env().HOLDFAST_DOUBLE_CLOUD}`);
	await ended;
	stack.environment = {};
	mendBackend(stack);
	await stack.succeeds("cancel", "--yes");
	return inTime;
}

/**
 * A backend in files can be cut off within its own write, which those of the clouds cannot: then the state is empty, with a
 * copy of before beside it, or the file of its attributes, without which it does.
 */
function mendBackend({ backend, name, project }: CloudStack): void {
	const file = join(backend, ".pulumi", "stacks", project, `${name}.json`);
	const isEmpty = (path: string) => existsSync(path) && statSync(path).size === 0;
	if (!existsSync(file) || isEmpty(file)) copyFileSync(`${file}.bak`, file);
	if (isEmpty(`${file}.attrs`)) rmSync(`${file}.attrs`);
}
