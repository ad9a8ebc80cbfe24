import { type Family, typeReasons } from "./conversion";

const RANGES: Record<string, [low: string, high: string]> = {
	int2: ["-32768", "32767"],
	int4: ["-2147483648", "2147483647"],
	// The least 64-bit integer cannot be written as one literal in SQLite.
	int8: ["(-9223372036854775807 - 1)", "9223372036854775807"],
};
/** Integers that a double holds each for itself. */
const EXACT = "BETWEEN -9007199254740992 AND 9007199254740992";

const integer: Family = (value, held, type) => {
	const [low, high] = RANGES[type.name] ?? ["0", "0"];
	// 5.0 in a column without a type of its own is the number 5.
	const isWhole = `typeof(${value}) = 'real' AND ${value} ${EXACT} AND ${value} = CAST(${value} AS INTEGER)`;
	const isInRange = type.name === "int8" ? "" : ` AND ${value} BETWEEN ${low} AND ${high}`;
	return {
		fits: `(typeof(${value}) = 'integer' OR (${isWhole}))${isInRange}`,
		plain: `typeof(${value}) = 'integer'${isInRange}`,
		reasons: [
			{
				when: `typeof(${value}) = 'integer' OR (${isWhole})`,
				why: `it is not between ${RANGES[type.name]?.join(" and ")}`,
			},
			{
				when: `typeof(${value}) = 'real'`,
				why: "it is no whole number",
				hint: `CAST(round(${value}) AS INTEGER)`,
			},
			...typeReasons(value, "integer"),
		],
		copy: `CAST(${value} AS INTEGER)`,
		canonical: `CASE typeof(${value}) WHEN 'real' THEN printf('%.0f', ${value}) ELSE ${value} END`,
		canonicalPostgres: `${held}::text`,
		decisions: [{ when: `typeof(${value}) = 'real'`, words: "whole numbers kept as reals become integers" }],
	};
};

const boolean: Family = (value, held) => ({
	fits: `typeof(${value}) = 'integer' AND ${value} IN (0, 1)`,
	reasons: [
		{ when: `typeof(${value}) = 'integer'`, why: "a boolean is 0 or 1", hint: `${value} <> 0` },
		{
			when: `typeof(${value}) = 'text'`,
			why: "a boolean is 0 or 1; a text has no truth of its own in SQLite",
			hint: `lower(${value}) IN ('true', 't', 'yes', '1')`,
		},
		{ when: `typeof(${value}) = 'real'`, why: "a boolean is 0 or 1" },
		{ when: `typeof(${value}) = 'blob'`, why: "a boolean is 0 or 1" },
	],
	copy: `CASE ${value} WHEN 1 THEN 't' WHEN 0 THEN 'f' END`,
	canonical: `substr('01', ${value} + 1, 1)`,
	canonicalPostgres: `${held}::int::text`,
	decisions: [],
});

/** The functions are in functions.ts: exact digits, and the bits of a double, are not SQLite's. */
const float: Family = (value, held, type) => {
	const isSmall = type.name === "float4";
	const isNumber = `(typeof(${value}) = 'real' OR (typeof(${value}) = 'integer' AND ${value} ${EXACT}))`;
	return {
		fits: isSmall ? `${isNumber} AND holdfast_is_single(${value})` : isNumber,
		reasons: [
			...(isSmall
				? [
						{
							when: isNumber,
							why: "a real of Postgres has 4 bytes, SQLite's has 8: it would be rounded; make the column double precision",
						},
					]
				: []),
			{ when: `typeof(${value}) = 'integer'`, why: "it has more digits than a double holds" },
			...typeReasons(value, "number"),
		],
		// SQLite's own digits give the same double again without a call into JavaScript, but for infinity and zero's sign.
		copy: `CASE WHEN abs(${value}) < 9e999 AND ${value} <> 0 THEN quote(${value}) ELSE holdfast_digits(${value}) END`,
		canonical: `holdfast_bits(${value})`,
		canonicalPostgres: `encode(float8send(${held}::float8), 'hex')`,
		decisions: [],
	};
};

const numeric: Family = (value, held, type) => {
	// As Postgres keeps numeric(precision, scale): the precision above 16 bits, the scale in eleven bits, plus 4.
	const precision = type.modifier < 0 ? -1 : ((type.modifier - 4) >> 16) & 0xffff;
	const scale = type.modifier < 0 ? 0 : (((type.modifier - 4) & 0x7ff) ^ 1024) - 1024;
	return {
		fits: `typeof(${value}) <> 'blob' AND holdfast_is_decimal(CAST(${value} AS TEXT), ${value} + 0.0, typeof(${value}), ${precision}, ${scale})`,
		reasons: [
			{
				when: `typeof(${value}) = 'text'`,
				why: `the text is no number that ${type.words} holds as it is`,
			},
			{
				when: `typeof(${value}) IN ('real', 'integer')`,
				why: `${type.words} would round it or cannot hold it`,
				...(precision >= 0 && { hint: `round(${value}, ${scale})` }),
			},
			...typeReasons(value, "number"),
		],
		copy: `CASE typeof(${value}) WHEN 'real' THEN holdfast_digits(${value}) ELSE ${value} END`,
		canonical: `CASE typeof(${value}) WHEN 'integer' THEN ${value} WHEN 'real' THEN holdfast_plain(holdfast_digits(${value})) ELSE holdfast_plain(${value}) END`,
		canonicalPostgres: `trim_scale(${held})::text`,
		decisions: [{ when: `typeof(${value}) = 'text'`, words: "texts that are decimal numbers become numbers" }],
	};
};

export const NUMBERS: Record<string, Family> = {
	bool: boolean,
	int2: integer,
	int4: integer,
	int8: integer,
	float4: float,
	float8: float,
	numeric,
};
