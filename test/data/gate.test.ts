import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { buildKeeper, Host } from "./harness";
import { directory } from "./prepared";

buildKeeper();

it("lets each start of the app in only on a sound database, and restores a damaged one while the app waits", async () => {
	const host = await Host.make(await directory(), { gate: true });
	const first = await host.writer({ waitsAtGate: true });
	await sleep(1500);
	expect(first.ready).toBeUndefined();
	const keeper = await host.replicate();
	await first.until(({ ready }) => ready === 0, "its start");
	await first.more(100);
	await first.stop();
	await keeper.proven();

	// The keeper goes on; between two starts of the app its database is damaged.
	await host.shell("head -c 50000 /dev/urandom > /data/noise; mv /data/noise /data/app.db; rm -f /data/app.db-*");
	await host.shell("chown 1000:1000 /data/app.db");
	const second = await host.writer({ waitsAtGate: true });
	await second.until(({ ready }) => ready !== undefined, "its start");
	expect(second.ready).toBe(first.acknowledged.length);
	await keeper.until("replicating");
	expect(await host.shell("ls /data/set-aside-*-damaged/app.db")).toContain("/data/set-aside-");
	await second.more(50);
	await second.stop();
	await keeper.proven();
	const all = [...first.acknowledged, ...second.acknowledged];
	expect((await host.restored()).rows).toEqual(all);

	const third = await host.writer({ waitsAtGate: true });
	await third.more(20);
	expect(third.ready).toBe(all.length);
	await third.stop();
});

it("puts no database under an app that may be running, and restores once the app has stopped", async () => {
	const host = await Host.make(await directory(), { gate: true });
	const writer = await host.writer({ waitsAtGate: true });
	const keeper = await host.replicate();
	await writer.more(100);
	await writer.write(false);
	await keeper.proven();
	await keeper.signal("KILL");
	await keeper.exitCode();
	await host.shell("rm /data/app.db");
	const again = await keeper.restart("refused");
	expect((await again.status())?.refusal?.code).toBe("app-may-be-running");
	expect(await again.health()).toBe(503);
	expect(await host.shell("ls /data/app.db 2>/dev/null || true")).toBe("");
	await writer.kill();

	const next = await host.writer({ waitsAtGate: true });
	await next.more(20, 60);
	expect(next.ready).toBe(writer.acknowledged.length);
	await next.stop();
	await again.proven();
	expect((await host.restored()).rows).toEqual([...writer.acknowledged, ...next.acknowledged]);
});
