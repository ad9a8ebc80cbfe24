import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BEAT_FILE, STOP_WORD } from "../watchdog";

/** In the gate's directory, while writes may be acknowledged: the epoch of the lease under which they are. */
export const DOOR_FILE = "epoch";

/** What the keeper says of itself in the directory that it shares with the app's container. */
export class Vouch {
	private readonly directory: string | undefined;

	constructor(open: string | undefined) {
		this.directory = open === undefined ? undefined : dirname(open);
	}

	/** A sign of life, for components/watchdog.ts. */
	beat(): void {
		this.write(BEAT_FILE, randomUUID());
	}

	/** The app is to end at once. */
	stop(): void {
		this.write(BEAT_FILE, STOP_WORD);
	}

	openDoor(epoch: number): void {
		this.write(DOOR_FILE, `${epoch}`);
	}

	closeDoor(): void {
		if (this.directory !== undefined) rmSync(join(this.directory, DOOR_FILE), { force: true });
	}

	private write(name: string, content: string): void {
		if (this.directory !== undefined) writeFileSync(join(this.directory, name), `${content}\n`);
	}
}

const MEMORY_FILE = ".holdfast-instance.json";

/** What a temporary disk remembers of the instance whose it is. */
export interface InstanceMemory {
	/** Host names are no names: on Cloud Run all instances have the same. */
	id: string;
	epoch?: number;
	gone?: boolean;
}

export function readMemory(directory: string): InstanceMemory | undefined {
	try {
		return JSON.parse(readFileSync(join(directory, MEMORY_FILE), "utf8")) as InstanceMemory;
	} catch {
		return undefined;
	}
}

export function writeMemory(directory: string, memory: InstanceMemory): void {
	writeFileSync(join(directory, MEMORY_FILE), JSON.stringify(memory));
}
