import { beforeAll, describe, expect, it } from "vitest";
import { legibleKeeper } from "../../tools/setup/keeperBundle";
import { REPETITIONS } from "./docker";
import { differences, dumped, lastOf, postgresForTests } from "./postgres";
import { everyKind, randomDatabase } from "./randomDatabase";

const held = postgresForTests();
/** HOLDFAST_SEED=… runs one again. */
const given = process.env.HOLDFAST_SEED;
const first = given === undefined ? Math.floor(Math.random() * 1e9) : Number(given);
const seeds = Array.from({ length: given === undefined ? REPETITIONS.schemas : 1 }, (_, index) => first + index);

describe.concurrent("random schemas and rows are the same on both sides, or what cannot be held is named", () => {
	it.each(seeds)("HOLDFAST_SEED=%i", async (seed) => {
		const { server } = held;
		const { sqlite, postgres, unfit } = randomDatabase(seed);
		const [file, database] = [`${seed}.db`, `random_${seed}`];
		await Promise.all([server.sqlite(file, sqlite), server.database(database, postgres)]);
		const empty = unfit && (await dumped(server, database));
		const words = ["postgres", "copy", "--from", server.path(file), "--json"];
		const ended = await server.keeper(database, words);
		const { report, refusal, error } = lastOf(ended);
		if (unfit !== undefined) {
			expect({ error, code: ended.code }).toEqual({ code: 3 });
			expect(refusal?.found).toContain(unfit.table);
			expect(refusal?.found).toContain(unfit.column);
			expect(await dumped(server, database)).toBe(empty);
			return;
		}
		expect({ refusal, error, code: ended.code }).toEqual({ code: 0 });
		expect(report?.verified).toBe(true);
		expect(await differences(server, file, database)).toEqual([]);
	});
});

/** Mistakes in a conversion, as a change of the keeper's program would bring them. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is the program's own text.
const PLANTS: [what: string, right: string, wrong: string][] = [
	["booleans inverted", "WHEN 1 THEN 't' WHEN 0 THEN 'f' END", "WHEN 0 THEN 't' WHEN 1 THEN 'f' END"],
	[
		"moments an hour later",
		"copy: `substr(${value}, 1, 19) ||",
		"copy: `datetime(substr(${value}, 1, 19), '+1 hour') ||",
	],
	["the zone dropped", "'+00' ELSE ${value} END", "'+00' ELSE substr(${value}, 1, 19) || '+00' END"],
	[
		"reals of 14 digits",
		"THEN quote(${value}) ELSE holdfast_digits",
		"THEN printf('%.14g', ${value}) ELSE holdfast_digits",
	],
	[
		"text cut off",
		"copy: `CASE typeof(${value}) WHEN 'text' THEN ${inQuotes(value)}",
		"copy: `CASE typeof(${value}) WHEN 'text' THEN ${inQuotes('substr(' + value + ', 1, 5)')}",
	],
	["a line break lost", "return `quote(${value})`", "return `quote(replace(${value}, char(10), ' '))`"],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.

describe.concurrent("a mistake in a conversion is found by the keeper's own verification", () => {
	let program = "";
	beforeAll(async () => {
		program = await legibleKeeper();
	});

	it.each(PLANTS)("%s", async (_, right, wrong) => {
		const { server } = held;
		expect(program.includes(right), "the mistake has a place in the program").toBe(true);
		const name = `planted_${PLANTS.findIndex(([, each]) => each === right)}`;
		const { sqlite, postgres } = everyKind(first);
		const planted = server.path(`${name}.js`);
		const written = server.tool(
			["sh", "-c", `cat > ${planted}`],
			program.replace(right, () => wrong),
		);
		await Promise.all([written, server.sqlite(`${name}.db`, sqlite), server.database(name, postgres)]);
		const before = await dumped(server, name);
		const words = ["postgres", "copy", "--from", server.path(`${name}.db`), "--json"];
		const refused = await server.keeper(name, [planted, ...words], { args: ["--entrypoint=node"] });
		expect(lastOf(refused).refusal, `HOLDFAST_SEED=${first}`).toMatchObject({ code: "move-not-verified" });
		expect(refused.code).toBe(3);
		expect(await dumped(server, name)).toBe(before);
		expect((await server.keeper(name, words)).code, `HOLDFAST_SEED=${first}`).toBe(0);
	});
});
