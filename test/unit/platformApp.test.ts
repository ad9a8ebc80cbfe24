import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FreshAcknowledgement } from "../../components/keeper/acknowledge/fresh";
import type { Covered } from "../../components/keeper/acknowledgement";
import { AppWellness } from "../../components/keeper/appSide";
import { PlatformApp } from "../../components/keeper/platformApp";
import { freePort, startApp } from "./doorScene";

describe("an app that the platform starts", () => {
	it("may start from when its data is in place; a little later it takes connections, and is well", async () => {
		const beside = await startApp((_, outgoing) => outgoing.end("well"));
		await beside.kill();
		const app = new PlatformApp({ appTarget: beside, appStartSeconds: 5 });
		expect([app.isReady, app.stop(), await app.noneRuns()]).toEqual([false, false, true]);
		const started = app.start(() => false);
		expect(app.isReady).toBe(true);
		await beside.comeBack();
		expect(await started).toBeUndefined();
		// It was let in: under it nothing is put in place any more, and only the end of the keeper ends it.
		await beside.kill();
		expect([app.stop(), await app.noneRuns()]).toEqual([true, false]);
		expect(await app.illness()).toContain("takes no connections");
	});

	it("is not well where it does not start in its time", async () => {
		const app = new PlatformApp({ appTarget: { host: "127.0.0.1", port: await freePort() }, appStartSeconds: 0.3 });
		expect(await app.start(() => false)).toContain("takes no connections");
	});

	it("that runs already, before its data is in place, keeps a database from being put there", async () => {
		const beside = await startApp((_, outgoing) => outgoing.end("too early"));
		expect(await new PlatformApp({ appTarget: beside, appStartSeconds: 5 }).noneRuns()).toBe(false);
	});

	it("is asked for its health where it has one", async () => {
		const beside = await startApp((_, outgoing) => outgoing.writeHead(500).end());
		const appHealth = `http://127.0.0.1:${beside.port}/health`;
		const app = new PlatformApp({ appTarget: beside, appHealth, appStartSeconds: 0.3 });
		expect(await app.start(() => false)).toContain("answers 500");
		expect(await app.illness()).toContain("answers 500");
	});
});

describe("an app that is not well", () => {
	it("is told of once it was let in and has been so for a minute of looks", async () => {
		const app = { isReady: false, ill: "answers 500" as string | undefined, illness: async () => app.ill };
		const wellness = new AppWellness(app);
		const looks = async (count: number) => {
			for (let look = 0; look < count; look += 1) await wellness.look();
			return wellness.alert;
		};
		expect(await looks(10)).toBeUndefined();
		app.isReady = true;
		expect(await looks(5)).toBeUndefined();
		expect(await looks(1)).toEqual({ kind: "app", message: "the app has not been well for 60 s: answers 500" });
		app.ill = undefined;
		expect(await looks(1)).toBeUndefined();
	});
});

describe("an answer on a temporary disk", () => {
	let paused: string | undefined;
	const lapsed = "the lease could not be renewed";
	beforeEach(() => {
		paused = undefined;
	});

	it("waits for the lease, and is refused where that does not come back", async () => {
		const acknowledgement = new FreshAcknowledgement(() => paused, 0.2);
		expect([acknowledgement.mark(true), acknowledgement.outage()]).toEqual([0, undefined]);
		expect(acknowledgement.covered(0)).toEqual({});
		paused = lapsed;
		const waiting = acknowledgement.covered(0);
		let isAnswered = false;
		void Promise.resolve(waiting).then(() => {
			isAnswered = true;
		});
		await sleep(80);
		expect(isAnswered).toBe(false);
		paused = undefined;
		expect(await waiting).toEqual({});
		paused = lapsed;
		expect(await acknowledgement.covered(0)).toEqual({ refused: expect.stringContaining("could not be renewed") });
	});

	it("waits for the store first; one to a read, which the store covers at once, for the lease as well", async () => {
		const covered: (Covered | Promise<Covered>)[] = [];
		const store = { outage: () => "away", mark: () => 7, covered: vi.fn(() => covered.shift() as Covered) };
		const acknowledgement = new FreshAcknowledgement(() => paused, 0.1, store);
		expect([acknowledgement.mark(false), acknowledgement.outage()]).toEqual([7, "away"]);
		covered.push({ transaction: 5 }, Promise.resolve({ transaction: 6 }), { refused: "no store" });
		expect(acknowledgement.covered(7)).toEqual({ transaction: 5 });
		expect(store.covered).toHaveBeenCalledWith(7);
		expect(await acknowledgement.covered(7)).toEqual({ transaction: 6 });
		expect(acknowledgement.covered(7)).toEqual({ refused: "no store" });
		paused = lapsed;
		// What does not go out anyway is not kept waiting.
		covered.push({ refused: "no store" });
		expect(acknowledgement.covered(7)).toEqual({ refused: "no store" });
		covered.push({}, { transaction: 5 }, Promise.resolve({}), {});
		for (const _ of covered.slice(1)) {
			expect(await acknowledgement.covered(7)).toEqual({ refused: expect.stringContaining(lapsed) });
		}
		const waiting = acknowledgement.covered(7);
		paused = undefined;
		expect(await waiting).toEqual({});
	});
});
