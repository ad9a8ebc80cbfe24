import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import type { Answer } from "../../components/docker/cli";
import type { RefusalCode } from "../../components/keeper/refusal";
import { KEEPER_IMAGE } from "../../tools/setup/keeperBundle";
import { SAMPLE_BASE } from "../../tools/setup/versions";
import { docker, tryDocker, until } from "./docker";
import { RunningKeeper } from "./runningKeeper";
import type { TestStore } from "./stores";
import { Writer, type WriterOptions } from "./writer";

/** As the components run every container. */
const HARDENED = ["--user=1000:1000", "--read-only", "--tmpfs=/tmp:rw,nosuid,nodev,size=64m,mode=1777"].concat([
	"--init",
	"--cap-drop=ALL",
	"--security-opt=no-new-privileges:true",
]);
const READER = readFileSync(join(__dirname, "app", "reader.py"), "utf8");

let image = "";

/** The keeper's image under a tag of this file's own, for as long as its tests run. */
export function buildKeeper(): void {
	beforeAll(async () => {
		image = `holdfast-data-test-keeper:${randomBytes(4).toString("hex")}`;
		// Another program can be given, such as one without a check, to see that a test fails then.
		await docker("build", "--quiet", "--tag", image, process.env.HOLDFAST_TEST_KEEPER ?? KEEPER_IMAGE);
	});
	afterAll(async () => {
		await tryDocker("image", "rm", image);
	});
}

/** What a database holds. */
export interface Content {
	integrity: string;
	/** As the writer said them. */
	rows: string[];
	/** When each was written, in seconds. */
	times: number[];
}

export interface HostOptions {
	app?: string;
	/** Variables over the usual ones. */
	env?: Record<string, string>;
	/** Mounts the data directory in another way. */
	data?: string[];
	/** Whether app and keeper share a gate. */
	gate?: boolean;
	/** More for `docker run` of a keeper. */
	args?: string[];
}

/** A host with an app's data directory, on which keepers and an app run in containers. */
export class Host {
	readonly name = `holdfast-data-${randomBytes(4).toString("hex")}`;
	private containers = 0;

	private constructor(
		private readonly store: TestStore,
		readonly options: HostOptions,
	) {}

	static async make(store: TestStore, options: HostOptions = {}): Promise<Host> {
		const host = new Host(store, options);
		onTestFinished(() => host.remove(), 60_000);
		for (const suffix of ["data", "scratch"]) await docker("volume", "create", `${host.name}-${suffix}`);
		const gate = ["type=tmpfs", "device=tmpfs", "o=size=64k,mode=0700,uid=1000,gid=1000"];
		await docker("volume", "create", ...gate.flatMap((option) => ["--opt", option]), `${host.name}-gate`);
		await host.shell("chown 1000:1000 /data /scratch");
		return host;
	}

	/** Runs a command of the keeper to its end. */
	keeper(words: string, options: Partial<HostOptions> & { storeArgs?: string[] } = {}): Promise<Answer> {
		const name = this.nextName();
		return tryDocker("run", "--rm", `--name=${name}`, ...this.keeperArgs(options), image, ...words.split(" "));
	}

	/** The same, and the test fails when it does. */
	async keeperDone(words: string, options: Partial<HostOptions> = {}): Promise<string> {
		const { code, stdout, errors } = await this.keeper(words, options);
		if (code !== 0) throw new Error(`keeper ${words} ended with ${code}: ${stdout}${errors}`);
		return `${stdout}`;
	}

	/** Starts the keeper that stays, and waits until it is in `state`. */
	async replicate(state: string | null = "replicating", options: Partial<HostOptions> = {}): Promise<RunningKeeper> {
		const name = this.nextName();
		const all = ["--publish=127.0.0.1::9400", `--name=${name}`, ...this.keeperArgs(options)];
		await docker("run", "--detach", ...all, image, "replicate");
		const keeper = await RunningKeeper.of(name);
		if (state !== null) await keeper.until(state);
		return keeper;
	}

	/** Starts an app that writes rows, and waits until it has written one. `pause` is in seconds. */
	async writer(options: Partial<WriterOptions> & { beside?: RunningKeeper } = {}): Promise<Writer> {
		const { pause = 0.005, waitsAtGate = false, beside, ...rest } = options;
		const network = beside === undefined ? "none" : `container:${beside.name}`;
		const args = [`--name=${this.nextName()}`, ...HARDENED, `--network=${network}`, ...this.dataArgs, ...this.gateArgs];
		const writer = new Writer(args, { pause, waitsAtGate, ...rest });
		if (!waitsAtGate) await writer.until((app) => app.acknowledged.length > 0, "a row");
		return writer;
	}

	/** Starts an app that stays, in the network of a keeper. */
	async app(beside: RunningKeeper, ...words: string[]): Promise<void> {
		const where = [`--name=${this.nextName()}`, `--network=container:${beside.name}`, ...this.dataArgs];
		await docker("run", "--detach", ...where, ...HARDENED, SAMPLE_BASE, ...words);
	}

