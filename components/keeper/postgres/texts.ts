import { type Conversion, type Family, inQuotes, literal, measured, type TargetType, typeReasons } from "./conversion";

/** The text of a value as the app saw it: a number in a column of text is the number's own text. */
function asText(value: string): string {
	return `CASE typeof(${value}) WHEN 'text' THEN ${value} WHEN 'integer' THEN CAST(${value} AS TEXT) WHEN 'real' THEN quote(${value}) END`;
}

const NUMBERS = { words: "numbers become their text" };

function textReasons(value: string, type: TargetType, limit: number): Conversion["reasons"] {
	return [
		...(limit > 0
			? [
					{
						when: `typeof(${value}) <> 'blob' AND length(${asText(value)}) > ${limit}`,
						why: `it has more characters than ${type.words} holds`,
						hint: `substr(${value}, 1, ${limit})`,
					},
				]
			: []),
		...(type.name === "bpchar"
			? [
					{
						when: `typeof(${value}) = 'text'`,
						why: `${type.words} drops the spaces at its end`,
						hint: `rtrim(${value}, ' ')`,
					},
				]
			: []),
		...typeReasons(value, "text").filter(({ when }) => !when.includes("'text'")),
	];
}

const text: Family = (value, held, type) => {
	const isBlank = type.name === "bpchar";
	const limit = type.modifier < 0 ? 0 : type.modifier - 4;
	const isShort = limit > 0 ? ` AND length(${value}) <= ${limit}` : "";
	const isWhole = isBlank ? ` AND rtrim(${value}, ' ') = ${value} COLLATE BINARY` : "";
	const isNumber = `typeof(${value}) = 'integer' OR (typeof(${value}) = 'real' AND abs(${value}) < 9e999)`;
	const numberFits = limit > 0 ? `(${isNumber}) AND length(${asText(value)}) <= ${limit}` : isNumber;
	return {
		plain: `typeof(${value}) = 'text' AND NOT instr(${value}, char(0))${isShort}${isWhole}`,
		fits: `CASE typeof(${value}) WHEN 'text' THEN 1${isShort}${isWhole} ELSE ${numberFits} END`,
		reasons: textReasons(value, type, limit),
		copy: `CASE typeof(${value}) WHEN 'text' THEN ${inQuotes(value)} ELSE ${asText(value)} END`,
		canonical: `CASE typeof(${value}) WHEN 'real' THEN ${measured(`quote(${value})`)} ELSE ${measured(value)} END`,
		canonicalPostgres: isBlank ? measured(`${held}::text`) : measured(held),
		decisions: [{ when: `typeof(${value}) <> 'text'`, ...NUMBERS }],
	};
};

const bytes: Family = (value, held) => ({
	fits: `typeof(${value}) = 'blob'`,
	reasons: [
		{ when: `typeof(${value}) = 'text'`, why: "a text is no blob", hint: `CAST(${value} AS BLOB)` },
		...typeReasons(value, "blob").filter(({ when }) => !when.includes("'text'")),
	],
	copy: `'\\x' || hex(${value})`,
	canonical: `hex(${value})`,
	canonicalPostgres: `upper(encode(${held}, 'hex'))`,
	decisions: [],
});

const json: Family = (value, held) => {
	const isNumber = `(typeof(${value}) = 'integer' OR (typeof(${value}) = 'real' AND abs(${value}) < 9e999))`;
	return {
		fits: `CASE typeof(${value}) WHEN 'text' THEN json_valid(${value}) ELSE ${isNumber} END`,
		reasons: [
			{ when: `typeof(${value}) = 'text'`, why: "it is no JSON by RFC 8259", hint: `json_quote(${value})` },
			...typeReasons(value, "JSON"),
		],
		copy: `CASE typeof(${value}) WHEN 'text' THEN ${inQuotes(value)} ELSE ${asText(value)} END`,
		canonical: `CASE typeof(${value}) WHEN 'real' THEN ${measured(`quote(${value})`)} ELSE ${measured(value)} END`,
		canonicalPostgres: measured(`${held}::text`),
		decisions: [{ when: `typeof(${value}) <> 'text'`, words: "numbers in a column of JSON become their text" }],
	};
};

/** Postgres keeps the meaning of jsonb, not its text: both sides are compared in Postgres' own order. */
const jsonb: Family = (value, held, type) => {
	const base = json(value, held, type);
	return {
		...base,
		fits: `(${base.fits}) AND (typeof(${value}) <> 'text' OR holdfast_is_jsonb(${value}))`,
		reasons: [
			{
				when: `typeof(${value}) = 'text' AND json_valid(${value})`,
				why: "jsonb keeps no doubled key, no \\u0000 and no half of a surrogate pair; json in place of jsonb does",
			},
			...base.reasons,
		],
		canonical: measured(`holdfast_jsonb(${asText(value)})`),
	};
};

const HEX = "*[^0-9A-Fa-f]*";

const uuid: Family = (value, held) => ({
	fits: `typeof(${value}) = 'text' AND ((length(${value}) = 32 AND NOT ${value} GLOB '${HEX}') OR (length(${value}) = 36 AND ${value} GLOB '????????-????-????-????-????????????' AND length(replace(${value}, '-', '')) = 32 AND NOT replace(${value}, '-', '') GLOB '${HEX}'))`,
	reasons: [
		{ when: `typeof(${value}) = 'blob'`, why: "a blob is no UUID", hint: `hex(${value})` },
		{
			when: `typeof(${value}) = 'text'`,
			why: "it is not the 32 hexadecimal digits of a UUID, with or without its four dashes",
		},
		...typeReasons(value, "UUID"),
	],
	copy: value,
	canonical: `lower(replace(${value}, '-', ''))`,
	canonicalPostgres: `replace(${held}::text, '-', '')`,
	decisions: [],
});

const label: Family = (value, held, { labels = [], words }) => ({
	fits: `typeof(${value}) = 'text' AND ${value} COLLATE BINARY IN (${labels.map(literal).join(", ")})`,
	reasons: [
		{ when: `typeof(${value}) = 'text'`, why: `${words} knows only ${labels.slice(0, 12).join(", ")}` },
		...typeReasons(value, words),
	],
	copy: inQuotes(value),
	canonical: measured(value),
	canonicalPostgres: measured(`${held}::text`),
	decisions: [],
});

export const ENUM = label;

export const TEXTS: Record<string, Family> = {
	text,
	varchar: text,
	bpchar: text,
	citext: text,
	bytea: bytes,
	json,
	jsonb,
	uuid,
};
