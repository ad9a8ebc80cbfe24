import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { besideKeeper, containersOf, inKeeper, runningKeeper, type StackContainers } from "./keeper";
import { dockerOnly } from "./target";
import { main } from "./workspace";

const USAGE = `npm run restore -- --to POINT [--output FILE | --in-place] [--stack STACK]

  POINT   newest; a time such as 2026-11-22T12:00:00Z; a transaction's number; the name of a snapshot
  FILE    a new file on this machine. Default: STACK-POINT.db in the directory where you are`;

// Brings back what the replica has: into a new file, or, with the app stopped, in the place of the present data.
main(async () => {
	const { values } = parseArgs({
		options: {
			to: { type: "string" },
			output: { type: "string" },
			"in-place": { type: "boolean" },
			stack: { type: "string" },
		},
	});
	const stack = values.stack ?? process.env.PULUMI_STACK ?? "local";
	const { to } = values;
	if (to === undefined || (values.output !== undefined && values["in-place"])) {
		console.error(USAGE);
		return 2;
	}
	dockerOnly(stack, "restore");
	const containers = await containersOf(stack);
	if (values["in-place"]) return inPlace(stack, containers, to);
	// npm runs its scripts in the directory of package.json; INIT_CWD is where the user is.
	const name = values.output ?? `${stack}-${to.replace(/[^\w.-]+/g, "-")}.db`;
	return intoFile(stack, containers, to, resolve(process.env.INIT_CWD ?? ".", name));
});

async function intoFile(stack: string, containers: StackContainers, to: string, output: string): Promise<number> {
	if (existsSync(output))
		throw new Error(`${output} is there already: a restore never overwrites a file, name another with --output`);
	const { docker } = containers;
	const keeper = runningKeeper(stack, containers);
	const scratch = `/scratch/restore-${randomBytes(4).toString("hex")}.db`;
	const code = await inKeeper(docker, keeper, ["restore", "--to", to, "--output", scratch]);
	if (code !== 0) return code;
	try {
		const copied = await docker.run(["cp", `${keeper}:${scratch}`, output], { timeout: 24 * 3600_000 });
		if (copied.code !== 0) throw new Error(`cannot write ${output}: ${copied.reason}`);
	} finally {
		await docker.run([
			"exec",
			keeper,
			"node",
			"-e",
			`require("fs").rmSync(${JSON.stringify(scratch)}, { force: true })`,
		]);
	}
	console.log(`✓ ${output}; the app and its data were not touched`);
	return 0;
}

async function inPlace(stack: string, { docker, apps, keeper, start }: StackContainers, to: string): Promise<number> {
	const name = apps.map(({ Name }) => Name.slice(1)).join(" ");
	if (apps.some(({ State }) => State.Running)) {
		console.error(`✗ ${name} is running: a restore never replaces a live database.`);
		console.error(`  Run: docker stop ${name}, then this command again. The present data is kept aside, not deleted.`);
		return 1;
	}
	const like = keeper ?? start;
	if (like === undefined) throw new Error(`the stack ${stack} has no keeper: npm run up -- ${stack}`);
	if (keeper?.State.Running) await docker.run(["stop", "--time", "60", keeper.Name.slice(1)], { timeout: 90_000 });
	try {
		const code = await besideKeeper(docker, like, ["restore", "--to", to, "--in-place"]);
		if (code !== 0) return code;
	} finally {
		// Whatever came of it: what is there is replicated again.
		if (keeper !== undefined) await docker.run(["start", keeper.Name.slice(1)]);
	}
	console.log(`✓ done. Next: docker start ${name || "the app"}, or npm run up -- ${stack}`);
	return 0;
}
