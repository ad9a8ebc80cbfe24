import { expect, it } from "vitest";
import { Machine } from "./handoffMachine";
import { randomOf, World } from "./handoffWorld";

/** An instance that serves, as where it can scale to zero. */
async function serving(acknowledge: "platform" | "fresh" = "platform") {
	const world = new World(randomOf(7), acknowledge);
	const machine = new Machine(world, "instance-1");
	machine.start();
	await world.pass(5);
	expect(machine.keeper?.phase).toBe("serving");
	return { world, machine };
}

it.each(["platform", "fresh"] as const)(
	"an instance that sleeps through its lease, again and again, goes on with the same epoch and replication (%s)",
	async (acknowledge) => {
		const { world, machine } = await serving(acknowledge);
		const { epoch } = machine.lease ?? {};
		for (let nap = 0; nap < 10; nap += 1) {
			machine.isPaused = true;
			await world.pass(20);
			const told = world.acknowledged.length;
			machine.resume();
			// A request that came meanwhile: nothing is passed on before the lease is surely ours.
			machine.keeper?.guard.look();
			expect([machine.door, machine.keeper?.standing.pausedBy()]).toEqual([undefined, expect.anything()]);
			await world.pass(0.5);
			expect([machine.keeper?.phase, machine.door]).toEqual(["serving", epoch]);
			await world.pass(2);
			expect(world.acknowledged.length).toBeGreaterThan(told);
		}
		expect([machine.lease?.epoch, machine.stops, machine.isFrozen]).toEqual([epoch, 0, false]);
		expect(world.violations).toEqual([]);
		machine.destroy();
	},
);

it("the replication stops, and writes are frozen, once the store is out of reach for some seconds after the lease", async () => {
	const { world, machine } = await serving();
	machine.isCutOff = true;
	await world.pass(6);
	expect([machine.keeper?.phase, machine.stops, machine.isFrozen]).toEqual(["resting", 0, false]);
	await world.pass(6);
	expect([machine.keeper?.phase, machine.stops, machine.isFrozen]).toEqual(["resting", 1, true]);
	machine.isCutOff = false;
	await world.pass(3);
	expect([machine.keeper?.phase, machine.isReplicating, machine.isFrozen]).toEqual(["serving", true, false]);
	machine.destroy();
});

it("one that was taken over in its sleep writes no more, and passes nothing on", async () => {
	const { world, machine } = await serving();
	machine.isPaused = true;
	const next = new Machine(world, "instance-2");
	next.start();
	await world.pass(20);
	expect(next.keeper?.phase).toBe("serving");
	machine.resume();
	machine.keeper?.guard.look();
	expect(machine.door).toBeUndefined();
	await world.pass(3);
	expect([machine.keeper?.phase, machine.isReplicating, machine.isFrozen]).toEqual(["retired", false, true]);
	expect(world.violations).toEqual([]);
	for (const each of [machine, next]) each.destroy();
});

it("one that sleeps when it is told to stop has its lease again first, and gives it back with all in the store", async () => {
	const { world, machine } = await serving();
	machine.isPaused = true;
	await world.pass(30);
	machine.resume();
	const stopped = machine.keeper?.stop(8);
	await world.pass(8);
	expect(await stopped).toBe(true);
	expect(JSON.parse(world.objects.objects.get("state/lease.json")?.content ?? "{}")).toMatchObject({ released: true });
	machine.destroy();
});
