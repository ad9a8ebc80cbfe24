import type { Machine } from "./handoffMachine";

/** The dead-man switch, beside the app: it sleeps only when the whole machine does. */
export async function watchApp(machine: Machine, quiet: number): Promise<void> {
	const { world } = machine;
	let seen = { beat: 0, at: world.now };
	for (;;) {
		await world.sleep(500);
		if (machine.isPaused || world.isPlatform) continue;
		if (machine.beat !== seen.beat || !machine.isAppAlive) seen = { beat: machine.beat, at: world.now };
		else if (world.now - seen.at >= quiet && !world.bugs.has("no dead-man switch")) machine.isAppAlive = false;
	}
}

/** The app of an instance, and whoever asks it to write. */
export async function runApp(machine: Machine): Promise<void> {
	const { world } = machine;
	const { acknowledge } = world;
	for (let count = 1; ; count += 1) {
		await world.sleep(20 + world.random() * 180);
		if (!machine.isAppAlive || machine.isPaused || machine.isFrozen || machine.rows === undefined) continue;
		const row = `${machine.name}-${count}`;
		// A request comes: the keeper's own door looks first.
		if (acknowledge !== "local" && !machine.isKeeperStopped) machine.keeper?.guard.look();
		const { door } = machine;
		// Without a request it writes too, now and then: nobody is told of that.
		if (door === undefined && world.random() < 0.8) continue;
		machine.rows.push(row);
		if (acknowledge === "app") world.tell(row, machine.lease?.epoch ?? 0, machine);
		else if (door === undefined) continue;
		else if (acknowledge === "local") world.tell(row, door, machine);
		else if (acknowledge === "fresh") void tellWhenFresh(machine, row);
		else void tellWhenReplicated(machine, row, door);
	}
}

/** It counts once it is on the disk, but no answer goes out while the lease may be another's. */
async function tellWhenFresh(machine: Machine, row: string): Promise<void> {
	const { world, keeper } = machine;
	await machine.ofThisLife()(machine.sleep(world.random() * 500));
	const isPaused = keeper === undefined || keeper.standing.pausedBy() !== undefined;
	const skip = world.bugs.has("no look at the lease before an acknowledgement");
	if (!isPaused || skip) world.tell(row, machine.lease?.epoch ?? 0, machine);
}

async function tellWhenReplicated(machine: Machine, row: string, door: number): Promise<void> {
	const { world, keeper } = machine;
	if (keeper === undefined || machine.isKeeperStopped) return;
	const alive = machine.ofThisLife();
	const skip = world.bugs.has("no look at the lease before an acknowledgement");
	try {
		const epoch = skip ? await alive(machine.sync().then(() => door)) : (await alive(keeper.acknowledge())).epoch;
		world.tell(row, epoch, machine);
	} catch {
		// The client got an error.
	}
}
