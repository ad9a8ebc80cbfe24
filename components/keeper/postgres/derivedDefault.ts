/** SQLite's own ways to say the present moment, and how its text of it is made in Postgres. */
const MOMENTS: Record<string, string> = {
	current_timestamp: "YYYY-MM-DD HH24:MI:SS",
	"datetime('now')": "YYYY-MM-DD HH24:MI:SS",
	current_date: "YYYY-MM-DD",
	"date('now')": "YYYY-MM-DD",
	current_time: "HH24:MI:SS",
	"time('now')": "HH24:MI:SS",
};

/** A column's default in Postgres' SQL; or why it has none. `type`: what the column becomes. */
export function derivedDefault(text: string | null, type: string): { sql?: string; decision?: string } {
	const inner = (text ?? "NULL")
		.trim()
		.replace(/^\((.*)\)$/s, "$1")
		.trim();
	const word = inner.toLowerCase().replace(/\s+/g, "");
	if (word === "null") return {};
	const format = MOMENTS[word];
	if (format !== undefined) {
		const now = type === "timestamp with time zone" ? "now()" : "(now() AT TIME ZONE 'UTC')";
		if (/^(timestamp|date|time)/.test(type)) return { sql: type.startsWith("timestamp") ? now : `${now}::${type}` };
		if (/^(text|varchar)/.test(type)) return { sql: `to_char(now() AT TIME ZONE 'UTC', '${format}')` };
	}
	if (type === "boolean" && /^(0|1|true|false|'[01]')$/.test(word))
		return { sql: /1|true/.test(word) ? "true" : "false" };
	const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word);
	const isText = /^'([^']|'')*'$/s.test(inner);
	if (isNumber && /^(bigint|numeric|double)/.test(type)) return { sql: inner };
	if ((isText || isNumber) && /^(text|varchar)/.test(type)) return { sql: isText ? inner : `'${inner}'` };
	if (isText && /^(date|time|timestamp|json|uuid)/.test(type)) return { sql: `${inner}::${type}` };
	if (isText && /^'[+-]?\d+(\.\d+)?'$/.test(inner) && /^(bigint|numeric|double)/.test(type))
		return { sql: inner.slice(1, -1) };
	return { decision: `its default ${text} is not taken over: the app is to give the value, or the schema of Postgres` };
}
