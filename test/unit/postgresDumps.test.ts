import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Dumps, dumpHours } from "../../components/keeper/postgres/dumps";
import { MemoryStore } from "./memoryStore";

let directory: string;
let store: MemoryStore;
let dumps: Dumps;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-dumps-"));
	store = new MemoryStore();
	dumps = new Dumps(directory, store, 30, 24);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const stampOf = (daysAgo: number) =>
	new Date(Date.now() - daysAgo * 86_400_000).toISOString().replace(/\.\d+/, "").replaceAll(":", "-");

function made(daysAgo: number): string {
	const stamp = stampOf(daysAgo);
	writeFileSync(join(directory, `${stamp}.json`), "{}");
	writeFileSync(join(directory, `${stamp}.dump`), `dump ${daysAgo}`);
	return stamp;
}
const keys = () => [...store.objects.keys()].sort();
const both = (stamp: string) => [`postgres/dumps/${stamp}.dump`, `postgres/dumps/${stamp}.json`];

it("whole dumps go to the store once, and the newest stays here as well", async () => {
	const [old, newest] = [made(2), made(1)];
	writeFileSync(join(directory, `${stampOf(0)}.dump`), "half");
	writeFileSync(join(directory, "request"), "word");
	expect(await dumps.round()).toEqual({
		key: `postgres/dumps/${newest}.dump`,
		bytes: 6,
		time: newest.replace(/T(\d\d)-(\d\d)-(\d\d)/, "T$1:$2:$3"),
	});
	expect(keys()).toEqual([...both(old), ...both(newest)].sort());
	expect(store.objects.get(both(newest)[0] ?? "")?.content).toBe("dump 1");
	expect(readdirSync(directory).sort()).toEqual([`${newest}.dump`, `${newest}.json`, `${stampOf(0)}.dump`, "request"]);
	const before = new Map(store.objects);
	await dumps.round();
	expect(store.objects).toEqual(before);
});

it("one whose upload was cut off is brought away again, and stays until then", async () => {
	const [first, second] = [made(2), made(1)];
	store.unreachable = "no route";
	await expect(dumps.round()).rejects.toThrow("no route");
	expect(existsSync(join(directory, `${first}.dump`))).toBe(true);
	store.unreachable = undefined;
	await store.put(both(first)[0] ?? "", "half of it", "absent");
	await dumps.round();
	expect(store.objects.get(both(first)[0] ?? "")?.content).toBe("dump 2");
	expect(keys()).toContain(both(second)[1]);
});

it("those older than the retention are marked once, but never the newest", async () => {
	const [old, newest] = [made(90), made(31)];
	await dumps.round();
	expect(store.superseded).toEqual(both(old));
	await dumps.round();
	expect(store.superseded).toHaveLength(2);
	expect(keys()).toContain(both(newest)[0]);
});

it("there is a problem where the newest is too old, or none has come since Postgres serves", () => {
	const hours = (count: number) => new Date(Date.now() - count * 3_600_000).toISOString();
	const dump = (age: number) => ({ time: hours(age), bytes: 1, key: "k" });
	expect(dumps.problem(dump(48), hours(500))).toBeUndefined();
	expect(dumps.problem(dump(50), hours(500))).toBe("the newest dump of Postgres is old, 50 hours");
	expect(dumps.problem(undefined, hours(5))).toBeUndefined();
	// One of before the switch has nothing of the data.
	expect(dumps.problem(dump(9), hours(8))).toBe("no dump of Postgres is in the store since it has the data, 8 hours");
	expect(dumps.problem(dump(8), hours(8))).toBeUndefined();
	writeFileSync(join(directory, "failed"), "word\nno room on the disk \n");
	expect(dumps.problem(undefined, hours(50))).toBe(
		"no dump of Postgres is in the store since it has the data, 50 hours: no room on the disk",
	);
	expect([dumpHours({}), dumpHours({ HOLDFAST_POSTGRES_DUMP_HOURS: "6" })]).toEqual([24, 6]);
});

it("without a directory of dumps there are none", async () => {
	rmSync(directory, { recursive: true });
	expect(await dumps.round()).toBeUndefined();
});
