import { expect, it } from "vitest";
import { Machine } from "./handoffMachine";
import { randomOf, World } from "./handoffWorld";

function launched(world: World, name: string, number: number, service = "here"): Machine {
	const machine = new Machine(world, name, { number, service });
	machine.start();
	return machine;
}

it("an instance of an older revision waits and says why, and takes the lease once it is free", async () => {
	const world = new World(randomOf(3), "platform");
	const newer = launched(world, "newer", 6);
	await world.pass(5);
	const older = launched(world, "older", 5);
	// Longer than an asker is patient.
	await world.pass(90);
	expect([newer.keeper?.phase, older.keeper?.phase, newer.lease?.epoch]).toEqual(["serving", "starting", 1]);
	expect(older.keeper?.refusal).toMatchObject({ code: "superseded", found: expect.stringContaining("newer") });
	const stopped = newer.keeper?.stop(8);
	await world.pass(10);
	expect(await stopped).toBe(true);
	expect([older.keeper?.phase, older.keeper?.refusal]).toEqual(["serving", undefined]);
	expect(world.violations).toEqual([]);
	for (const each of [newer, older]) each.destroy();
});

it("an instance of another service, as after a move to another region, does not compare its revision: it asks", async () => {
	const world = new World(randomOf(3), "platform");
	const before = launched(world, "before", 57, "shop/europe-west1/notes");
	await world.pass(5);
	const moved = launched(world, "moved", 1, "shop/us-east1/notes");
	await world.pass(60);
	expect([before.keeper?.phase, moved.keeper?.phase]).toEqual(["retired", "serving"]);
	// What it was handed it holds as its own: the next of its service compares again.
	const older = launched(world, "older", 0, "shop/us-east1/notes");
	await world.pass(60);
	expect(older.keeper?.refusal).toMatchObject({ code: "superseded", found: expect.stringContaining("moved") });
	expect(world.violations).toEqual([]);
	for (const each of [before, moved, older]) each.destroy();
});

it("a retired instance stays while another has the data, and ends once nobody has", async () => {
	const world = new World(randomOf(3), "platform");
	const old = launched(world, "old", 5);
	await world.pass(5);
	const next = launched(world, "next", 6);
	await world.pass(60);
	expect([old.keeper?.phase, next.keeper?.phase]).toEqual(["retired", "serving"]);
	// The platform finds it unfit after all.
	const stopped = next.keeper?.stop(8);
	await world.pass(8);
	await stopped;
	next.destroy();
	await world.pass(40);
	expect([old.replacements, old.keeper?.phase]).toEqual([1, "serving"]);
	expect(world.violations).toEqual([]);
	old.destroy();
});
