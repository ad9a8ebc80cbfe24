import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Properties } from "./values";

/** A thing that is in the cloud, whether or not a stack knows of it. */
export interface Thing {
	type: string;
	id: string;
	/** The name that no second one may have. @default - any number may be */
	key?: string;
	inputs: Properties;
	outputs: Properties;
	/** Deleted, but its name is not free yet. */
	leaving?: boolean;
}

/** What a cloud has: one file a thing, so that it outlives the process and every stack. */
export class Store {
	constructor(private readonly directory: string) {
		mkdirSync(directory, { recursive: true });
	}

	all(): Thing[] {
		return readdirSync(this.directory)
			.filter((name) => name.endsWith(".json"))
			.map((name) => JSON.parse(readFileSync(join(this.directory, name), "utf8")) as Thing);
	}

	get(type: string, id: string): Thing | undefined {
		try {
			return JSON.parse(readFileSync(this.file(type, id), "utf8")) as Thing;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
			throw error;
		}
	}

	/** The thing that has a name already. */
	named(type: string, key: string): Thing | undefined {
		return this.all().find((thing) => thing.type === type && thing.key === key);
	}

	/** Whole or not at all, for whoever writes here may be killed. */
	put(thing: Thing): void {
		const file = this.file(thing.type, thing.id);
		const staging = `${file}.${process.pid}`;
		writeFileSync(staging, JSON.stringify(thing, undefined, "\t"));
		renameSync(staging, file);
	}

	remove(type: string, id: string): void {
		rmSync(this.file(type, id), { force: true });
	}

	private file(type: string, id: string): string {
		// An id may have any characters, and many of them.
		const hash = createHash("sha256").update(`${type} ${id}`).digest("hex").slice(0, 16);
		return join(this.directory, `${type.split(":").pop()}-${hash}.json`);
	}
}
