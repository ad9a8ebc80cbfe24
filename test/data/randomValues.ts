import type { Chance } from "../../tools/chance";

/** A type that a column has on both sides, and values of it as SQL for SQLite. */
export interface Kind {
	sqlite: string;
	postgres: string;
	value(chance: Chance): string;
	/** What the column holds in SQLite, and Postgres' does not. */
	unfit: string[];
}

const BITS = new DataView(new ArrayBuffer(8));
const TIMES_UNFIT = ["''", "0", "'0000-00-00 00:00:00'", "'2023-02-30'", "'soon'", "1700000000"];
/** What has gone wrong in one program or another: escapes of COPY, controls, combining and astral characters, a BOM. */
const PIECES = [
	"\\",
	"\\N",
	"\\.",
	"\n",
	"\r\n",
	"\t",
	"'",
	'"',
	"|",
	",",
	" ",
	"\u0001",
	"\u001f",
	"\u007f",
	"\u0085",
].concat([
	"e\u0301",
	"é",
	"ß",
	"ñ",
	"漢字",
	"שלום",
	"ﷺ",
	"🙂",
	"👩‍👩‍👧",
	"𝔘",
	"\u{10ffff}",
	"\ufeff",
	"\ufffd",
	"\uffff",
	"\u2028",
	"NULL",
	"0",
	"{}",
]);

function words(chance: Chance, most: number): string {
	const text = chance.list(chance.integer(0, 12), () => {
		if (chance.share() < 0.5) return chance.of(PIECES);
		return String.fromCodePoint(chance.integer(0x20, 0x7e));
	});
	return [...text.join("")].slice(0, most).join("");
}

function literal(text: string): string {
	// The shell of SQLite reads lines, and makes something else of some characters.
	return /^[ -~]*$/.test(text)
		? `'${text.replaceAll("'", "''")}'`
		: `CAST(X'${Buffer.from(text).toString("hex")}' AS TEXT)`;
}

function whole(bits: number): (chance: Chance) => string {
	const edge = 2n ** BigInt(bits - 1);
	return (chance) => {
		if (chance.share() < 0.3) return `${chance.of([edge - 1n, -edge, 0n, 1n, -1n, edge / 2n + 1n])}`;
		const size = BigInt(chance.integer(1, bits - 1));
		const random = BigInt.asIntN(
			64,
			(BigInt(chance.integer(0, 2 ** 32 - 1)) << 32n) | BigInt(chance.integer(0, 2 ** 32 - 1)),
		);
		return `${random % 2n ** size}`;
	};
}

function real(chance: Chance): string {
	if (chance.share() < 0.3)
		return chance.of([
			"0.0",
			"-0.0",
			"0.1",
			"0.30000000000000004",
			"1e15",
			"9007199254740993.0",
			"5e-324",
			"1.7976931348623157e308",
			"9e999",
			"-9e999",
		]);
	BITS.setUint32(0, chance.integer(0, 2 ** 32 - 1));
	BITS.setUint32(4, chance.integer(0, 2 ** 32 - 1));
	const random = chance.share() < 0.5 ? BITS.getFloat64(0) : (chance.share() - 0.5) * 10 ** chance.integer(-3, 9);
	return Number.isFinite(random) ? `${random}`.replace(/^(-?\d+)$/, "$1.0") : "3.5";
}

const two = (number: number) => `${number}`.padStart(2, "0");
const day = (chance: Chance) =>
	`${chance.integer(1000, 2999)}-${two(chance.integer(1, 12))}-${two(chance.integer(1, 28))}`;
const clock = (chance: Chance) =>
	`${two(chance.integer(0, 23))}:${two(chance.integer(0, 59))}:${two(chance.integer(0, 59))}${
		chance.share() < 0.5 ? "" : `.${`${chance.integer(0, 999_999)}`.slice(0, chance.integer(1, 6))}`
	}`;
