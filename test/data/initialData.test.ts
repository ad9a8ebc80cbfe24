import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type GcsServer, startGcsServer } from "../../tools/servers/gcs";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { SAMPLE_BASE } from "../../tools/setup/versions";
import { docker } from "./docker";
import { buildKeeper, expectRefused, Host } from "./harness";
import { directory } from "./prepared";
import { GcsBucket, S3Bucket, type TestStore } from "./stores";

let s3: S3Server;
let gcs: GcsServer;
/** A small database, and one of which a page is noise. */
let sound: Buffer;
let corrupt: Buffer;
const ROWS = Array.from({ length: 300 }, (_, n) => `brought ${n}`);

buildKeeper();
beforeAll(async () => {
	[s3, gcs] = await Promise.all([startS3Server(), startGcsServer()]);
	const script = `import sqlite3,base64
d=sqlite3.connect("/tmp/a.db")
d.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, content TEXT, at REAL, ballast TEXT)")
d.executemany("INSERT INTO rows VALUES (?, ?, 0, 'x')", [(n + 1, f"brought {n}") for n in range(${ROWS.length})])
d.commit(); print(base64.b64encode(open("/tmp/a.db","rb").read()).decode())`;
	sound = Buffer.from(await docker("run", "--rm", SAMPLE_BASE, "python3", "-c", script), "base64");
	corrupt = Buffer.concat([sound.subarray(0, 4096), randomBytes(4096), sound.subarray(8192)]);
});
afterAll(async () => {
	await Promise.all([s3?.stop(), gcs?.stop()]);
});

/** The store, where the initial data is for the keeper, what the keeper needs to see it, and what puts it there. */
interface Source {
	store: TestStore;
	at: string;
	data?: string[];
	put(content: Buffer, file?: string): Promise<unknown>;
}

const sources: Record<string, () => Promise<Source>> = {
	async "a path"() {
		const volume = `holdfast-data-${randomBytes(4).toString("hex")}-initial`;
		await docker("volume", "create", volume);
		onTestFinished(async () => void (await docker("volume", "rm", volume)), 30_000);
		const mount = `--mount=type=volume,source=${volume},target=/initial`;
		const put = (content: Buffer, file = "a.db") =>
			docker(
				...["run", "--rm", mount, SAMPLE_BASE, "sh", "-ec"],
				`echo ${content.toString("base64")} | base64 -d > /initial/${file}`,
			);
		return { store: await directory(), at: "/initial/a.db", data: [`${mount},readonly`], put };
	},
	async "an object in S3"() {
		const store = await S3Bucket.make(s3);
		const put = (content: Buffer, file = "a.db") => store.write(`initial/${file}`, content);
		return { store, at: `${store.url}/initial/a.db`, put };
	},
	async "an object in GCS"() {
		const store = await GcsBucket.make(gcs);
		const put = (content: Buffer, file = "a.db") => store.write(`initial/${file}`, content);
		return { store, at: `${store.url}/initial/a.db`, put };
	},
};

it.each(Object.keys(sources))(
	"initial data from %s is checked, taken in once, and ignored ever after",
	async (kind) => {
		const { store, at, data = [], put } = await (sources[kind] as () => Promise<Source>)();
		const host = await Host.make(store, { env: { HOLDFAST_INITIAL_DATA: at }, args: data });
		const unchanged = async () => expect(await host.shell("ls /data")).toBe("");
		expectRefused(await host.keeper("start"), "initial-data-unusable", "cannot be read");
		await unchanged();
		await put(corrupt);
		expectRefused(await host.keeper("start"), "initial-data-unusable", "is corrupt");
		await unchanged();
		await put(Buffer.from("a text of some length, which is no database\n".repeat(10)));
		expectRefused(await host.keeper("start"), "initial-data-unusable", "is no SQLite database");
		await unchanged();
		await put(sound);
		expect(await host.keeperDone("start")).toContain(`initial data taken in from ${at}: rows ${ROWS.length}`);
		expect((await host.content()).rows).toEqual(ROWS);

		const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
		await writer.more(20);
		await writer.stop();
		await keeper.proven();
		await keeper.stop();
		const rows = [...ROWS, ...writer.acknowledged];
		expect(await host.keeperDone("start")).toContain("existing data is used");
		expect((await host.content()).rows).toEqual(rows);
		// On a new host the replica counts, and what the initial data has become is of no account.
		await put(corrupt);
		const successor = await Host.make(store, { env: { HOLDFAST_INITIAL_DATA: at }, args: data });
		expect(await successor.keeperDone("start")).toContain("restored to transaction");
		expect((await successor.content()).rows).toEqual(rows);
	},
);

