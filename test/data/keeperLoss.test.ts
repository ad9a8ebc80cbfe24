import { expect, it, onTestFinished } from "vitest";
import { buildKeeper, Host } from "./harness";
import { DirectoryVolume } from "./stores";

buildKeeper();

async function running(env: Record<string, string> = {}) {
	const store = await DirectoryVolume.make();
	onTestFinished(() => store.remove(), 30_000);
	const host = await Host.make(store, { env });
	const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
	await writer.more(50);
	await keeper.proven();
	return { host, writer, keeper };
}

it("fault 2: the app does not notice that the keeper is killed, and the next keeper catches up", async () => {
	const { host, writer, keeper } = await running();
	await keeper.signal("KILL");
	expect(await keeper.exitCode()).toBe(137);
	await writer.more(300);
	const again = await keeper.restart();
	await writer.stop();
	await again.proven();
	expect(writer.errors).toEqual([]);
	expect((await host.restored()).rows).toEqual(writer.acknowledged);
});

// After RESTART the app writes the WAL anew from its beginning, over a part of what Litestream had read (components/keeper/gap.ts).
it.each(["TRUNCATE", "RESTART"])(
	"fault 3: what the app folded into its file (%s) while no keeper lived is in the replica afterwards",
	async (mode) => {
		const { host, writer, keeper } = await running();
		await writer.more(300);
		await keeper.proven();
		await keeper.signal("KILL");
		await keeper.exitCode();
		await writer.more(60);
		// On a page that nothing writes again.
		await writer.sql("UPDATE rows SET content = 'changed' WHERE id = 1");
		// Not busy, and all of it folded in.
		const [[busy, pages, folded] = []] = (await writer.sql(`PRAGMA wal_checkpoint(${mode})`)) as number[][];
		expect([busy, pages]).toEqual([0, folded]);
		await writer.more(40);
		await writer.write(false);
		const again = await keeper.restart();
		await again.proven();
		await writer.write(true);
		await writer.more(20);
		await writer.stop();
		await again.proven();
		const found = await host.restored();
		expect(found).toMatchObject({ integrity: "ok", rows: ["changed", ...writer.acknowledged.slice(1)] });
		// An incomplete replica would be restored on the next host just so.
		expect((await again.exec("drill")).code).toBe(0);
	},
);

it("faults 17 and 18: VACUUM, a deleted WAL and another journal mode cost no row and no history, and an old SQLite is named", async () => {
	const { host, writer, keeper } = await running();
	await writer.write(false);
	const before = [...writer.acknowledged];
	expect((await keeper.exec("snapshot", "before")).code).toBe(0);
	await writer.write(true);

	const replicated = async (what: string) => {
		await writer.more(50);
		await writer.write(false);
		await keeper.proven();
		expect([what, (await host.restored()).rows]).toEqual([what, writer.acknowledged]);
		expect([what, (await host.restored("before")).rows]).toEqual([what, before]);
		await writer.write(true);
	};
	await writer.sql("DELETE FROM rows WHERE 0");
	await writer.sql("VACUUM");
	await replicated("VACUUM");
	// Refused by SQLite, since the keeper has the database open; the app goes on in WAL mode.
	console.log("journal_mode = DELETE under the keeper:", await writer.sql("PRAGMA journal_mode = DELETE"));
	await replicated("journal_mode");

	// Nobody runs: the last to close the database folds the WAL in and removes it; the mode changes; somebody writes.
	await keeper.signal("KILL");
	await keeper.exitCode();
	await writer.stop();
	expect(await host.sql("PRAGMA journal_mode = DELETE")).toBe("[('delete',)]");
	expect(await host.shell("ls /data/app.db*")).toBe("/data/app.db");
	await host.sql("INSERT INTO rows VALUES (1000000, 'between', 0, '')");
	const again = await keeper.restart();
	await again.proven();
	expect((await host.restored()).rows).toEqual([...writer.acknowledged, "between"]);
	expect((await host.restored("before")).rows).toEqual(before);
	const { warnings } = await again.until(({ warnings }) => warnings.length > 0);
	expect(warnings).toContainEqual(expect.stringMatching(/SQLite 3\.40\.1: before 3\.51\.3/));
});
