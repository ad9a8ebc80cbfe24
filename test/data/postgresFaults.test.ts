import { describe, expect, it } from "vitest";
import { differences, dumped, lastOf, postgresForTests } from "./postgres";
import { STRUCTURE } from "./postgresFaults/structure";
import { VALUES } from "./postgresFaults/values";

const held = postgresForTests();
const FAULTS = [...VALUES, ...STRUCTURE].map((fault, index) => ({ ...fault, name: `fault_${index}` }));
type Named = (typeof FAULTS)[number];
const titled = (title: (fault: Named) => string) => FAULTS.map((fault): [string, Named] => [title(fault), fault]);

describe.concurrent("the same on both sides, or it stops and names what is not", () => {
	it.each(titled(({ number, what }) => `fault ${number}: ${what}`))("%s", async (_, fault) => {
		const { name, sqlite, postgres, read, rows, stops } = fault;
		const { server } = held;
		const [file, database] = [`${name}.db`, name];
		const copy = (...more: string[]) =>
			server.keeper(database, ["postgres", "copy", "--from", server.path(file), "--json", ...more]);
		await Promise.all([server.sqlite(file, sqlite), server.database(database, postgres)]);
		const before = await dumped(server, database);
		if (stops !== undefined) {
			const refused = await copy();
			const { refusal } = lastOf(refused);
			const lines = refusal?.found.split("\n") ?? [];
			for (const [column, row, value] of stops.named) {
				const [line] = lines.filter((line) => line.includes(`${column} (`) && line.includes(`row ${row} has`));
				expect(`${line},`, `${column} in ${refusal?.found}`).toContain(`row ${row} has ${value},`);
			}
			expect(refusal?.remedy).not.toBe("");
			expect(refused.code).toBe(3);
			expect(await dumped(server, database)).toBe(before);
			if (stops.mend !== undefined) await server.sqlite(file, stops.mend);
		}
		const copied = await copy(...(stops?.replace === undefined ? [] : ["--replace", JSON.stringify(stops.replace)]));
		const { report, refusal, error } = lastOf(copied);
		expect({ refusal, error, code: copied.code }).toEqual({ code: 0 });
		expect(report?.verified).toBe(true);
		const replaced = report?.tables.flatMap((table) =>
			Object.keys(table.replaced).map((column) => `${table.name}.${column}`),
		);
		expect(replaced?.sort()).toEqual(Object.keys(stops?.replace ?? {}).sort());
		if (stops?.replace === undefined) expect(await differences(server, file, database)).toEqual([]);
		expect(await server.sql(database, read)).toEqual(rows);
	});
});

describe.concurrent("what pgloader does with the same files: it ends with 0", () => {
	const verdict = ({ pgloader, rows, stops }: Named) =>
		stops === undefined && `${pgloader}` === `${rows}`
			? "and has done it right"
			: "and something is missing or changed";
	it.each(titled((fault) => `fault ${fault.number}: ${fault.what}: ${verdict(fault)}`))("%s", async (_, fault) => {
		const { name, sqlite, read, pgloader } = fault;
		const { server } = held;
		const [file, database] = [`${name}_pgloader.db`, `${name}_pgloader`];
		await Promise.all([server.sqlite(file, sqlite), server.database(database)]);
		const { code } = await server.pgloader(file, database);
		const found = await server.sql(database, read).catch((error: Error) => error.message);
		if (pgloader instanceof RegExp) expect(found).toMatch(pgloader);
		else expect(found).toEqual(pgloader);
		expect(code).toBe(0);
	});
});
