import { Chance, KINDS } from "./randomValues";

const NAMES = [
	"value",
	"select",
	"Order",
	"first name",
	'quo"te',
	"größe",
	"user",
	"UPPER",
	"a.b",
	"back\\slash",
	"per%cent",
	"$1",
	"name's",
];

export interface RandomDatabase {
	sqlite: string;
	postgres: string;
	/** The column of a value that Postgres cannot hold, if there is one. */
	unfit?: { table: string; column: string };
}

/** Tables with rows of all kinds, the same for the same seed. One in five has a value that Postgres cannot hold. */
export function randomDatabase(seed: number): RandomDatabase {
	const chance = new Chance(seed);
	const sides = { sqlite: [] as string[], postgres: [] as string[] };
	const tables = chance.list(chance.integer(1, 3), (index) => `${chance.of(NAMES)} ${index}`);
	const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
	const spoiled = chance.share() < 0.2 ? chance.integer(0, tables.length - 1) : -1;
	let unfit: RandomDatabase["unfit"];
	tables.forEach((table, place) => {
		const columns = chance.list(chance.integer(1, 8), (index) => ({
			name: `${chance.of(NAMES)}${index}`,
			kind: chance.of(KINDS),
		}));
		const count = chance.of([0, 1, 5, 40]) + (place === spoiled ? 1 : 0);
		const rows = chance.list(count, () =>
			columns.map(({ kind }) => (chance.share() < 0.15 ? "NULL" : kind.value(chance))),
		);
		const key = chance.of(["id", "none", "without rowid"]);
		// A table without a key has rows that are alike, and each of them counts.
		if (key === "none" && rows[0] !== undefined) rows.push(rows[0], rows[0]);
		if (place === spoiled) {
			const column = chance.integer(0, columns.length - 1);
			const { name, kind } = columns[column] as (typeof columns)[number];
			const row = rows[chance.integer(0, rows.length - 1)] as string[];
			row[column] = chance.of(kind.unfit as string[]);
			unfit = { table, column: name };
		}
		const [id, bigint] = key === "none" ? ["", ""] : ["id INTEGER PRIMARY KEY, ", "id bigint PRIMARY KEY, "];
		const of = (side: "sqlite" | "postgres") =>
			columns.map(({ name, kind }) => `${quoted(name)} ${kind[side]}`).join(", ");
		sides.sqlite.push(
			`CREATE TABLE ${quoted(table)} (${id}${of("sqlite")})${key === "without rowid" ? " WITHOUT ROWID" : ""};`,
		);
		sides.postgres.push(`CREATE TABLE ${quoted(table)} (${bigint}${of("postgres")});`);
		rows.forEach((row, index) => {
			const number = key === "none" ? [] : [`${index * 7 - 3}`];
			sides.sqlite.push(`INSERT INTO ${quoted(table)} VALUES (${[...number, ...row].join(", ")});`);
		});
	});
	return {
		sqlite: `BEGIN;\n${sides.sqlite.join("\n")}\nCOMMIT;`,
		postgres: sides.postgres.join("\n"),
		...(unfit && { unfit }),
	};
}