const moment = (zones: string[]) => (chance: Chance) =>
	`'${day(chance)}${chance.of([" ", "T"])}${clock(chance)}${chance.of(zones)}'`;

function json(chance: Chance, depth = 0): unknown {
	const kind = chance.integer(0, depth > 2 ? 3 : 5);
	if (kind === 0) return words(chance, 40);
	if (kind === 1) return chance.integer(-1e9, 1e9) / 10 ** chance.integer(0, 6);
	if (kind === 2) return chance.of([true, false, null]);
	if (kind === 3) return chance.integer(-100, 100);
	if (kind === 4) return chance.list(chance.integer(0, 3), () => json(chance, depth + 1));
	return Object.fromEntries(chance.list(chance.integer(0, 3), () => [words(chance, 8), json(chance, depth + 1)]));
}

function hexadecimal(chance: Chance, bytes: number): string {
	return chance.list(bytes, () => chance.integer(0, 255).toString(16).padStart(2, "0")).join("");
}

export const KINDS: Kind[] = [
	{ sqlite: "INTEGER", postgres: "bigint", value: whole(64), unfit: ["'x'", "1.5", "X'00'"] },
	{ sqlite: "INTEGER", postgres: "integer", value: whole(32), unfit: ["2147483648", "''"] },
	{ sqlite: "SMALLINT", postgres: "smallint", value: whole(16), unfit: ["32768"] },
	{ sqlite: "BOOLEAN", postgres: "boolean", value: (chance) => chance.of(["0", "1"]), unfit: ["2", "'true'", "''"] },
	{ sqlite: "REAL", postgres: "double precision", value: real, unfit: ["'much'", "X'00'"] },
	{
		sqlite: "NUMERIC(12, 3)",
		postgres: "numeric(12, 3)",
		value: (chance) => `${chance.integer(-1e11, 1e11) / 1000}`,
		unfit: ["0.0001", "1e12", "'much'"],
	},
	{
		sqlite: "TEXT",
		postgres: "text",
		value: (chance) => literal(words(chance, 400)),
		unfit: ["'a' || char(0)", "X'ff'"],
	},
	{
		sqlite: "VARCHAR(40)",
		postgres: "varchar(40)",
		value: (chance) => literal(words(chance, 40)),
		unfit: [`'${"x".repeat(41)}'`, "CAST(X'c328' AS TEXT)"],
	},
	{
		sqlite: "BLOB",
		postgres: "bytea",
		value: (chance) => `X'${hexadecimal(chance, chance.of([0, 1, 5, 300]))}'`,
		unfit: ["'text'"],
	},
	{ sqlite: "DATE", postgres: "date", value: (chance) => `'${day(chance)}'`, unfit: TIMES_UNFIT },
	{
		sqlite: "DATETIME",
		postgres: "timestamp",
		value: moment(["", "Z", "+00:00"]),
		unfit: [...TIMES_UNFIT, "'2024-01-01 00:00:00+02:00'"],
	},
	{ sqlite: "TIMESTAMP", postgres: "timestamptz", value: moment(["", "Z", "+02:00", "-11:30"]), unfit: TIMES_UNFIT },
	{ sqlite: "TIME", postgres: "time", value: (chance) => `'${clock(chance)}'`, unfit: ["'25:00:00'", "''"] },
	{ sqlite: "JSON", postgres: "json", value: (chance) => literal(JSON.stringify(json(chance))), unfit: ["'{'", "''"] },
	{
		sqlite: "JSON",
		postgres: "jsonb",
		value: (chance) => literal(JSON.stringify(json(chance))),
		unfit: ["'{''a'':1}'", `'{"a":1,"a":2}'`],
	},
	{
		sqlite: "CHAR(32)",
		postgres: "uuid",
		value: (chance) =>
			`'${hexadecimal(chance, 16)}'`.replace(/(.{9})(.{4})(.{4})(.{4})/, chance.of(["$1-$2-$3-$4-", "$&"])),
		unfit: ["'123'", "''"],
	},
];
