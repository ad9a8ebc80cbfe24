import type { SQLInputValue } from "node:sqlite";
import type { TargetType } from "../conversion";
import { plainDecimal } from "../decimal";
import { digitsOf } from "../functions";

/** A value of Postgres that SQLite has no equal for. */
export class Unfit {
	constructor(readonly why: string) {}
}

/** How values of one column are written to SQLite. */
export interface Form {
	/** What was decided, where there was something to decide. */
	words?: string;
	/** From Postgres' text of the value. */
	write: (text: string) => SQLInputValue | Unfit;
}

/** What a column of SQLite holds already. Shapes are its texts with `0` for each digit, the most frequent one first. */
export interface Habits {
	shapes: string[];
	/** The kind of value that most of them are; undefined for a column without values. */
	storage?: string;
	/** SQLite makes a text of every number in it. */
	isText: boolean;
}

/** Types whose values can be written in more than one way that means the same. */
export const SHAPED = ["timestamp", "timestamptz", "time", "uuid"];

const MOMENT = /^0000-00-00(?:([ T])00:00:00(\.0+)?(Z|[+-]00:00)?)?$/;
const CLOCK = /^00:00:00(\.0+)?$/;
/** Digits of a fraction that Postgres keeps, and that SQLAlchemy always writes. */
const MICROSECONDS = 6;

/** Follows what is there; in a column without values, SQLAlchemy's own form. */
export function formOf(type: TargetType, habits: Habits): Form {
	switch (type.labels === undefined ? type.name : "text") {
		case "int2":
		case "int4":
		case "int8":
			return { write: BigInt };
		case "bool":
			return { write: (text) => (text === "true" ? 1n : 0n) };
		case "float4":
		case "float8":
			return { write: (text) => (text === "NaN" ? new Unfit("SQLite makes NULL of NaN") : Number(text)) };
		case "numeric":
			return numeric(habits);
		case "bytea":
			return { write: (text) => Buffer.from(text, "hex") };
		case "uuid":
			return uuid(habits);
		case "date":
			return { write: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : new Unfit(NO_DAY)) };
		case "time":
			return time(habits);
		case "timestamp":
		case "timestamptz":
			return timestamp(habits);
		default:
			return { write: (text) => (habits.storage === "integer" && isInteger(text) ? BigInt(text) : text) };
	}
}

const NO_DAY = "SQLite has only days from 0001-01-01 to 9999-12-31";

function timestamp({ shapes }: Habits): Form {
	const found = shapes.map((shape) => MOMENT.exec(shape)).filter((shape) => shape !== null);
	const [first] = found;
	const isDay = first !== undefined && first[1] === undefined;
	const [, separator = " ", , zone = ""] = found.find(([, separator]) => separator !== undefined) ?? [];
	const pad = padding(
		found.filter(([, separator]) => separator !== undefined).map(([, , fraction]) => fraction),
		MICROSECONDS,
	);
	const write = (text: string) => {
		const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(text);
		if (parts === null) return new Unfit(NO_DAY);
		const [, day, clock, fraction = ""] = parts;
		if (isDay && clock === "00:00:00" && fraction === "") return day ?? "";
		return `${day}${separator}${clock}${pad(fraction)}${zone.replace("-", "+")}`;
	};
	return { words: written(write("2024-01-31 13:45:00"), first !== undefined), write };
}

function time({ shapes }: Habits): Form {
	const found = shapes.map((shape) => CLOCK.exec(shape)).filter((shape) => shape !== null);
	const pad = padding(
		found.map(([, fraction]) => fraction),
		MICROSECONDS,
	);
	const write = (text: string) => {
		const [clock = "", fraction = ""] = text.split(".");
		return `${clock}${pad(fraction)}`;
	};
	return { words: written(write("13:45:00"), found.length > 0), write };
}

/** A fraction with as many digits as most have; one that needs more has as many as others with more, and never loses one. */
function padding(fractions: (string | undefined)[], byDefault: number): (digits: string) => string {
	const lengths = fractions.map((fraction = "") => Math.max(0, fraction.length - 1));
	const usual = lengths.length === 0 ? byDefault : (lengths[0] ?? 0);
	return (digits) => {
		const length = [usual, ...lengths].find((length) => length >= digits.length) ?? MICROSECONDS;
		return length === 0 ? "" : `.${digits.padEnd(length, "0")}`;
	};
}

function uuid({ shapes: [shape] }: Habits): Form {
	const [hasDashes, isUpper] = [shape?.includes("-") ?? false, /[A-F]/.test(shape ?? "")];
	const write = (text: string) => {
		const plain = hasDashes ? text : text.replaceAll("-", "");
		return isUpper ? plain.toUpperCase() : plain;
	};
	return { words: written(write("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"), shape !== undefined), write };
}

function numeric({ storage, isText }: Habits): Form {
	if (storage === "text" || (storage === undefined && isText)) return { write: (text) => text };
	const write = (text: string) => {
		const plain = plainDecimal(text, true);
		if (plain === undefined) return new Unfit("it is no number that SQLite has");
		if (storage === "integer" && isInteger(plain)) return BigInt(plain);
		const nearest = Number(text);
		if (plainDecimal(digitsOf(nearest), true) !== plain)
			return new Unfit(`SQLite's REAL would make ${nearest} of it: it keeps 15 to 17 digits`);
		return nearest;
	};
	return { words: `written as ${storage ?? "real"}s${storage === undefined ? NO_VALUES : AS_MOST}`, write };
}

const AS_MOST = ", as most of its values are";
const NO_VALUES = ", as SQLAlchemy does: the column has no values";

function written(example: string | Unfit, hasValues: boolean): string {
	return `written as ${example}${hasValues ? AS_MOST : NO_VALUES}`;
}

/** A text that a 64-bit integer gives back as it is. */
function isInteger(text: string): boolean {
	return /^(0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
