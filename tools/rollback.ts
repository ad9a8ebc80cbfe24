import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DockerCli } from "../components/docker/cli";
import type { Since } from "../components/keeper/deploy/command";
import { containersOf, keeperOutput, keeperStatus, runningKeeper } from "./keeper";
import { dockerOnly } from "./target";
import { main, ROOT } from "./workspace";

const USAGE = `npm run rollback [-- --keep-data | --to-snapshot] [--stack STACK]

  back to the version that ran before the last deploy. Where its migration has changed the data since, one of the two says what becomes of it.`;

// Back to the previous image.
main(async () => {
	const { values } = parseArgs({
		options: { "keep-data": { type: "boolean" }, "to-snapshot": { type: "boolean" }, stack: { type: "string" } },
	});
	if (values["keep-data"] && values["to-snapshot"]) {
		console.error(USAGE);
		return 2;
	}
	const stack = values.stack ?? process.env.PULUMI_STACK ?? "local";
	dockerOnly(stack, "rollback");
	const containers = await containersOf(stack);
	const { docker } = containers;
	const keeper = runningKeeper(stack, containers);
	const status = await keeperStatus(docker, keeper);
	if (status?.previous === undefined || status.serving === undefined) {
		throw new Error(
			`${stack} knows of no version before the one that serves: deploy the one you want with npm run up -- ${stack}`,
		);
	}
	const { previous, serving } = status;
	const image = await imageOf(docker, previous);
	// A snapshot is one of SQLite: what a migration made of Postgres, only a dump leads back from.
	if (status.move?.serves === "postgres" && !values["keep-data"]) {
		console.error(onPostgres(previous.imageName, serving.imageName, status.move.dump));
		return 1;
	}
	const cost = previous.snapshot === undefined ? undefined : await costOf(docker, keeper, previous.snapshot);
	if (cost?.migrated && !values["keep-data"] && !values["to-snapshot"]) {
		console.error(choices(previous.imageName, serving.imageName, cost));
		return 1;
	}
	if (values["to-snapshot"] && cost === undefined) throw new Error(`there was no data before ${serving.imageName}`);
	const environment = {
		HOLDFAST_IMAGE: image,
		...(values["to-snapshot"] && { HOLDFAST_SNAPSHOT: previous.snapshot }),
	};
	const code = await up(stack, environment);
	if (code === 0) {
		console.log(
			`✓ ${previous.imageName} serves again. The configuration still names the other version: change it before the next npm run up.`,
		);
	}
	return code;
});

/** By its name, where that still means the same image; otherwise by its id. */
async function imageOf(docker: DockerCli, { image, imageName }: { image: string; imageName: string }): Promise<string> {
	const [named] = await docker.inspect<{ Id: string }>("image", [imageName]);
	if (named?.Id === image) return imageName;
	const [found] = await docker.inspect("image", [image]);
	if (found !== undefined) return image;
	throw new Error(
		`the image ${imageName} is gone from the Docker host: name it in the configuration and run npm run up`,
	);
}

async function costOf(docker: DockerCli, keeper: string, snapshot: string): Promise<Since> {
	return JSON.parse(await keeperOutput(docker, keeper, ["since", snapshot])) as Since;
}

function choices(before: string, now: string, { snapshot, rows, returning }: Since): string {
	const left = counted(rows);
	const back = counted(returning);
	const cost = [
		...(left === undefined ? [] : [`it leaves out ${left} written or changed since`]),
		...(back === undefined ? [] : [`${back} deleted or changed since are as they were`]),
	];
	return `✗ nothing was changed: ${now} has migrated the data, and ${before} may not understand it. Choose:

  npm run rollback -- --keep-data
    the data as it is now, with the old code. It is rehearsed on a copy first, and ${now} goes on if that fails.
  npm run rollback -- --to-snapshot
    the data as it was at ${snapshot.time}, before ${now}: ${cost.join("; ") || "nothing was written since"}.
    The present data is set aside in the data directory, and a snapshot of it is in the replica.`;
}

function onPostgres(before: string, now: string, dump: { time: string; key: string } | undefined): string {
	return `✗ nothing was changed: the data is in Postgres, where only the code goes back by itself. ${now} may have migrated the data.

  npm run rollback -- --keep-data
    the data as it is now, with the old code. It is not rehearsed; ${now} goes on if ${before} does not become healthy.
  The newest dump, to be restored by hand: ${dump === undefined ? "none yet" : `${dump.key}, of ${dump.time}`}`;
}

/** `10 rows (notes 7, tags 3)`; undefined for none. */
function counted(rows: Record<string, number>): string | undefined {
	const sum = Object.values(rows).reduce((all, count) => all + count, 0);
	const tables = Object.entries(rows).map(([table, count]) => `${table} ${count}`);
	return sum === 0 ? undefined : `${sum} row${sum === 1 ? "" : "s"} (${tables.join(", ")})`;
}

function up(stack: string, environment: Record<string, string | undefined>): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [join(ROOT, "tools", "run.mjs"), "up", stack], {
			env: { ...process.env, ...environment },
			stdio: "inherit",
		});
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 130));
	});
}
