import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Way } from "../door/way";
import { inspect } from "../inspect";
import { readMarker } from "../marker";
import { Refusal } from "../refusal";
import { restoreInPlace } from "../restore";
import { parseTarget, type Snapshot } from "../snapshots";
import type { Parts } from "../start";
import { untilWell } from "./health";
import type { Instance, Instances } from "./instances";
import type { Course, Mover } from "./mover";
import type { Deployed, RecordFile, Switching } from "./record";
import { discard, inTheEnd, keepRoom, needRoomForCopy, putBack } from "./undo";
import { snapshotName, type Version } from "./version";

/** Seconds for a container to come to the gate, and to come back to it; and for a sync. */
const COMES = 60;
const RETURNS = 10;
const SYNC = 30;

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

/** From the version that serves to another, with the data; or back to where it began. */
export class Switch {
	constructor(
		private readonly parts: Parts,
		private readonly replication: Replicating,
		private readonly door: Way,
		private readonly instances: Instances,
		private readonly record: RecordFile,
		private readonly mover: Mover,
	) {}

	async to(attempt: string, id: string, tell: (line: string) => void): Promise<void> {
		const next = await this.comes(id);
		const course = this.mover.courseOf(next);
		const { database } = next;
		const to: Deployed = {
			instance: id,
			version: next,
			since: new Date().toISOString(),
			...(database && { database }),
		};
		const { settings } = this.parts;
		const hasData = () => (statSync(settings.database, { throwIfNoEntry: false })?.size ?? 0) > 0;
		// What can be refused is refused while the old version serves.
		if (this.replication.refusal !== undefined) throw this.replication.refusal;
		// A version that stays on Postgres does not touch the file.
		if (hasData() && course !== "go-on") {
			needRoomForCopy(settings);
			await this.needStore();
		} else if (course !== "go-on") await this.needNoData();
		await this.prepare(course, to, hasData(), tell);
		const { current } = this.record.value;
		let failure: unknown;
		let before: Switching["before"];
		const closed = performance.now();
		this.door.close();
		try {
			this.record.update({ switching: { attempt, to } });
			await this.door.drained();
			if (current !== undefined) await this.stop(current, tell);
			before = hasData() && course !== "go-on" ? await this.secure(current ?? to, course, tell) : undefined;
			this.record.update({ switching: { attempt, to, ...(before && { before }) } });
			await this.bring(course, to, attempt, hasData(), tell);
			to.since = new Date().toISOString();
			// Unknown, it is taken for another one at the next start, and the migration runs once more.
			const unread = (error: Error) => tell(`warning: the schema cannot be read: ${error.message}`);
			if (hasData()) to.schema = (await inspect("schema", settings.database).catch(unread))?.schema;
			const previous = current && { ...current, ...(before && { snapshot: before.snapshot, schema: before.schema }) };
			this.record.update({ current: to, ...(previous && { previous }), switching: undefined });
			await this.mover.done(course, attempt, next, tell);
			tell("it serves");
			// And does so whatever comes of this.
			await this.cleanUp(before?.copy).catch((error: Error) => tell(`warning: ${error.message}`));
		} catch (error) {
			failure = error;
			await this.back(tell);
		} finally {
			this.door.open();
			tell(`the door was closed for ${((performance.now() - closed) / 1000).toFixed(2)} s`);
		}
		if (failure === undefined) return;
		if (before !== undefined) await this.settle(tell);
		await this.mover.failed(course, attempt, tell);
		throw failure;
	}

	/** The replica may have what the new version made of the data: a host that is lost must not come back with that. */
	private async settle(tell: (line: string) => void): Promise<void> {
		if (await this.replication.prove(SYNC)) return;
		tell(
			`warning: the data of before is not in ${this.parts.settings.store} again yet: npm run status says when it is`,
		);
	}

	private async cleanUp(copy: string | undefined): Promise<void> {
		if (copy !== undefined) await discard(copy);
		await this.instances.tidy();
	}

	/** Waits for the container to say what it is. */
	private async comes(id: string): Promise<Version> {
		const instance = this.instances.get(id);
		for (const end = performance.now() + COMES * 1000; performance.now() < end; await sleep(50)) {
			const { version } = instance;
			if (version !== undefined) return version;
		}
		throw new Error(`the container ${id} did not come to the gate within ${COMES} s: docker logs ${id}`);
	}

	private async needStore(): Promise<void> {
		if (await this.replication.prove(SYNC)) return;
		throw new Refusal(
			"store-unreachable",
			`not all of the data is in ${this.parts.settings.store}, so there would be no way back`,
			"npm run status says what is in the way; then run this again. The version of before serves",
		);
	}

