import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

interface Made {
	code: string;
	map: string;
	inputs: string[];
}
const { cached } = createRequire(__filename)("../../stacks/bundleCache") as {
	cached: (file: string, make: () => Promise<Made>) => Promise<Made>;
};

function scene() {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-bundle-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const source = join(directory, "index.ts");
	const kept = join(directory, "cache", "program.json");
	mkdirSync(join(directory, "cache"));
	const made: string[] = [];
	const write = (text: string, saved = new Date(Date.now() - 60_000)) => {
		writeFileSync(source, text);
		utimesSync(source, saved, saved);
	};
	const load = async (code: string) => {
		const make = async () => {
			made.push(code);
			return { code, map: "{}", inputs: [source] };
		};
		return (await cached(kept, make)).code;
	};
	return { directory, kept, made, write, load };
}

it("a program is made once for as long as its sources stay as they are", async () => {
	const { directory, kept, made, write, load } = scene();
	write("1");
	expect([await load("one"), await load("again")]).toEqual(["one", "one"]);
	write("2");
	expect([await load("two"), await load("again")]).toEqual(["two", "two"]);
	// It may be found in place of another one.
	writeFileSync(join(directory, "beside.ts"), "");
	expect([await load("three"), await load("again")]).toEqual(["three", "three"]);
	writeFileSync(kept, '{"key":');
	expect([await load("four"), await load("again")]).toEqual(["four", "four"]);
	expect(made).toEqual(["one", "two", "three", "four"]);
	expect(readdirSync(join(directory, "cache"))).toEqual(["program.json"]);
});

it("what was saved while a program was made is not taken for what it was made from", async () => {
	const { write, load } = scene();
	write("1", new Date(Date.now() + 60_000));
	expect(await load("maybe the one before")).toBe("maybe the one before");
	write("1");
	expect(await load("surely this one")).toBe("surely this one");
});

it("where nothing can be kept, a program is made each time", async () => {
	const { directory, write, load } = scene();
	write("1");
	await load("one");
	rmSync(join(directory, "cache"), { recursive: true });
	writeFileSync(join(directory, "cache"), "a file in place of the directory");
	expect([await load("two"), await load("three")]).toEqual(["two", "three"]);
});
