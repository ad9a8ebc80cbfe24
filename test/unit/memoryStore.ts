import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import {
	type Condition,
	type Listed,
	type Store,
	StoreUnreachable,
	type Versioned,
} from "../../components/keeper/stores/store";

/** A bucket in memory with the conditional writes of a real one; each request takes a turn of the event loop. */
export class MemoryStore implements Store {
	/** Set, every request fails with it. */
	unreachable: string | undefined;
	readonly superseded: string[] = [];
	private count = 0;

	constructor(
		readonly objects = new Map<string, Versioned & { modified: Date }>(),
		private readonly prefix = "",
	) {}

	async get(key: string): Promise<Versioned | undefined> {
		await this.request();
		return this.objects.get(this.prefix + key);
	}

	async put(key: string, content: string, condition: Condition): Promise<string | undefined> {
		await this.request();
		const found = this.objects.get(this.prefix + key);
		if (condition === "absent" ? found !== undefined : found?.version !== condition.version) return undefined;
		this.count += 1;
		const version = `"${this.count}-${Math.random()}"`;
		this.objects.set(this.prefix + key, { content, version, modified: new Date() });
		return version;
	}

	async *list(prefix: string, after = ""): AsyncIterable<Listed> {
		await this.request();
		const keys = [...this.objects.keys()].filter((key) => key.startsWith(this.prefix + prefix));
		for (const key of keys.map((each) => each.slice(this.prefix.length)).sort()) {
			const { content, modified } = this.objects.get(this.prefix + key) ?? { content: "", modified: new Date() };
			if (key > after) yield { key, bytes: content.length, modified };
		}
	}

	async download(): Promise<void> {
		throw new Error("nothing to download in this test");
	}

	async upload(key: string, file: string): Promise<void> {
		await this.request();
		this.count += 1;
		const content = readFileSync(file, "utf8");
		this.objects.set(this.prefix + key, { content, version: `${this.count}`, modified: new Date() });
	}

	async copy(key: string, to: string): Promise<void> {
		await this.request();
		const found = this.objects.get(this.prefix + key);
		if (found !== undefined) this.objects.set(this.prefix + to, found);
	}

	async supersede(keys: string[]): Promise<void> {
		await this.request();
		this.superseded.push(...keys);
	}

	atRoot() {
		return { root: new MemoryStore(this.objects), prefix: this.prefix.replace(/\/$/, "") };
	}

	private async request(): Promise<void> {
		await turn();
		if (this.unreachable !== undefined) throw new StoreUnreachable(this.unreachable);
	}
}
