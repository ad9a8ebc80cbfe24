import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Deployed, RecordFile } from "../../components/keeper/deploy/record";
import { VERSION } from "./shellContainer";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-record-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const deployed = (instance: string): Deployed => ({ instance, version: VERSION, since: "2026-11-22T12:00:00.000Z" });
const outcome = (attempt: string) => ({ attempt, instance: "one", ok: true });

describe("the record of what serves", () => {
	it("is empty where nothing was deployed yet, and leaves no file behind by being read", () => {
		expect(new RecordFile(directory).value).toEqual({ format: 1, outcomes: [] });
		expect(readdirSync(directory)).toEqual([]);
	});

	it("is known from its copy where the data directory alone was lost, and that of the data counts first", () => {
		const [data, beside] = ["data", "beside"].map((name) => join(directory, name)) as [string, string];
		for (const each of [data, beside]) mkdirSync(each);
		new RecordFile(data, beside).update({ current: deployed("one") });
		rmSync(join(data, ".holdfast-deploy.json"));
		expect(new RecordFile(data, beside).value.current?.instance).toBe("one");
		new RecordFile(data).update({ current: deployed("two") });
		expect(new RecordFile(data, beside).value.current?.instance).toBe("two");
	});

	it("is read again by the keeper that comes next", () => {
		const record = new RecordFile(directory);
		record.update({ current: deployed("one") });
		record.update({ switching: { attempt: "a", to: deployed("two") } });
		expect(new RecordFile(directory).value).toEqual({
			format: 1,
			current: deployed("one"),
			switching: { attempt: "a", to: deployed("two") },
			outcomes: [],
		});
		record.ended({ ...outcome("a"), ok: false, reason: "why" });
		const next = new RecordFile(directory).value;
		expect(next.switching).toBeUndefined();
		expect(next.current).toEqual(deployed("one"));
		expect(next.outcomes).toEqual([
			{ ...outcome("a"), ok: false, reason: "why", time: expect.any(String), imageName: VERSION.imageName },
		]);
	});

	it("is only changed as a whole: a write that fails leaves what was there, in memory too", () => {
		const record = new RecordFile(directory);
		record.update({ current: deployed("one") });
		const [name = ""] = readdirSync(directory);
		const before = readFileSync(join(directory, name), "utf8");
		// A directory in its place cannot be written.
		mkdirSync(join(directory, `${name}.new`));
		expect(() => record.update({ current: deployed("two") })).toThrow();
		expect(readFileSync(join(directory, name), "utf8")).toBe(before);
		expect(record.value.current).toEqual(deployed("one"));
		expect(new RecordFile(directory).value.current).toEqual(deployed("one"));
	});

	it("keeps the ends of the last twenty deploys", () => {
		const record = new RecordFile(directory);
		for (let count = 1; count <= 22; count += 1) record.ended(outcome(`${count}`));
		const attempts = record.value.outcomes.map(({ attempt }) => Number(attempt));
		expect(attempts).toEqual(Array.from({ length: 20 }, (_, index) => index + 3));
	});
});
