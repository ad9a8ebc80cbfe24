import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Way } from "../door/way";
import { inspect } from "../inspect";
import { restoreInPlace } from "../restore";
import { parseTarget } from "../snapshots";
import type { Parts } from "../start";
import { untilWell } from "./health";
import type { Instance } from "./instance";
import type { Instances } from "./instances";
import { Laps } from "./laps";
import type { Course, Mover } from "./mover";
import { needNoData, needStore, SYNC } from "./needs";
import type { Deployed, RecordFile, Switching } from "./record";
import { discard, inTheEnd, needRoomForCopy, putBack } from "./undo";
import type { Version } from "./version";
import { waker } from "./wake";
import { type Replicating, WayBack } from "./wayBack";

/** Seconds for a container to come to the gate, and to come back to it. */
const COMES = 60;
const RETURNS = 10;

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
		// What can be refused is refused while the old version serves.
		if (this.replication.refusal !== undefined) throw this.replication.refusal;
		// A version that stays on Postgres does not touch the file.
		if (this.hasData() && course !== "go-on") {
			needRoomForCopy(settings);
			await needStore(this.replication, this.parts);
		} else if (course !== "go-on") await needNoData(this.parts);
		await this.prepare(course, to, this.hasData(), tell);
		const { current } = this.record.value;
		let failure: unknown;
		let before: Switching["before"];
		const wayBack = await WayBack.of(this.parts, this.replication, course);
		const closed = new Laps();
		this.door.close();
		try {
			this.record.update({ switching: { attempt, to } });
			await this.door.drained();
			closed.lap("requests");
			if (current !== undefined) await this.stop(current, tell);
			closed.lap("stop");
			before = this.hasData() && course !== "go-on" ? await wayBack.secure(current ?? to, tell) : undefined;
			this.record.update({ switching: { attempt, to, ...(before && { before }) } });
			closed.lap("copy");
			await this.bring(course, to, attempt, this.hasData(), closed, tell);
			to.since = new Date().toISOString();
			const previous = current && { ...current, ...(before && { snapshot: before.snapshot, schema: before.schema }) };
			this.record.update({ current: to, ...(previous && { previous }), switching: undefined });
			await this.mover.done(course, attempt, next, tell);
			tell("it serves");
		} catch (error) {
			failure = error;
			await this.back(tell);
			closed.lap("back");
		} finally {
			wayBack.leave();
			this.door.open();
			tell(`the door was closed for ${closed}`);
		}
		// It serves, whatever comes of this.
		if (failure === undefined)
			return this.afterwards(to, before?.copy).catch((error: Error) => tell(`warning: ${error.message}`));
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

	private hasData(): boolean {
		return (statSync(this.parts.settings.database, { throwIfNoEntry: false })?.size ?? 0) > 0;
	}

	/** What nobody has to wait for. Until the schema is known, it is taken for another one: the migration would run once more. */
	private async afterwards(to: Deployed, copy: string | undefined): Promise<void> {
		if (copy !== undefined) await discard(copy);
		if (this.hasData())
			this.record.update({ current: { ...to, ...(await inspect("schema", this.parts.settings.database)) } });
		await this.instances.tidy(to.instance);
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

	private async stop({ instance, version }: Deployed, tell: (line: string) => void): Promise<void> {
		await this.instances.get(instance).stop(version.stopSeconds, waker(instance, version.port));
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

	/** Migrates, starts, and waits for health. */
	private async bring(
		course: Course,
		{ instance: id, version }: Deployed,
		attempt: string,
		hasData: boolean,
		closed: Laps,
		tell: (line: string) => void,
	): Promise<void> {
		const instance = this.instances.get(id);
		if (course === "move") await this.mover.move(hasData, version, tell);
		else if (course === "go-on") await this.mover.goOn(attempt, instance, version, tell);
		else await this.migrate(instance, version, tell);
		if (course === "return") await this.mover.bringBack(version, tell);
		closed.lap(course === "stay" ? "migration" : "data");
		instance.admit(version.database);
		const ill = await untilWell(instance, version);
		closed.lap("start");
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
