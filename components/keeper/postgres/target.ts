import type { TargetType } from "./conversion";
import type { Server } from "./server";

export interface TargetColumn {
	name: string;
	type: TargetType;
	notNull: boolean;
	/** Postgres fills it where nothing is given: a default, or an identity. */
	hasDefault: boolean;
	generated: boolean;
	/** The sequence that gives its ids. */
	sequence?: string;
}

export interface TargetTable {
	name: string;
	oid: number;
	isPartitioned: boolean;
	columns: TargetColumn[];
}

/** A constraint of one table on another. */
export interface ForeignKey {
	name: string;
	table: string;
	columns: string[];
	parent: string;
	parentColumns: string[];
	isValid: boolean;
}

export interface Target {
	tables: TargetTable[];
	foreignKeys: ForeignKey[];
}

const TABLES = `
SELECT c.oid::int8::text AS oid, c.relname AS name, c.relkind = 'p' AS "isPartitioned"
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname`;
// A domain counts as the type that it is made of; its own checks are Postgres' to make.
const COLUMNS = `
WITH RECURSIVE base AS (
	SELECT t.oid, t.oid AS leaf, t.typtype, t.typbasetype, -1 AS modifier FROM pg_type t
	UNION ALL SELECT b.oid, t.oid, t.typtype, t.typbasetype, b2.typtypmod
	FROM base b JOIN pg_type b2 ON b2.oid = b.leaf JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd'
)
SELECT a.attrelid::int8::text AS oid, a.attname AS name, a.attnotnull OR d.typnotnull AS "notNull",
	a.atthasdef OR a.attidentity <> '' OR d.typdefault IS NOT NULL AS "hasDefault", a.attgenerated <> '' AS generated,
	t.typname AS type, format_type(a.atttypid, a.atttypmod) AS words,
	CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.modifier END AS modifier,
	CASE WHEN t.typtype = 'e' THEN (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) END AS labels,
	coalesce(pg_get_serial_sequence(quote_ident(c.relname), a.attname),
		substring(pg_get_expr(f.adbin, f.adrelid) FROM $r$^nextval\\('(.+)'::regclass\\)$$r$)) AS sequence
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
	JOIN pg_type d ON d.oid = a.atttypid
	JOIN base b ON b.oid = a.atttypid AND b.typtype <> 'd' JOIN pg_type t ON t.oid = b.leaf
	LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum`;
const FOREIGN_KEYS = `
SELECT k.conname AS name, c.relname AS table, p.relname AS parent, k.convalidated AS "isValid",
	(SELECT json_agg(a.attname ORDER BY o.n) FROM unnest(k.conkey) WITH ORDINALITY o(num, n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num) AS columns,
	(SELECT json_agg(a.attname ORDER BY o.n) FROM unnest(k.confkey) WITH ORDINALITY o(num, n) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num) AS "parentColumns"
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0 AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname, k.conname`;

interface ColumnRow extends Omit<TargetColumn, "type" | "sequence"> {
	oid: string;
	type: string;
	words: string;
	modifier: number;
	labels: string[] | null;
	sequence: string | null;
}

/** What the database has, by its catalog. */
export async function targetOf(server: Server): Promise<Target> {
	const tables = await server.rows<{ oid: string; name: string; isPartitioned: boolean }>(TABLES);
	const columns = await server.rows<ColumnRow>(COLUMNS);
	const foreignKeys = await server.rows<ForeignKey>(FOREIGN_KEYS);
	return {
		tables: tables.map((table) => ({
			...table,
			oid: Number(table.oid),
			columns: columns.filter(({ oid }) => oid === table.oid).map(columnOf),
		})),
		foreignKeys,
	};
}

function columnOf({
	name,
	notNull,
	hasDefault,
	generated,
	type,
	words,
	modifier,
	labels,
	sequence,
}: ColumnRow): TargetColumn {
	return {
		name,
		notNull,
		hasDefault,
		generated,
		type: { name: type, words, modifier, ...(labels !== null && { labels }) },
		...(sequence !== null && { sequence }),
	};
}

/** Tables with those before them that they refer to; among tables that refer to each other, as they were. */
export function inOrder<T extends { name: string }>(tables: T[], foreignKeys: ForeignKey[]): T[] {
	const left = new Map(tables.map((table) => [table.name, table]));
	const ordered: T[] = [];
	const take = (name: string, above: Set<string>) => {
		const table = left.get(name);
		if (table === undefined || above.has(name)) return;
		const parents = foreignKeys.filter((key) => key.table === name).map(({ parent }) => parent);
		for (const parent of parents) take(parent, new Set([...above, name]));
		if (left.delete(name)) ordered.push(table);
	};
	for (const { name } of tables) take(name, new Set());
	return ordered;
}
