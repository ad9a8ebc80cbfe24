import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FreshAcknowledgement } from "../../components/keeper/acknowledge/fresh";
import { AppWellness } from "../../components/keeper/appSide";
import type { Shape } from "../../components/keeper/deploy/shape";
import { Losses } from "../../components/keeper/losses";
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

describe("what an app does to its data at its start", () => {
	const shape = (rows: number): Shape => ({ tables: { notes: { columns: ["id"], rows } }, orphans: {}, schema: "" });
	function losses(shapes: Shape[], mayLose: string[] = [], content = "rows") {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-losses-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		const database = join(directory, "notes.db");
		writeFileSync(database, content);
		return new Losses({ app: "shop/prod/notes", database, mayLose }, async () => shapes.shift() as Shape);
	}

	it("may be more rows, and fewer where that was said", async () => {
		for (const each of [losses([shape(5), shape(6)]), losses([shape(5), shape(2)], ["notes"])]) {
			await each.remember();
			await expect(each.check()).resolves.toBeUndefined();
		}
	});

	it("throws: rows that are gone", async () => {
		const each = losses([shape(5), shape(2)]);
		await each.remember();
		await expect(each.check()).rejects.toMatchObject({
			code: "data-would-be-lost",
			found: expect.stringContaining("the table notes has lost 3 rows: 5 before, 2 after"),
		});
	});

	it("is not looked at on a first start, and once it was well never again", async () => {
		const first = losses([], [], "");
		await first.remember();
		await first.check();
		const again = losses([shape(5), shape(5)]);
		await again.remember();
		await again.check();
		await again.check();
	});
});

describe("an answer where a write counts once it is on a temporary disk", () => {
	it("waits for the lease, and is refused where that does not come back", async () => {
		let paused: string | undefined;
		const acknowledgement = new FreshAcknowledgement(() => paused, 0.2);
		expect(acknowledgement.covered()).toEqual({});
		paused = "the lease could not be renewed";
		const waiting = acknowledgement.covered();
		let isAnswered = false;
		void Promise.resolve(waiting).then(() => {
			isAnswered = true;
		});
		await new Promise((resolve) => setTimeout(resolve, 80));
		expect(isAnswered).toBe(false);
		paused = undefined;
		expect(await waiting).toEqual({});
		paused = "the lease could not be renewed";
		expect(await acknowledgement.covered()).toEqual({ refused: expect.stringContaining("could not be renewed") });
	});
});
