import { dirname, join } from "node:path";
import { inspect, inspectWhenAsked, type Waiting } from "../inspect";
import type { Refusal } from "../refusal";
import type { Snapshot } from "../snapshots";
import type { Parts } from "../start";
import type { Course } from "./mover";
import { needStore } from "./needs";
import type { Deployed, Switching } from "./record";
import { discard, keepRoom } from "./undo";
import { snapshotName } from "./version";

/** What a deploy needs of the replication. */
export interface Replicating {
	/** Why no version can be let in at all. */
	readonly refusal: Refusal | undefined;
	/** Brings all commits into the store. Returns whether they were seen there. */
	prove(seconds: number): Promise<boolean>;
	snapshot(name: string, image: string): Promise<Snapshot>;
	/** Leaves the database alone, so that another can be put in its place. */
	rest(): Promise<void>;
	goOn(): void;
}

/** What leads back from a deploy: the last write is in the replica, a name leads to it, and a copy of the data lies beside it. */
export class WayBack {
	private constructor(
		private readonly parts: Parts,
		private readonly replication: Replicating,
		private readonly copying: { copy: string; process: Waiting<"copy"> } | undefined,
	) {}

	/** Before the door is closed: the process that copies has started by then. */
	static async of(parts: Parts, replication: Replicating, course: Course): Promise<WayBack> {
		// On the way to Postgres nothing writes to the file any more, and it is itself the way back.
		if (course === "move" || course === "go-on") return new WayBack(parts, replication, undefined);
		const { database } = parts.settings;
		const copy = join(dirname(database), ".holdfast-before-deploy.db");
		await discard(copy);
		const process = await inspectWhenAsked("copy", database, copy);
		return new WayBack(parts, replication, { copy, process });
	}

	/** Once no version runs. Both are done at once; nothing goes on before both are there. */
	async secure(old: Deployed, tell: (line: string) => void): Promise<NonNullable<Switching["before"]>> {
		const [named, copied] = await Promise.allSettled([this.name(old, tell), this.copy()]);
		if (named.status === "fulfilled" && copied.status === "fulfilled") {
			return { ...copied.value, snapshot: named.value };
		}
		if (this.copying !== undefined) await discard(this.copying.copy);
		throw named.status === "rejected" ? named.reason : (copied as PromiseRejectedResult).reason;
	}

	/** However it ended: a process that nobody asks does not stay. */
	leave(): void {
		this.copying?.process.leave();
	}

	private async name({ version }: Deployed, tell: (line: string) => void): Promise<string> {
		await needStore(this.replication, this.parts);
		const { name } = await this.replication.snapshot(snapshotName(version), version.imageName);
		tell(`its last write is in the replica, as snapshot ${name}`);
		return name;
	}

	private async copy(): Promise<{ copy?: string; schema: string }> {
		if (this.copying === undefined) return inspect("schema", this.parts.settings.database);
		const { copy, process } = this.copying;
		await keepRoom(copy);
		return { copy, schema: (await process.ask()).schema };
	}
}