/** The files of a database as a writer leaves them that is killed: `wal` with rows in the WAL alone, `journal` in the middle of an update. */
async function cutOff(mode: "wal" | "journal"): Promise<Record<string, Buffer>> {
	const script = `import sqlite3,base64,glob,json
d=sqlite3.connect("/tmp/a.db", isolation_level=None)
d.execute("PRAGMA journal_mode=${mode === "wal" ? "wal" : "delete"}"); d.execute("PRAGMA cache_size=2"); d.execute("PRAGMA wal_autocheckpoint=0")
d.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, content TEXT, at REAL, ballast TEXT)")
if ${mode === "wal" ? "True" : "False"}: d.execute("PRAGMA wal_checkpoint(TRUNCATE)")
d.execute("BEGIN")
d.executemany("INSERT INTO rows VALUES (?, ?, 0, 'x')", [(n + 1, f"brought {n}") for n in range(${ROWS.length})])
d.execute("COMMIT")
if ${mode === "journal" ? "True" : "False"}: d.execute("BEGIN"); d.execute("UPDATE rows SET content = 'half done'")
print(json.dumps({f[5:]: base64.b64encode(open(f,"rb").read()).decode() for f in glob.glob("/tmp/a.db*") if not f.endswith("-shm")}))`;
	const files = JSON.parse(await docker("run", "--rm", SAMPLE_BASE, "python3", "-c", script)) as Record<string, string>;
	return Object.fromEntries(Object.entries(files).map(([file, content]) => [file, Buffer.from(content, "base64")]));
}

it.each(Object.keys(sources))(
	"what lies beside initial data from %s, as after a crash, is taken along",
	async (kind) => {
		for (const mode of ["wal", "journal"] as const) {
			const files = await cutOff(mode);
			expect(Object.keys(files).sort()).toEqual(["a.db", `a.db-${mode}`]);
			const { store, at, data = [], put } = await (sources[kind] as () => Promise<Source>)();
			for (const [file, content] of Object.entries(files)) await put(content, file);
			const host = await Host.make(store, { env: { HOLDFAST_INITIAL_DATA: at }, args: data });
			expect(await host.keeperDone("start")).toContain(`rows ${ROWS.length} with its a.db-${mode}`);
			expect(await host.content()).toMatchObject({ integrity: "ok", rows: ROWS });
			expect(await host.shell("cd /data && ls -A | grep initial || true")).toBe("");
		}
	},
);

it("initial data in WAL mode without its WAL is taken in with a word on what may be missing", async () => {
	const { "a.db": main } = await cutOff("wal");
	const { store, at, data, put } = await (sources["a path"] as () => Promise<Source>)();
	await put(main as Buffer);
	const host = await Host.make(store, { env: { HOLDFAST_INITIAL_DATA: at }, args: data });
	expect(await host.keeperDone("start")).toMatch(/rows 0; it is in WAL mode with no a\.db-wal beside it/);
});

it("initial data that changes while it is copied is refused, and nothing is left of it", async () => {
	const { store, at, data = [], put } = await (sources["a path"] as () => Promise<Source>)();
	await put(sound);
	const name = `holdfast-data-${randomBytes(4).toString("hex")}-live`;
	onTestFinished(async () => void (await docker("rm", "--force", name)), 30_000);
	const live = "truncate --size 200M /initial/a.db && while :; do printf x >> /initial/a.db-wal; done";
	const mount = (data[0] ?? "").replace(",readonly", "");
	await docker("run", "--detach", "--name", name, mount, SAMPLE_BASE, "sh", "-ec", live);
	const host = await Host.make(store, { env: { HOLDFAST_INITIAL_DATA: at }, args: data });
	expectRefused(await host.keeper("start"), "initial-data-unusable", "changed while it was copied");
	expect(await host.shell("ls -A /data")).toBe("");
});
