import { type Conversion, type Family, typeReasons } from "./conversion";

const DIGITS = (count: number) => "[0-9]".repeat(count);
const CLOCK = `${DIGITS(2)}:${DIGITS(2)}:${DIGITS(2)}`;
const DAY = `${DIGITS(4)}-${DIGITS(2)}-${DIGITS(2)}`;

/** Fraction of a second, as it is written after the seconds in `rest`, without the zone. */
function fractionOf(rest: string): string {
	return `CASE WHEN ${rest} GLOB '*Z' THEN substr(${rest}, 1, length(${rest}) - 1) WHEN ${rest} GLOB '*[+-]${DIGITS(2)}:${DIGITS(2)}' THEN substr(${rest}, 1, length(${rest}) - 6) ELSE ${rest} END`;
}

function zoneOf(rest: string): string {
	return `CASE WHEN ${rest} GLOB '*Z' THEN 'Z' WHEN ${rest} GLOB '*[+-]${DIGITS(2)}:${DIGITS(2)}' THEN substr(${rest}, -6) ELSE '' END`;
}

/** That a fraction is none, or a point and at most so many digits. */
function isFraction(fraction: string, digits: number): string {
	const some =
		digits > 0
			? ` OR (${fraction} GLOB '.[0-9]*' AND length(${fraction}) <= ${digits + 1} AND NOT substr(${fraction}, 2) GLOB '*[^0-9]*')`
			: "";
	return `(${fraction} = ''${some})`;
}

/** As Postgres writes one: no zeros at its end. */
function trimmed(fraction: string): string {
	return `rtrim(rtrim(${fraction}, '0'), '.')`;
}

function timeReasons(value: string, wants: string, hint: string): Conversion["reasons"] {
	return [
		{ when: `${value} = ''`, why: `an empty text is no ${wants}` },
		{ when: `typeof(${value}) = 'text'`, why: `it is no ${wants} that exists and that Postgres holds as it is` },
		{ when: `typeof(${value}) IN ('integer', 'real')`, why: `a number is no ${wants}`, hint },
		...typeReasons(value, wants),
	];
}

const date: Family = (value, held) => ({
	// SQLite turns a day that does not exist into another one.
	fits: `typeof(${value}) = 'text' AND date(${value}) IS ${value} AND ${value} >= '0001'`,
	reasons: [
		{
			when: `typeof(${value}) = 'text' AND substr(${value}, 11, 1) IN (' ', 'T') AND date(${value}) = substr(${value}, 1, 10)`,
			why: "it has a time of day, which a date has not",
			hint: `date(${value})`,
		},
		...timeReasons(value, "date", `date(${value}, 'unixepoch')`),
	],
	copy: value,
	canonical: `substr(${value}, 1, 10)`,
	canonicalPostgres: `${held}::text`,
	decisions: [],
});

const time: Family = (value, held, type) => {
	const digits = type.modifier < 0 ? 6 : type.modifier;
	const fraction = `substr(${value}, 9)`;
	return {
		fits: `typeof(${value}) = 'text' AND ${value} GLOB '${CLOCK}*' AND time(substr(${value}, 1, 8)) IS substr(${value}, 1, 8) AND ${isFraction(fraction, digits)}`,
		reasons: timeReasons(value, "time", `time(${value}, 'unixepoch')`),
		copy: value,
		canonical: `substr(${value}, 1, 8) || ${trimmed(fraction)}`,
		canonicalPostgres: `${held}::text`,
		decisions: [],
	};
};

/** What a text with a date and a time consists of. */
function partsOf(value: string) {
	const rest = `substr(${value}, 20)`;
	const seconds = `replace(substr(${value}, 1, 19), 'T', ' ')`;
	return { seconds, fraction: fractionOf(rest), zone: zoneOf(rest) };
}

function momentOf(value: string, type: TargetModifier) {
	const digits = type.modifier < 0 ? 6 : type.modifier;
	const { seconds, fraction, zone } = partsOf(value);
	const isText = `typeof(${value}) = 'text' AND ${value} >= '0001'`;
	const isDay = `length(${value}) = 10 AND date(${value}) IS ${value}`;
	const isMoment = `${value} GLOB '${DAY}[ T]${CLOCK}*' AND substr(${value}, 12, 2) < '24' AND datetime(${seconds}) IS ${seconds} AND ${isFraction(fraction, digits)}`;
	const hint = `datetime(${value}, 'unixepoch')`;
	const reasons: Conversion["reasons"] = [
		{
			when: `${value} GLOB '${DAY}[ T]${CLOCK}.*' AND NOT ${isFraction(fraction, digits)}`,
			why: `its fraction of a second has more than the ${digits} digits that Postgres keeps`,
			hint: `substr(${value}, 1, ${19 + (digits > 0 ? digits + 1 : 0)})`,
		},
		...timeReasons(value, "timestamp", hint),
	];
	const day = { when: `length(${value}) = 10`, words: "dates without a time become their midnight" };
	return { seconds, fraction, zone, isText, isDay, isMoment, reasons, day };
}

type TargetModifier = { modifier: number };
const UTC = "('', 'Z', '+00:00', '-00:00')";

const timestamp: Family = (value, held, type) => {
	const { seconds, fraction, zone, isText, isDay, isMoment, reasons, day } = momentOf(value, type);
	return {
		fits: `${isText} AND ((${isDay}) OR (${isMoment} AND ${zone} IN ${UTC}))`,
		reasons: [
			{
				when: `${isText} AND ${isMoment}`,
				why: "the column has no time zone, and the value has one that is not UTC",
				hint: `datetime(${value})`,
			},
			...reasons,
		],
		copy: `substr(${value}, 1, 19) || ${fraction}`,
		canonical: `CASE length(${value}) WHEN 19 THEN replace(${value}, 'T', ' ') WHEN 10 THEN ${value} || ' 00:00:00' ELSE ${seconds} || ${trimmed(fraction)} END`,
		canonicalPostgres: `${held}::text`,
		decisions: [
			day,
			{ when: `length(${value}) > 19 AND ${zone} <> ''`, words: "UTC's zone is dropped: the column has none" },
		],
	};
};

const timestamptz: Family = (value, held, type) => {
	const { seconds, fraction, zone, isText, isDay, isMoment, reasons, day } = momentOf(value, type);
	return {
		fits: `${isText} AND ((${isDay}) OR (${isMoment} AND (${zone} IN ${UTC} OR datetime(${seconds} || ${zone}) >= '0001')))`,
		reasons,
		copy: `CASE WHEN length(${value}) = 10 THEN ${value} || ' 00:00:00+00' WHEN ${zone} = '' THEN ${value} || '+00' ELSE ${value} END`,
		canonical: `CASE WHEN length(${value}) = 10 THEN ${value} || ' 00:00:00' WHEN ${zone} IN ${UTC} THEN ${seconds} || ${trimmed(fraction)} ELSE datetime(${seconds} || ${zone}) || ${trimmed(fraction)} END`,
		canonicalPostgres: `(${held} AT TIME ZONE 'UTC')::text`,
		decisions: [
			day,
			{ when: `${zone} = ''`, words: "times without a zone are taken as UTC" },
			{ when: `${zone} NOT IN ${UTC}`, words: "times of another zone keep their moment, and lose the zone's name" },
		],
	};
};

export const TIMES: Record<string, Family> = { date, time, timestamp, timestamptz };
