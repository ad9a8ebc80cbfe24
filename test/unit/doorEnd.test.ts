import { describe, expect, it } from "vitest";
import { asking, client, exchange, startApp, startDoor, until } from "./doorScene";

const CLOSE = { headers: "Connection: close\r\n" };

describe("another instance has the data for good", () => {
	it("whoever is held, and whoever comes, is told to try again at once; the app hears nothing of it", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("never"));
		const { door, port } = await startDoor(() => app);
		door.close();
		const held = client(port, asking("/held", { method: "POST" }));
		await until(() => door.figures().held === 1);
		door.end("another instance serves");
		await until(() => held.closed);
		const late = await exchange(port, asking("/late"));
		for (const heard of [held.heard, late]) {
			expect(heard).toMatch(/^HTTP\/1\.1 503 /);
			expect(heard).toContain("Retry-After: 1\r\n");
			// Its client's next request goes to whoever serves.
			expect(heard).toContain("Connection: close");
			expect(heard).toContain("another instance serves");
		}
		expect(app.heard).toEqual([]);
		expect(door.figures().refusals).toEqual({ elsewhere: 2 });
	});

	it("looks before each request whether it must be closed by now", async () => {
		const app = await startApp((_, outgoing) => outgoing.end("served"));
		let isFresh = false;
		const { door, port } = await startDoor(() => app, { look: () => isFresh || door.close() });
		const held = client(port, asking("/", CLOSE));
		await until(() => door.figures().held === 1);
		expect(app.heard).toEqual([]);
		isFresh = true;
		door.open();
		await until(() => held.closed);
		expect(held.heard).toContain("served");
	});
});
