import { randomBytes } from "node:crypto";
import type { DrillReport } from "../../components/keeper/drill";
import { keeperStatus } from "../keeper";
import { docker, dockerOutput } from "../prove/twin";
import { SAMPLE_BASE } from "../setup/versions";
import { buildKeeper } from "./stages";
import { rounded } from "./statistics";
import { cleanedUp } from "./turns";

/** Milliseconds for what copies gigabytes. */
const LONG = 1_800_000;
const DATABASE = "/app/data/notes.db";
const OUTPUT = "/app/data/out.db";

/** A database in a volume, its replica in another one, and the keeper's image: all that a restore needs. */
export class ReplicaStage {
	private readonly id = `holdfast-bench-${randomBytes(3).toString("hex")}`;
	private readonly data = `${this.id}-data`;
	private readonly store = `${this.id}-store`;
	private readonly scratch = `${this.id}-scratch`;
	private readonly keeper = `${this.id}-keeper`;
	private readonly image = `${this.id}:1`;

	/** Sets it up, and takes all of it away afterwards, however it ended. */
	static async on<T>(work: (stage: ReplicaStage) => Promise<T>): Promise<T> {
		const stage = new ReplicaStage();
		return cleanedUp(
			() => stage.remove(),
			async () => {
				await buildKeeper(stage.image);
				for (const volume of [stage.data, stage.store, stage.scratch]) await dockerOutput("volume", "create", volume);
				return work(stage);
			},
		);
	}

	/** Adds rows of about 1 kB that cannot be compressed, spread over so many tables. */
	async write(megabytes: number, tables = 1): Promise<void> {
		const rows = Math.ceil((megabytes * 1e6) / 1050 / tables);
		await this.python(`
import sqlite3
c = sqlite3.connect("${DATABASE}", isolation_level=None)
c.execute("pragma journal_mode=wal"); c.execute("pragma synchronous=off")
for t in range(${tables}):
    c.execute(f"create table if not exists t{t} (id integer primary key, x blob)")
    for first in range(0, ${rows}, 50000):
        count = min(50000, ${rows} - first)
        c.execute(f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) insert into t{t} (x) select randomblob(1024) from n")
c.execute("pragma wal_checkpoint(truncate)")
`);
	}

	/** Has the work done while the keeper replicates, from the moment on at which the replica is complete. */
	async replicating<T>(work: () => Promise<T>): Promise<T> {
		await dockerOutput("run", "--detach", "--name", this.keeper, ...this.keeperArgs(), this.image, "replicate");
		try {
			await this.complete();
			return await work();
		} finally {
			await docker.run(["stop", "--time", "60", this.keeper], { timeout: 90_000 });
			await docker.run(["rm", "--force", this.keeper]);
		}
	}

	/** Waits until the replica has all that was written. */
	async complete(): Promise<void> {
		const start = performance.now();
		for (;;) {
			const status = await keeperStatus(docker, this.keeper);
			if (status !== undefined && status.replica.proven > 0 && status.replica.lagSeconds === 0) return;
			if (performance.now() - start > LONG) throw new Error("the replica was not complete within half an hour");
			await new Promise((resolve) => setTimeout(resolve, 500));
		}
	}

	/** Seconds of plain Litestream alone, as it is timed inside the container. */
	plainRestore(): Promise<number> {
		return this.timed(`run("litestream", ["restore", "-o", "${OUTPUT}", "file:///backup/bench/replica"])`);
	}

	/** Seconds of `cp`, until it is on the disk like what a restore leaves. */
	plainCopy(): Promise<number> {
		return this.timed(`run("cp", ["${DATABASE}", "${OUTPUT}"]); run("sync", ["${OUTPUT}"])`);
	}

	/** Seconds of the Litestream in the keeper's restore and of its full check, as it tells them, and of the whole command. */
	async keeperRestore(): Promise<{ restore: number; check: number; whole: number }> {
		const work = `console.log(run("node", ["/keeper/keeper.js", "restore", "--output", "${OUTPUT}"], { encoding: "utf8" }))`;
		const { seconds: whole, said } = await this.timing(work, this.keeperArgs());
		const [, restore, check] = /in ([\d.]+) s, checked whole in ([\d.]+) s/.exec(said) ?? [];
		if (restore === undefined) throw new Error(`the keeper's restore does not say how long it took: ${said}`);
		return { restore: Number(restore), check: Number(check), whole };
	}

