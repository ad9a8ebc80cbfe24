import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { buildKeeper, expectRefused, Host } from "./harness";
import { directory, stoppedHost } from "./prepared";

buildKeeper();

/** What happens to a database while nobody runs, and what is then to be found in its place. */
const damages = {
	"its header is destroyed": "head -c 100 /dev/zero | dd of=/data/app.db conv=notrunc",
	"it is cut off in the middle of a page": "truncate --size=6000 /data/app.db",
	"it is cut off between two pages": "truncate --size=8192 /data/app.db",
	"a page is noise": "head -c 4096 /dev/urandom | dd of=/data/app.db bs=4096 seek=2 conv=notrunc",
	"it has no bytes": ": > /data/app.db",
};

it("fault 9: a damaged database is set aside and restored, and nothing of it is deleted", async () => {
	const store = await directory();
	const { host, rows } = await stoppedHost(store);
	// What is in the WAL too would make good for what the file has lost.
	await host.sql("PRAGMA wal_checkpoint(TRUNCATE)");
	await host.shell("mkdir /scratch/sound && cp -a /data/. /scratch/sound/");
	for (const [what, damage] of Object.entries(damages)) {
		await host.shell(`rm -rf /data/* /data/.[!.]* && cp -a /scratch/sound/. /data/ && ${damage}`);
		const before = await host.shell("cat /data/app.db | sha256sum");
		expect([what, await host.keeperDone("start")]).toEqual([what, expect.stringContaining("set aside, not deleted")]);
		expect([what, await host.content()]).toEqual([what, expect.objectContaining({ integrity: "ok", rows })]);
		expect([what, await host.shell("cat /data/set-aside-*-damaged/app.db | sha256sum")]).toEqual([what, before]);
	}
	await host.shell("rm /data/app.db");
	expect(await host.keeperDone("start")).toContain("restored to transaction");
	expect((await host.content()).rows).toEqual(rows);
});

it("fault 9: without a replica a damaged database is refused and left as it is, and one without bytes is none", async () => {
	const host = await Host.make(await directory());
	await host.sql("CREATE TABLE rows (id INTEGER PRIMARY KEY, content TEXT)");
	const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)";
	await host.sql(`${numbers} INSERT INTO rows SELECT i, hex(randomblob(500)) FROM n`);
	await host.shell("cp -a /data/app.db /scratch/sound.db");
	for (const [what, damage] of Object.entries(damages)) {
		await host.shell(`cp -a /scratch/sound.db /data/app.db && ${damage}`);
		const before = await host.shell("sha256sum /data/*");
		const started = await host.keeper("start");
		if (what === "it has no bytes")
			expect([what, `${started.stdout}`]).toEqual([what, expect.stringContaining("first")]);
		// Without anything of SQLite's beside it, it may be another kind of file altogether.
		else expectRefused(started, what.includes("header") ? "not-a-database" : "database-corrupt", /app\.db/);
		expect([what, await host.shell("sha256sum /data/*")]).toEqual([what, before]);
	}
});

it("fault 10: a damaged replica fails the drill with a reason, is restored nowhere, and the status says so", async () => {
	const store = await directory();
	const { host, rows } = await stoppedHost(store, {}, async (writer) => {
		for (let pause = 0; pause < 4; pause += 1) {
			await sleep(1200);
			await writer.more(20);
		}
	});
	// What was put together from single syncs goes, so that each of those is needed.
	const keys = (await store.keys()).sort();
	for (const key of keys.filter((key) => /ltx\/[1-8]\//.test(key))) await store.delete(key);
	const syncs = keys.filter((key) => key.includes("ltx/0/"));
	const [middle = "", last = ""] = [syncs.at(-3), syncs.at(-1)];
	expect(syncs.length).toBeGreaterThan(4);
	const snapshot = keys.find((key) => key.includes("ltx/9/")) ?? "";
	const flip = (bytes: Buffer) => {
		const changed = Buffer.from(bytes);
		changed[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
		return changed;
	};
	const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 20);
	const cases: [string, string, ((bytes: Buffer) => Buffer) | undefined, "replica-corrupt" | "replica-incomplete"][] = [
		["a bit flipped in the middle", middle, flip, "replica-corrupt"],
		["a bit flipped at the end", last, flip, "replica-corrupt"],
		["a bit flipped in the snapshot", snapshot, flip, "replica-corrupt"],
		["a truncated file in the middle", middle, cut, "replica-corrupt"],
		["a truncated file at the end", last, cut, "replica-corrupt"],
		["a file missing in the middle", middle, undefined, "replica-corrupt"],
		["a file missing at the end", last, undefined, "replica-incomplete"],
	];
	const stranger = await Host.make(store);
	for (const [what, key, change, reason] of cases) {
		const sound = await store.read(key);
		if (change === undefined) await store.delete(key);
		else await store.write(key, change(sound));
		const report = await stranger.keeper("drill --json");
		expect([what, report.code, JSON.parse(`${report.stdout}`).ok]).toEqual([what, 1, false]);
		console.log(`${what}: ${JSON.parse(`${report.stdout}`).reason}`);
		expectRefused(await stranger.keeper("restore --output /scratch/out.db"), reason);
		expectRefused(await stranger.keeper("start"), reason);
		expect([what, await stranger.shell("ls -A /scratch; ls -A /data")]).toEqual([what, ""]);
		await store.write(key, sound);
	}

	const keeper = await host.replicate();
	// The file with which every restore begins: another may be compacted meanwhile.
	const sound = await store.read(snapshot);
	await store.write(snapshot, flip(sound));
	expect((await keeper.exec("drill")).code).toBe(1);
	const { problems, lastDrill } = await keeper.until(({ healthy }) => !healthy);
	expect(problems.join()).toContain("the last drill failed: replica-corrupt");
	expect(lastDrill?.ok).toBe(false);
	expect(await keeper.health()).toBe(503);
	await store.write(snapshot, sound);
	expect((await keeper.exec("drill")).code).toBe(0);
	await keeper.proven();
	expect((await keeper.status())?.lastDrill).toMatchObject({ ok: true, rows: { rows: rows.length } });
});

it("fault 10: a replica that can be restored and holds a database with a fault is found by the full check", async () => {
	const store = await directory();
	const { host } = await stoppedHost(store, {}, async (writer) => {
		// An index over another column than its entries are of: the quick check does not see that.
		await writer.sql("CREATE INDEX by_time ON rows (at)");
		await writer.sql("PRAGMA writable_schema = ON");
		await writer.sql("UPDATE sqlite_schema SET sql = 'CREATE INDEX by_time ON rows (ballast)' WHERE name = 'by_time'");
		await writer.write(false);
	});
	expect((await host.keeper("drill")).code).toBe(1);
	expectRefused(await host.keeper("restore --output /scratch/out.db"), "replica-corrupt", "by_time");
	const stranger = await Host.make(store);
	expectRefused(await stranger.keeper("start"), "replica-corrupt", "by_time");
	expect(await stranger.shell("ls /data")).toBe("");
});
