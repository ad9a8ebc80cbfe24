import type { Clock } from "../../components/keeper/clock";
import { HandoffLease } from "../../components/keeper/handoffLease";
import { Refusal } from "../../components/keeper/refusal";
import { type Condition, type Store, StoreUnreachable } from "../../components/keeper/stores/store";
import type { Machine } from "./handoffMachine";

/** The world's store as a machine reaches it: slowly, or not at all, and with answers that get lost. */
export function simulatedStore(machine: Machine, alive: <T>(work: Promise<T>) => Promise<T>): Store {
	const { world } = machine;
	const request = async <T>(work: () => Promise<T>, isWrite: boolean): Promise<T> => {
		await world.sleep(world.random() * world.slowness * 1000);
		if (machine.isCutOff) {
			await machine.sleep(1000);
			throw new StoreUnreachable("no route");
		}
		const answer = await work();
		await machine.sleep(world.random() * world.slowness * 1000);
		if (isWrite && world.random() < world.lostAnswers) throw new StoreUnreachable("the answer was lost");
		return answer;
	};
	const put = async (key: string, content: string, condition: Condition) => {
		if (!world.bugs.has("unconditional writes")) return world.objects.put(key, content, condition);
		const found = await world.objects.get(key);
		return world.objects.put(key, content, found === undefined ? "absent" : { version: found.version });
	};
	return {
		get: (key: string) => alive(request(() => world.objects.get(key), false)),
		put: (key: string, content: string, condition: Condition) =>
			alive(request(() => put(key, content, condition), true)),
	} as unknown as Store;
}

/** As components/keeper/succession.ts does: the lease is looked at, and the manifest is written on a condition. */
export async function beginGeneration(machine: Machine, before: number, rows: string[]): Promise<number> {
	const { world } = machine;
	const isFresh = machine.lease?.isFresh;
	await machine.sleep(world.random() * world.slowness * 1000);
	if (!isFresh || world.generation !== before) throw new Refusal("in-use", "another has gone on elsewhere", "wait");
	world.generation += 1;
	world.replicas.set(world.generation, [...rows]);
	return world.generation;
}

/** The bug that design.md warns of: the holder's clock is compared with ours. */
export class WallClockLease extends HandoffLease {
	constructor(
		store: Store,
		settings: ConstructorParameters<typeof HandoffLease>[1],
		private readonly own: Clock,
	) {
		const put: Store["put"] = (key, content, condition) =>
			store.put(key, JSON.stringify({ ...JSON.parse(content), wall: own.now() }), condition);
		super({ ...store, put }, settings, own);
	}

	override isExpired(record: Parameters<HandoffLease["isExpired"]>[0]): boolean {
		return this.own.now() - (record as unknown as { wall: number }).wall >= record.seconds * 1000;
	}
}
