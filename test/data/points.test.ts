import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { buildKeeper, expectRefused, Host } from "./harness";
import { directory } from "./prepared";

buildKeeper();

it("faults 23 and 24: a restore to a time, a snapshot or a transaction has just the rows up to it, and nothing live is replaced", async () => {
	const store = await directory();
	const host = await Host.make(store);
	const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
	/** A moment in which nobody writes and all is replicated. */
	const still = async () => {
		await writer.more(60);
		await writer.write(false);
		await keeper.proven();
		await sleep(1200);
		return [...writer.acknowledged];
	};
	const atTime = await still();
	const time = new Date().toISOString();
	await sleep(1200);
	await writer.write(true);
	const atSnapshot = await still();
	const { stdout } = await keeper.exec("snapshot", "before-deploy", "--image", "notes:1");
	const transaction = /transaction (\d+)/.exec(`${stdout}`)?.[1] ?? "";
	expectRefused(await keeper.exec("snapshot", "before-deploy"), "restore-target", "there is a snapshot before-deploy");
	await writer.write(true);
	const newest = await still();

	expect((await host.restored(time)).rows).toEqual(atTime);
	expect((await host.restored("before-deploy")).rows).toEqual(atSnapshot);
	expect((await host.restored(transaction)).rows).toEqual(atSnapshot);
	expect((await host.restored()).rows).toEqual(newest);
	expectRefused(await host.keeper("restore --to nothing --output /scratch/a.db"), "restore-target", "before-deploy");
	await host.shell("echo mine > /scratch/mine && chown 1000 /scratch/mine");
	expectRefused(await host.keeper("restore --output /scratch/mine"), "restore-target", "is there already");
	expect(await host.shell("cat /scratch/mine")).toBe("mine");

	// Live: the app and the keeper, the keeper alone, the app alone.
	const refused = async () => {
		expectRefused(await host.keeper("restore --to before-deploy --in-place"), "restore-target", "is in use");
	};
	await refused();
	await writer.stop();
	await refused();
	await keeper.stop();
	const present = await host.content();
	expect(present.rows).toEqual(newest);
	const alone = await host.writer();
	await refused();
	await alone.stop();

	expect(await host.keeperDone("restore --to before-deploy --in-place")).toContain(
		"the data of before is in /data/set-aside-",
	);
	expect((await host.content()).rows).toEqual(atSnapshot);
	const aside = await host.shell("ls /data/set-aside-*-before-restore/app.db");
	expect((await host.content(aside)).rows).toEqual([...newest, ...alone.acknowledged]);

	// Fault 24: it goes on from there, and the history of before stays.
	expect(await host.keeperDone("start")).toContain("existing data is used");
	const [next, again] = await Promise.all([host.writer(), host.replicate()]);
	await next.more(50);
	await next.stop();
	await again.proven();
	expect((await host.restored()).rows).toEqual([...atSnapshot, ...next.acknowledged]);
	expect((await host.restored("before-deploy")).rows).toEqual(atSnapshot);
	await again.stop();
	const successor = await Host.make(store);
	await successor.keeperDone("start");
	expect((await successor.content()).rows).toEqual([...atSnapshot, ...next.acknowledged]);
});