	/** Seconds of the gate before the app, with the data in place, the container's own start included. */
	async gate(): Promise<number> {
		const begun = performance.now();
		await this.inKeeperImage("start");
		return rounded((performance.now() - begun) / 1000);
	}

	/** Seconds of one of the keeper's looks at the database, in a process of its own as it has them. */
	inspection(question: string, ...paths: string[]): Promise<number> {
		const words = JSON.stringify(["/keeper/keeper.js", "inspect", question, DATABASE, ...paths]);
		return this.timed(`run("node", ${words})`);
	}

	/** Seconds of the copy that a rehearsal makes of the live data. */
	rehearsalCopy(): Promise<number> {
		return this.inspection("copy", OUTPUT);
	}

	/** Has the running keeper drill. */
	async drill(): Promise<DrillReport> {
		return JSON.parse(await this.command("drill", "--json")) as DrillReport;
	}

	/** What a command of the running keeper says. */
	async command(...words: string[]): Promise<string> {
		const all = ["exec", this.keeper, "node", "/keeper/keeper.js", ...words];
		const { code, stdout, errors } = await docker.run(all, { timeout: LONG });
		// A drill that failed says so in its report.
		if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${stdout}${errors}`);
		return `${stdout}`;
	}

	/** Seconds of a piece of a program in the keeper's image. What it leaves as output is taken away, outside of that time. */
	private async timed(work: string): Promise<number> {
		return (await this.timing(work, this.mounts())).seconds;
	}

	/** The same, and all that it said. */
	private async timing(work: string, args: string[]): Promise<{ seconds: number; said: string }> {
		const script = `const { execFileSync: run } = require("child_process"); const start = performance.now();
			${work}; console.log((performance.now() - start) / 1000);
			for (const suffix of ["", "-wal", "-shm"]) require("fs").rmSync("${OUTPUT}" + suffix, { force: true });`;
		// The program itself is in the image, plain Litestream in its base too.
		const said = await this.run(args, ["--entrypoint", "node"], ["-e", script]);
		return { seconds: rounded(Number(said.split("\n").at(-1)), 3), said };
	}

	private inKeeperImage(...words: string[]): Promise<string> {
		return this.run(this.keeperArgs(), [], words);
	}

	private async run(args: string[], options: string[], words: string[]): Promise<string> {
		const all = ["run", "--rm", `--label=${this.id}`, ...args, ...options, this.image, ...words];
		const { code, stdout, errors } = await docker.run(all, { timeout: LONG });
		if (code !== 0) throw new Error(`${words.slice(0, 2).join(" ")} ended with ${code}: ${stdout}${errors}`);
		return `${stdout}`.trim();
	}

	private async python(script: string): Promise<void> {
		const args = [
			"run",
			"--rm",
			`--label=${this.id}`,
			"--mount",
			`type=volume,source=${this.data},target=/app/data`,
			SAMPLE_BASE,
		];
		const { code, reason } = await docker.run([...args, "python3", "-c", script], { timeout: LONG });
		if (code !== 0) throw new Error(`cannot write to the database: ${reason}`);
	}

	/** As the components do it; as root, for the volumes are bare. */
	private keeperArgs(): string[] {
		const environment = {
			HOLDFAST_APP: "bench",
			HOLDFAST_DATA_DIRECTORY: "/app/data",
			HOLDFAST_DATABASE: DATABASE,
			HOLDFAST_STORE: "file:///backup/bench",
			HOLDFAST_DRILL_HOURS: "0",
		};
		return [...this.mounts(), ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`])];
	}

	private mounts(): string[] {
		const volumes = { [this.data]: "/app/data", [this.store]: "/backup", [this.scratch]: "/scratch" };
		return Object.entries(volumes).flatMap(([name, path]) => ["--mount", `type=volume,source=${name},target=${path}`]);
	}

	private async remove(): Promise<void> {
		// One that was interrupted may still run, and its volumes could not go.
		const { stdout } = await docker.run(["ps", "--all", "--quiet", `--filter=label=${this.id}`]);
		await docker.run(["rm", "--force", this.keeper, ...`${stdout}`.split("\n").filter(Boolean)]);
		await docker.run(["volume", "rm", "--force", this.data, this.store, this.scratch]);
		await docker.run(["image", "rm", "--force", this.image]);
	}
}
