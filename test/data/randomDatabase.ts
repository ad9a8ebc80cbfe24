import { Chance } from "../../tools/chance";
import { KINDS, type Kind } from "./randomValues";

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

interface Table {
	name: string;
	columns: { name: string; kind: Kind }[];
	/** Values as SQL. */
	rows: string[][];
	key: "id" | "none" | "without rowid";
}

/** Tables with rows of all kinds, the same for the same seed. One in five has a value that Postgres cannot hold. */
export function randomDatabase(seed: number): RandomDatabase {
	const chance = new Chance(seed);
	const tables = chance.list(chance.integer(1, 3), (index) => {
		const kinds = chance.list(chance.integer(1, 8), () => chance.of(KINDS));
		return randomTable(chance, `${chance.of(NAMES)} ${index}`, kinds, chance.of([0, 1, 5, 40]));
	});
	if (chance.share() >= 0.2) return scripts(tables);
	const { name, columns, rows } = chance.of(tables);
	const place = chance.integer(0, columns.length - 1);
	const spoiled = columns[place] as (typeof columns)[number];
	const row = columns.map(() => "NULL");
	row[place] = chance.of(spoiled.kind.unfit);
	rows.splice(chance.integer(0, rows.length), 0, row);
	return { ...scripts(tables), unfit: { table: name, column: spoiled.name } };
}

/** One table with a column of each kind. */
export function everyKind(seed: number): RandomDatabase {
	return scripts([randomTable(new Chance(seed), "every kind", KINDS, 40)]);
}

function randomTable(chance: Chance, name: string, kinds: Kind[], count: number): Table {
	const columns = kinds.map((kind, index) => ({ name: `${chance.of(NAMES)}${index}`, kind }));
	const row = () => kinds.map((kind) => (chance.share() < 0.15 ? "NULL" : kind.value(chance)));
	const rows = chance.list(count, row);
	const key = chance.of(["id", "none", "without rowid"] as const);
	// A table without a key has rows that are alike, and each of them counts.
	if (key === "none" && rows[0] !== undefined) rows.push([...rows[0]], [...rows[0]]);
	return { name, columns, rows, key };
}

function scripts(tables: Table[]): RandomDatabase {
	const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
	const make = (side: "sqlite" | "postgres", id: string) =>
		tables.map(({ name, columns, key }) => {
			const listed = columns.map(({ name, kind }) => `${quoted(name)} ${kind[side]}`).join(", ");
			const end = side === "sqlite" && key === "without rowid" ? " WITHOUT ROWID" : "";
			return `CREATE TABLE ${quoted(name)} (${key === "none" ? "" : `id ${id} PRIMARY KEY, `}${listed})${end};`;
		});
	const rows = tables.flatMap(({ name, rows, key }) =>
		rows.map((row, index) => {
			const values = key === "none" ? row : [`${index * 7 - 3}`, ...row];
			return `INSERT INTO ${quoted(name)} VALUES (${values.join(", ")});`;
		}),
	);
	return {
		sqlite: ["BEGIN;", ...make("sqlite", "INTEGER"), ...rows, "COMMIT;"].join("\n"),
		postgres: make("postgres", "bigint").join("\n"),
	};
}
