import { DatabaseVersion } from "./acknowledge/databaseVersion";
import { FreshAcknowledgement } from "./acknowledge/fresh";
import { ReplicatedAcknowledgement } from "./acknowledge/replicated";
import { wayOf } from "./door/choose";
import { Door } from "./door/door";
import type { Target, Way } from "./door/way";
import type { Parts } from "./start";
import type { Known } from "./status";

export interface AppDoorOptions {
	/** Where the app is that serves. */
	target: () => Target | undefined;
	/** Why what is in the store is not certainly there and ours; undefined where it is. */
	pausedBy: () => string | undefined;
	/** Why the right to write is not certainly ours, for every answer to wait until it is. @default - none waits for that */
	staleBy?: () => string | undefined;
	/** See DoorOptions. */
	look?: () => void;
}

/** The way to the app in the keeper's own process, and what an answer waits for there. */
export class AppDoor {
	readonly way: Way;
	/** Undefined where a write counts once it is on the disk. */
	readonly acknowledgement: ReplicatedAcknowledgement | undefined;

	constructor(
		{ settings, litestream }: Pick<Parts, "settings" | "litestream">,
		known: Known,
		{ target, pausedBy, staleBy, look }: AppDoorOptions,
	) {
		if (settings.acknowledge === "replicated") {
			const replicating = { sync: (seconds: number) => litestream.sync(seconds), pausedBy };
			const version = new DatabaseVersion(settings.database);
			this.acknowledgement = new ReplicatedAcknowledgement(version, replicating, settings);
		}
		const acknowledgement =
			staleBy === undefined
				? this.acknowledgement
				: new FreshAcknowledgement(staleBy, settings.acknowledgeSeconds, this.acknowledgement);
		this.way = wayOf(settings, target, acknowledgement, look);
		if (settings.appPort > 0 && this.way instanceof Door) known.door = this.way;
		known.acknowledgement = this.acknowledgement;
	}
}
