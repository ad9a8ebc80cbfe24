import { describe, expect, it, onTestFinished } from "vitest";
import { AppDoor, type AppDoorOptions } from "../../components/keeper/appDoor";
import { Door } from "../../components/keeper/door/door";
import { readSettings } from "../../components/keeper/settings";
import type { Parts } from "../../components/keeper/start";
import type { Known } from "../../components/keeper/status";
import { freePort, startApp } from "./doorScene";

/** The door to an app that only reads: there is no database that it could have written. */
async function doorTo(options: Partial<AppDoorOptions>, environment: NodeJS.ProcessEnv = {}) {
	const app = await startApp((_, outgoing) => outgoing.end("read"));
	const settings = readSettings({
		HOLDFAST_APP: "shop/prod/notes",
		HOLDFAST_DATA_DIRECTORY: "/no/such/directory",
		HOLDFAST_DATABASE: "/no/such/directory/notes.db",
		HOLDFAST_STORE: "gs://bucket/notes",
		HOLDFAST_APP_PORT: "8080",
		HOLDFAST_ACKNOWLEDGE: "replicated",
		...environment,
	});
	const parts = { settings: { ...settings, acknowledgeSeconds: 0.1 } } as Parts;
	const { way } = new AppDoor(parts, {} as Known, { target: () => app, pausedBy: () => undefined, ...options });
	way.open();
	const port = await freePort();
	const close = await way.listen(port);
	onTestFinished(close);
	return { way, read: async () => (await fetch(`http://127.0.0.1:${port}/`)).status };
}

describe("the way to the app in the keeper's own process", () => {
	it("on a temporary disk, what was read goes out only while the right to write is surely ours", async () => {
		let stale: string | undefined;
		const { read } = await doorTo({ staleBy: () => stale });
		expect(await read()).toBe(200);
		stale = "the lease could not be renewed";
		expect(await read()).toBe(503);
		stale = undefined;
		expect(await read()).toBe(200);
	});

	it("on a disk that is kept, what was read goes out whatever becomes of the store", async () => {
		const { read } = await doorTo({ pausedBy: () => "the lease could not be renewed" });
		expect(await read()).toBe(200);
	});

	it("keeps idle connections for as long as it is told", async () => {
		const { way } = await doorTo({}, { HOLDFAST_DOOR_IDLE_SECONDS: "907" });
		expect((way as Door).limits.idleSeconds).toBe(907);
		expect(way).toBeInstanceOf(Door);
	});
});
