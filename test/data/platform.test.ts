import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { docker, tryDocker } from "./docker";
import { buildKeeper } from "./harness";
import { LEASE, PlatformInstance, STOP } from "./platformInstance";
import { S3Bucket, type TestStore } from "./stores";
import { testServers } from "./testServers";

buildKeeper();
const servers = testServers();

async function bucket(): Promise<TestStore> {
	const store = await S3Bucket.make(servers.s3);
	onTestFinished(() => store.remove(), 30_000);
	return store;
}

async function expectKept(last: PlatformInstance, all: PlatformInstance[]): Promise<void> {
	const { rows, integrity } = await last.host.restored();
	const kept = new Set(rows);
	expect(integrity).toBe("ok");
	expect(all.flatMap(({ acknowledged }) => acknowledged).filter((row) => !kept.has(row))).toEqual([]);
}

it("says when the app may start, and when it serves; each line of its log is an object", async () => {
	const instance = await PlatformInstance.launch(await bucket());
	await instance.keeper.until(({ state }) => state === "starting" || state === "frozen");
	expect(await instance.ask("serving")).toMatchObject({ status: 503 });
	await instance.startApp();
	await instance.serves();
	expect(await instance.ask("ready")).toMatchObject({ status: 200, body: "ready\n" });
	expect(await instance.ask("serving")).toMatchObject({ status: 200, body: "serving\n" });
	expect((await instance.keeper.exec("ready")).code).toBe(0);
	await instance.keeper.proven();
	const entries = await instance.entries();
	expect(entries.find(({ message }) => message === "replicating")).toEqual({
		severity: "INFO",
		message: "replicating",
	});
	await docker("kill", instance.appName);
	expect(await instance.ask("serving")).toMatchObject({ status: 503, body: expect.stringContaining("no connections") });
	expect(await instance.ask("ready")).toMatchObject({ status: 200 });
});

it("a rollout: the old instance hands over, what comes to it then is turned away, and nothing is lost", async () => {
	const store = await bucket();
	const old = await PlatformInstance.serving(store, { revision: 1 });
	let isOver = false;
	const statuses: Record<number, number> = {};
	const load = async () => {
		while (!isOver) {
			const { status } = await old.write();
			statuses[status] = (statuses[status] ?? 0) + 1;
			await sleep(status === 200 ? 5 : 200);
		}
	};
	const loads = Array.from({ length: 4 }, load);
	const next = await PlatformInstance.serving(store, { revision: 2 });
	isOver = true;
	await Promise.all(loads);
	console.log(`answers of the old instance by status: ${JSON.stringify(statuses)}`);
	const late = await old.write();
	expect(late).toMatchObject({ status: 503, retryAfter: "1", body: expect.stringContaining("another one") });
	expect((await old.ask("ready")).status).toBe(200);
	const problems = (await old.entries()).filter(({ holdfast }) => holdfast === "problem");
	expect(problems).toEqual([]);
	const began = performance.now();
	expect(await next.keeper.stop()).toBe(0);
	const took = (performance.now() - began) / 1000;
	console.log(`a stop took ${took.toFixed(2)} s of ${STOP}`);
	expect(took).toBeLessThan(STOP);
	expect((await next.entries()).map(({ message }) => message)).toContain("stopped; all is in the replica");
	await expectKept(next, [old, next]);
});

it("sleeps through its lease between requests: the next one waits for the lease alone, and nothing starts anew", async () => {
	const instance = await PlatformInstance.serving(await bucket());
	const { replica } = await instance.keeper.proven();
	const litestream = async () =>
		(await instance.keeper.processes()).filter(({ command }) => command.startsWith("litestream")).map(({ pid }) => pid);
	const before = await litestream();
	const usual: number[] = [];
	const added: number[] = [];
	const timed = async (into: number[]) => {
		const began = performance.now();
		const { status } = await instance.write();
		into.push(performance.now() - began);
		expect(status).toBe(200);
	};
	for (let nap = 0; nap < 2; nap += 1) {
		await timed(usual);
		await instance.sleep();
		await sleep((LEASE + 3) * 1000);
		// It is there when the instance wakes.
		const asked = instance.write();
		await sleep(300);
		await instance.wake();
		const began = performance.now();
		expect((await asked).status).toBe(200);
		added.push(performance.now() - began);
	}
	const shown = (times: number[]) => times.map((time) => time.toFixed(0)).join(" ");
	console.log(`a write in ms: ${shown(usual)}; the first after a sleep, from when it woke: ${shown(added)}`);
	expect(await litestream()).toEqual(before);
	expect((await instance.keeper.status())?.replica).toMatchObject({
		leaseEpoch: replica.leaseEpoch,
		litestreamRestarts: 0,
	});
	await instance.sleep();
	await sleep((LEASE + 1) * 1000);
	await instance.wake();
	expect(await instance.keeper.stop()).toBe(0);
	await expectKept(instance, [instance]);
});

it("a new version that eats rows: the instance ends, and the one before serves on; at its next start it may do that itself", async () => {
	const store = await bucket();
	const old = await PlatformInstance.serving(store, { revision: 1, env: { HOLDFAST_VERSION: "one" } });
	const migration =
		"python3 -c \"import sqlite3; d = sqlite3.connect('/data/app.db'); d.execute('DELETE FROM rows'); d.commit()\"";
	const next = await PlatformInstance.launch(store, { revision: 2, env: { HOLDFAST_VERSION: "two" } });
	await next.startApp({ migration });
	expect(await next.keeper.exitCode()).toBe(1);
	const told = (await next.entries()).find(({ holdfast }) => holdfast === "problem");
	expect(told).toMatchObject({
		kind: "refused",
		app: "test/notes",
		message: expect.stringContaining("deploy.mayLose"),
	});
	expect(told?.message).toContain("the table rows has lost");
	await old.serves();
	expect(await old.keeper.stop()).toBe(0);
	await expectKept(old, [old]);
	// What the version that served last clears away at its start is its own affair.
	const again = await PlatformInstance.serving(store, { revision: 3, migration, env: { HOLDFAST_VERSION: "one" } });
	expect(await again.keeper.stop()).toBe(0);
	await expectKept(again, [again]);
});

it("keeper prepare gives a disk of root's to the app's user, and refuses what is another's", async () => {
	const instance = await PlatformInstance.launch(await bucket(), { env: { HOLDFAST_USER: "1000:1000" } });
	const { host } = instance;
	await docker("rm", "--force", instance.keeper.name);
	await host.shell("rm -rf /data/.h* && chown root:root /data /scratch");
	const env = { HOLDFAST_USER: "1000:1000", HOLDFAST_DISK: "temporary" };
	const asRoot = { env, args: ["--user=0:0", "--cap-add=CHOWN", "--cap-add=DAC_OVERRIDE", "--cap-add=FOWNER"] };
	const { code, stdout } = await host.keeper("prepare", asRoot);
	expect([code, `${stdout}`]).toEqual([0, expect.stringContaining("/data and /scratch belong to 1000:1000")]);
	expect(await host.shell("stat -c %u:%g /data /scratch")).toBe("1000:1000\n1000:1000");
	await host.shell("touch /data/notes.db");
	const refused = await host.keeper("prepare", asRoot);
	expect([refused.code, `${refused.errors}`]).toEqual([3, expect.stringContaining("/data/notes.db belongs to user 0")]);
	await tryDocker("rm", "--force", instance.keeper.name);
});
