import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { docker, dockerOutput } from "../prove/twin";
import { SAMPLE_BASE } from "../setup/versions";
import { ROOT } from "../workspace";
import { median, spread } from "./statistics";

const BASE = "holdfast/keeper-base:1";

/** Restores the same replica by turns with plain Litestream and with the keeper, and prints times and their ratio. */
export async function benchRestore({ megabytes, runs }: { megabytes: number; runs: number }): Promise<number> {
	const id = `holdfast-bench-${randomBytes(3).toString("hex")}`;
	const [data, store, image] = [`${id}-data`, `${id}-store`, `${id}:1`];
	try {
		await dockerOutput("build", "--quiet", "--tag", image, join(ROOT, "components", "keeper", "image"));
		for (const volume of [data, store]) await dockerOutput("volume", "create", volume);
		await makeReplica(image, data, store, megabytes);
		const plain: number[] = [];
		const ours: number[] = [];
		console.log(`restore of ${megabytes} MB, ${runs} times each by turns`);
		for (let run = 1; run <= runs; run += 1) {
			plain.push(await plainRestore(data, store));
			const { restore, check } = await keeperRestore(image, data, store);
			ours.push(restore);
			console.log(`  ${run}: litestream ${plain.at(-1)} s, keeper ${restore} s, and ${check} s of integrity check`);
		}
		const ratio = median(ours) / median(plain);
		console.log(
			`restore: keeper / litestream = ${ratio.toFixed(3)} (medians ${median(ours)} s and ${median(plain)} s, ${spread(ours)} s and ${spread(plain)} s)`,
		);
		return ratio <= 1.15 ? 0 : 1;
	} finally {
		for (const volume of [data, store]) await docker.run(["volume", "rm", "--force", volume]);
		await docker.run(["image", "rm", "--force", image]);
	}
}

/** A database of rows that cannot be compressed, and its replica: first a snapshot, then what was written after it. */
async function makeReplica(image: string, data: string, store: string, megabytes: number): Promise<void> {
	const rows = Math.round((megabytes * 1e6) / 1050);
	const script = `
import os, sqlite3
c = sqlite3.connect("/app/data/notes.db"); c.execute("pragma journal_mode=wal")
c.execute("create table if not exists t (id integer primary key, x blob)")
for i in range(0, ${rows}, 1000):
    c.executemany("insert into t (x) values (?)", ((os.urandom(1024),) for _ in range(1000))); c.commit()
`;
	const write = (code: string) =>
		docker.run(
			["run", "--rm", "--mount", `type=volume,source=${data},target=/app/data`, SAMPLE_BASE, "python3", "-c", code],
			{ timeout: 600_000 },
		);
	const made = await write(script);
	if (made.code !== 0) throw new Error(`cannot make the database: ${made.reason}`);
	const name = `${store}-keeper`;
	await dockerOutput("run", "--detach", "--name", name, ...keeperArgs(data, store), image, "replicate");
	try {
		await until(name);
		const more = await write(script.replace(`${rows}`, "20000"));
		if (more.code !== 0) throw new Error(`cannot write more: ${more.reason}`);
		await until(name);
	} finally {
		await docker.run(["stop", "--time", "60", name], { timeout: 90_000 });
		await docker.run(["rm", "--force", name]);
	}
}

async function until(keeper: string): Promise<void> {
	const start = performance.now();
	for (;;) {
		const { stdout } = await docker.run(["exec", keeper, "node", "/keeper/keeper.js", "status", "--json"]);
		const status = `${stdout}`.startsWith("{")
			? (JSON.parse(`${stdout}`) as { replica: { lagSeconds: number; proven: number } })
			: undefined;
		if (status !== undefined && status.replica.proven > 0 && status.replica.lagSeconds === 0) return;
		if (performance.now() - start > 600_000) throw new Error("the replica was not complete within 10 minutes");
		await new Promise((resolve) => setTimeout(resolve, 1000));
	}
}

/** As the components do it; as root, for the volumes are bare. */
function keeperArgs(data: string, store: string): string[] {
	const environment = {
		HOLDFAST_APP: "bench",
		HOLDFAST_DATA_DIRECTORY: "/app/data",
		HOLDFAST_DATABASE: "/app/data/notes.db",
		HOLDFAST_STORE: "file:///backup/bench",
		HOLDFAST_DRILL_HOURS: "0",
	};
	return [
		...mounts(data, store),
		...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
	];
}

function mounts(data: string, store: string): string[] {
	return [`type=volume,source=${data},target=/app/data`, `type=volume,source=${store},target=/backup`].flatMap(
		(each) => ["--mount", each],
	);
}

/** Seconds of the program alone, as it is timed inside the container. */
async function plainRestore(data: string, store: string): Promise<number> {
	const script = `const { execFileSync: run } = require("child_process"); const start = performance.now();
		run("litestream", ["restore", "-o", "/app/data/out.db", "file:///backup/bench/replica"]);
		console.log(performance.now() - start); require("fs").rmSync("/app/data/out.db");`;
	const said = await timed(["run", "--rm", ...mounts(data, store), BASE, "node", "-e", script]);
	return Math.round(Number(said) / 10) / 100;
}

async function keeperRestore(image: string, data: string, store: string): Promise<{ restore: number; check: number }> {
	const said = await timed([
		"run",
		"--rm",
		...keeperArgs(data, store),
		image,
		"restore",
		"--output",
		"/app/data/out.db",
	]);
	const [, restore, check] = /in ([\d.]+) s, checked whole in ([\d.]+) s/.exec(said) ?? [];
	await timed(["run", "--rm", ...mounts(data, store), BASE, "node", "-e", 'require("fs").rmSync("/app/data/out.db")']);
	return { restore: Number(restore), check: Number(check) };
}

async function timed(args: string[]): Promise<string> {
	const { code, stdout, errors } = await docker.run(args, { timeout: 600_000 });
	if (code !== 0) throw new Error(`${stdout}${errors}`);
	return `${stdout}`.trim();
}
