import { STORE_LAYOUT } from "../backup";
import type { Generation } from "./generations";
import { parseFile } from "./retention";
import type { Store } from "./stores/store";

/**
 * The generations as their files tell of them, for a manifest that was lost: one that named none would bring back what
 * the first has. Those without a whole copy never counted.
 */
export async function foundGenerations(store: Store): Promise<Generation[] | undefined> {
	const found = new Map<string, Generation>();
	for await (const { key, modified } of store.list(`${STORE_LAYOUT.replica}/`)) {
		const file = parseFile(key, modified);
		if (file === undefined || file.level !== 9 || file.generation === "") continue;
		const known = found.get(file.generation);
		if (known !== undefined && known.first <= file.last) continue;
		found.set(file.generation, { name: file.generation, first: file.last, begun: modified.toISOString() });
	}
	if (found.size === 0) return undefined;
	const first: Generation = { name: "", first: 1, begun: new Date(0).toISOString() };
	return [first, ...[...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1))];
}
