import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Shape } from "../../components/keeper/deploy/shape";
import { Losses } from "../../components/keeper/losses";
import { ManifestFile } from "../../components/keeper/manifest";
import { readSettings } from "../../components/keeper/settings";
import { MemoryStore } from "./memoryStore";

const shape = (rows: number): Shape => ({ tables: { notes: { columns: ["id"], rows } }, orphans: {}, schema: "" });
const lost = { code: "data-would-be-lost", found: expect.stringContaining("notes has lost 3 rows: 5 before, 2 after") };

/** Instances that follow each other on one store. */
class Scene {
	readonly store = new MemoryStore();
	readonly said: string[] = [];
	private readonly directory = mkdtempSync(join(tmpdir(), "holdfast-losses-"));
	private readonly database = join(this.directory, "notes.db");

	constructor() {
		onTestFinished(() => rmSync(this.directory, { recursive: true }));
		this.hasDatabase();
	}

	hasDatabase(content = "rows"): void {
		writeFileSync(this.database, content);
	}

	settings(version?: string, mayLose: string[] = []) {
		return {
			...readSettings({
				HOLDFAST_APP: "shop/prod/notes",
				HOLDFAST_DATA_DIRECTORY: this.directory,
				HOLDFAST_DATABASE: this.database,
				HOLDFAST_STORE: "file:///backup/notes",
			}),
			version,
			mayLose,
		};
	}

	/** Of a new instance, with the shapes that it will find. */
	losses(shapes: Shape[], version?: string, mayLose?: string[]): Losses {
		const settings = this.settings(version, mayLose);
		return new Losses(settings, new ManifestFile(this.store, settings), async () => {
			const next = shapes.shift();
			if (next === undefined) throw new Error("it was looked at once too often");
			return next;
		});
	}

	/** An instance whose app finds these rows and leaves those. */
	async start(version: string | undefined, rows: [number, number], mayLose?: string[]): Promise<void> {
		const losses = this.losses(rows.map(shape), version, mayLose);
		await losses.remember();
		await losses.check();
		await this.serves(losses);
	}

	serves(losses: Losses): Promise<void> {
		return losses.served((line) => this.said.push(line));
	}
}

describe("what a new version does to its data at its start", () => {
	it("may be more rows, and fewer where that was said", async () => {
		const scene = new Scene();
		await scene.start("two", [5, 6]);
		await scene.start("three", [5, 2], ["notes"]);
	});

	it("throws: rows that are gone, again and again, for it never served", async () => {
		const scene = new Scene();
		await scene.start("one", [5, 5]);
		for (let tries = 0; tries < 2; tries += 1) await expect(scene.start("two", [5, 2])).rejects.toMatchObject(lost);
	});

	it("throws: rows that are gone where it is not known which version served, or which this is", async () => {
		await expect(new Scene().start("one", [5, 2])).rejects.toMatchObject(lost);
		const scene = new Scene();
		await scene.start("one", [5, 5]);
		await expect(scene.start(undefined, [5, 2])).rejects.toMatchObject(lost);
	});

	it("is not looked at on a first start, and once it was well never again", async () => {
		const scene = new Scene();
		scene.hasDatabase("");
		const first = scene.losses([]);
		await first.remember();
		await first.check();
		scene.hasDatabase();
		const again = scene.losses([shape(5), shape(5)]);
		await again.remember();
		await again.check();
		await again.check();
	});
});

describe("what the version that served last does to its data at its start", () => {
	it("is its own affair", async () => {
		const scene = new Scene();
		await scene.start("one", [5, 5]);
		await scene.losses([], "one").remember();
		await scene.start("one", [5, 2]);
	});

	it("is looked at again once another has served in between", async () => {
		const scene = new Scene();
		await scene.start("one", [5, 5]);
		await scene.start("two", [5, 5]);
		await expect(scene.start("one", [5, 2])).rejects.toMatchObject(lost);
	});

	it("is looked at where the manifest cannot be read", async () => {
		const scene = new Scene();
		await scene.start("one", [5, 5]);
		const losses = scene.losses([shape(5), shape(2)], "one");
		scene.store.unreachable = "away";
		await losses.remember();
		await expect(losses.check()).rejects.toMatchObject(lost);
	});
});

describe("that a version serves", () => {
	it("is written once, beside what the manifest says already, and tried again where it failed", async () => {
		const scene = new Scene();
		const settings = scene.settings("one");
		const manifest = new ManifestFile(scene.store, settings);
		await manifest.update({ transaction: 7 });
		const losses = new Losses(settings, manifest);
		scene.store.unreachable = "away";
		await scene.serves(losses);
		expect(scene.said).toEqual([expect.stringContaining("is not in the manifest yet")]);
		scene.store.unreachable = undefined;
		await scene.serves(losses);
		expect(await manifest.read()).toMatchObject({ served: "one", transaction: 7 });
		scene.store.unreachable = "asked once too often";
		await scene.serves(losses);
		expect(scene.said).toHaveLength(1);
		scene.store.unreachable = undefined;
		// Nor is it forgotten in the next write.
		await manifest.update({ transaction: 8 });
		expect(await manifest.read()).toMatchObject({ served: "one", transaction: 8 });
	});

	it("is not written by an instance whose data another has taken over since", async () => {
		const scene = new Scene();
		const [old, next] = [scene.settings("one"), scene.settings("two")];
		const manifest = new ManifestFile(scene.store, old);
		await manifest.read();
		const other = new ManifestFile(scene.store, next);
		await other.update({ generations: [{ name: "g2", first: 1, begun: "" }], served: "two" });
		await scene.serves(new Losses(old, manifest));
		expect(await other.read()).toMatchObject({ served: "two" });
	});
});