	/** Without a database there must never have been one: a version must not begin with nothing. */
	private async needNoData(): Promise<void> {
		const { settings, manifest } = this.parts;
		const known = readMarker(settings.dataDirectory)?.known || ((await manifest.read())?.transaction ?? 0) > 0;
		if (!known) return;
		throw new Refusal(
			"data-gone",
			`${settings.database} is not there, and its data is known to exist`,
			"restart the keeper's container: it restores the data, or says why not; then run this again",
		);
	}

	private async stop({ instance, version }: Deployed, tell: (line: string) => void): Promise<void> {
		await this.instances.get(instance).stop(version.stopSeconds);
		tell(`the old version (${version.imageName}) has stopped`);
	}

	/** Before the door is closed. What has begun of it ends with the container that began it. */
	private async prepare(course: Course, to: Deployed, hasData: boolean, tell: (line: string) => void): Promise<void> {
		const instance = this.instances.get(to.instance);
		try {
			await this.mover.prepare(course, instance, to.version, hasData, tell);
		} catch (error) {
			await instance.stop(to.version.stopSeconds).catch((failure: Error) => tell(`warning: ${failure.message}`));
			throw error;
		}
	}

	/** The last write is in the replica, a name leads back to it, and a copy of the data lies beside it. */
	private async secure(
		old: Deployed,
		course: Course,
		tell: (line: string) => void,
	): Promise<NonNullable<Switching["before"]>> {
		await this.needStore();
		const snapshot = await this.replication.snapshot(snapshotName(old.version), old.version.imageName);
		const { database } = this.parts.settings;
		tell(`its last write is in the replica, as snapshot ${snapshot.name}`);
		// On the way to Postgres nothing writes to the file any more, and it is itself the way back.
		if (course === "move") return { snapshot: snapshot.name, ...(await inspect("schema", database)) };
		const copy = join(dirname(database), ".holdfast-before-deploy.db");
		await discard(copy);
		try {
			await keepRoom(copy);
			await inspect("copy", database, copy);
		} catch (error) {
			await discard(copy);
			throw error;
		}
		return { copy, snapshot: snapshot.name, ...(await inspect("schema", copy)) };
	}

	/** Migrates, starts, and waits for health. */
	private async bring(
		course: Course,
		{ instance: id, version }: Deployed,
		attempt: string,
		hasData: boolean,
		tell: (line: string) => void,
	): Promise<void> {
		const instance = this.instances.get(id);
		if (course === "move") await this.mover.move(hasData, version, tell);
		else if (course === "go-on") await this.mover.goOn(attempt, instance, version, tell);
		else await this.migrate(instance, version, tell);
		if (course === "return") await this.mover.bringBack(version, tell);
		instance.admit(version.database);
		const ill = await untilWell(instance, version);
		if (ill !== undefined) throw new Error(`the new version does not become healthy: ${ill}`);
	}

	/** The SQLite file is the version's own. */
	private async migrate(instance: Instance, version: Version, tell: (line: string) => void): Promise<void> {
		if (version.backTo !== undefined) await this.goBack(version.backTo, tell);
		else if (version.migrates) {
			const code = await instance.migrate();
			if (code === undefined) throw new Error("the new version's container ended during its migration");
			if (code !== 0) throw new Error(`the migration failed with exit code ${code}`);
			tell("the migration is done");
		}
	}

	private async goBack(to: NonNullable<Version["backTo"]>, tell: (line: string) => void): Promise<void> {
		if ("data" in to) return tell("the data stays as it is");
		const { settings, litestream, store } = this.parts;
		await this.replication.rest();
		try {
			const target = await parseTarget(store, to.snapshot);
			const { aside } = await restoreInPlace(settings, litestream, target, { why: "before-rollback" });
			tell(`the data is that of snapshot ${to.snapshot} again; the data of before is in ${aside}`);
		} finally {
			this.replication.goOn();
		}
	}

	/** As it was: the new version stopped, the data of before in its place, the old version serving. */
	private async back(tell: (line: string) => void): Promise<void> {
		const { current, switching } = this.record.value;
		if (switching === undefined) return;
		await this.replication.rest();
		try {
			await inTheEnd(() => putBack(this.parts.settings, this.instances, switching, tell), tell);
		} finally {
			this.replication.goOn();
		}
		await inTheEnd(() => this.record.update({ switching: undefined }), tell);
		if (current === undefined) return;
		const instance = this.instances.get(current.instance);
		if (await instance.mayRun()) return tell("the old version goes on");
		// Docker may still be about to start it again.
		for (const end = performance.now() + RETURNS * 1000; !instance.isAsking; await sleep(50)) {
			if (performance.now() > end) return tell("the old version is not there any more");
		}
		instance.admit(current.database);
		const ill = await untilWell(instance, current.version);
		tell(ill === undefined ? "the old version serves again" : `the old version was started again, but ${ill}`);
	}
}
