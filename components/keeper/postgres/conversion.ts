/** A column's type in Postgres, as its catalog says it. */
export interface TargetType {
	/** The name in pg_type, of a domain's base. */
	name: string;
	/** As a person writes it: `character varying(120)`. */
	words: string;
	/** What is in the parentheses: a length, a precision; -1 for none. */
	modifier: number;
	/** Labels of an enum. */
	labels?: string[];
}

/**
 * How values go from SQLite to one type of Postgres: SQL that SQLite itself runs, for a call into JavaScript per value is
 * too slow for millions of rows. `copy` and the two canonical texts are written apart from each other, so that the
 * verification finds a mistake in the conversion.
 */
export interface Conversion {
	/** True for a value that the type holds without a change; not asked for NULL, nor for a text with the character NUL. */
	fits: string;
	/** True only for values that fit and that no decision is about, NUL included: for most values, and cheap. */
	plain?: string;
	/** Why a value does not fit, the first that is true; the last one is for all the rest. */
	reasons: { when: string; why: string; hint?: string }[];
	/** The value as COPY's CSV has it. None of these is asked for NULL. */
	copy: string;
	/** The same text on both sides for the same meaning. */
	canonical: string;
	canonicalPostgres: string;
	/** Values that are taken, but not as they stand. */
	decisions: { when: string; words: string }[];
}

/** Makes the conversion for SQLite's expression `value` and Postgres' expression `held`. */
export type Family = (value: string, held: string, type: TargetType) => Conversion;

/** A text in SQL. */
export function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

/** A text in COPY's CSV, where nothing but a quote is special within quotes. */
export function inQuotes(value: string): string {
	return `quote(${value})`;
}

/** Text as a canonical row has it: its length before it makes where it ends certain. */
export function measured(text: string): string {
	return `octet_length(${text}) || ':' || ${text}`;
}

/** What every type that takes text says of another value. */
export function typeReasons(value: string, wants: string): Conversion["reasons"] {
	return [
		{ when: `typeof(${value}) = 'blob'`, why: `a blob is no ${wants}`, hint: `CAST(${value} AS TEXT)` },
		{ when: `typeof(${value}) = 'text'`, why: `a text is no ${wants}` },
		{ when: `typeof(${value}) = 'real'`, why: `a real number is no ${wants}` },
		{ when: `typeof(${value}) = 'integer'`, why: `an integer is no ${wants}` },
	];
}