	/** Runs a shell as root with the host's volumes in place. */
	shell(script: string): Promise<string> {
		const volumes = [...this.dataArgs, ...this.scratchArgs, ...this.gateArgs];
		return docker("run", "--rm", "--network=none", ...volumes, SAMPLE_BASE, "sh", "-ec", script);
	}

	/** Runs a SQL statement as an app of its own would. */
	sql(statement: string, path = "/data/app.db"): Promise<string> {
		const script = "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); print(d.execute(sys.argv[2]).fetchall())";
		const words = ["python3", "-c", `${script}; d.commit()`, path, statement];
		return docker("run", "--rm", ...HARDENED, "--network=none", ...this.dataArgs, SAMPLE_BASE, ...words);
	}

	/** What is in a database that nobody writes. */
	async content(path = "/data/app.db"): Promise<Content> {
		const volumes = [...this.dataArgs, ...this.scratchArgs];
		const words = ["python3", "-c", READER, path];
		return JSON.parse(await docker("run", "--rm", "--network=none", ...volumes, SAMPLE_BASE, ...words)) as Content;
	}

	/** Restores a point of the replica beside the data, and reads it. */
	async restored(to = "newest"): Promise<Content> {
		const path = `/scratch/restored-${randomBytes(4).toString("hex")}.db`;
		const { restorerArgs } = this.store;
		const { code, stdout, errors } = await this.keeper(`restore --to ${to} --output ${path}`, {
			storeArgs: restorerArgs,
		} as HostOptions);
		if (code !== 0) throw new Error(`restore ended with ${code}: ${stdout}${errors}`);
		return this.content(path);
	}

	/** The host is gone at once, with all that runs and lies on it. */
	async lose(): Promise<void> {
		const ids = await this.found("--filter=status=running");
		if (ids.length > 0) await docker("kill", "--signal=KILL", ...ids);
		await this.remove();
	}

	async remove(): Promise<void> {
		const ids = await this.found();
		if (ids.length > 0) await tryDocker("rm", "--force", "--volumes", ...ids);
		const volumes = ["data", "scratch", "gate"].map((suffix) => `${this.name}-${suffix}`);
		await tryDocker("volume", "rm", "--force", ...volumes);
	}

	private async found(...filters: string[]): Promise<string[]> {
		const found = await docker("ps", "--all", "--quiet", `--filter=name=^${this.name}-`, ...filters);
		return found.split("\n").filter(Boolean);
	}

	private keeperArgs(given: Partial<HostOptions> & { storeArgs?: string[] }): string[] {
		const options = { ...this.options, ...given };
		const env = {
			HOLDFAST_APP: options.app ?? "test/notes",
			HOLDFAST_DATA_DIRECTORY: "/data",
			HOLDFAST_DATABASE: "/data/app.db",
			HOLDFAST_STORE: this.store.url,
			HOLDFAST_LEASE_SECONDS: "5",
			HOLDFAST_DRILL_HOURS: "0",
			...(options.gate && { HOLDFAST_OPEN: "/run/holdfast/open" }),
			...this.options.env,
			...given.env,
		};
		const variables = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
		const volumes = [...(given.data ?? this.dataArgs), ...this.scratchArgs, ...this.gateArgs];
		return [...HARDENED, ...variables, ...volumes, ...(given.storeArgs ?? this.store.args), ...(options.args ?? [])];
	}

	private get dataArgs(): string[] {
		return this.options.data ?? [`--mount=type=volume,source=${this.name}-data,target=/data`];
	}

	private get scratchArgs(): string[] {
		return [`--mount=type=volume,source=${this.name}-scratch,target=/scratch`];
	}

	private get gateArgs(): string[] {
		return this.options.gate ? [`--mount=type=volume,source=${this.name}-gate,target=/run/holdfast`] : [];
	}

	private nextName(): string {
		this.containers += 1;
		return `${this.name}-${this.containers}`;
	}
}

/** Expects that the keeper refused for this reason, and said what to do. */
export function expectRefused({ code, errors, stdout }: Answer, reason: RefusalCode, said: string | RegExp = ""): void {
	const whole = `${stdout}${errors}`;
	expect(whole).toContain(`✗ refused (${reason})`);
	expect(whole).toContain("What to do: ");
	expect(whole).toMatch(said);
	expect(code).toBe(3);
}

/** Expects that the rows are the first of those that were acknowledged, in order and unchanged; the last may be one that was committed and not said yet. */
export function expectPrefix(found: Content, acknowledged: string[]): void {
	expect(found.integrity).toBe("ok");
	const known = found.rows.slice(0, acknowledged.length);
	expect(known).toEqual(acknowledged.slice(0, known.length));
	expect(found.rows.length).toBeLessThanOrEqual(acknowledged.length + 1);
}

/** Waits until the store has all that is acknowledged, by a restore of it. */
export async function untilRestorable(host: Host, acknowledged: string[], seconds = 30): Promise<Content> {
	return until(
		"everything can be restored",
		async () => {
			const found = await host.restored();
			return found.rows.length >= acknowledged.length && found;
		},
		seconds,
	);
}
