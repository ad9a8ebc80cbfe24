import { describe, expect, it } from "vitest";
import { REPETITIONS } from "./docker";
import { differences, dumped, lastOf, postgresForTests } from "./postgres";
import { randomDatabase } from "./randomDatabase";

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
