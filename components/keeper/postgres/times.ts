import { type Conversion, type Family, typeReasons } from "./conversion";

const DIGITS = (count: number) => "[0-9]".repeat(count);
const CLOCK = `${DIGITS(2)}:${DIGITS(2)}:${DIGITS(2)}`;
const DAY = `${DIGITS(4)}-${DIGITS(2)}-${DIGITS(2)}`;

/** The zone at the end of a moment, of which the first 19 characters are known to be digits in their places. */
function zoneOf(value: string): string {
	return `CASE WHEN length(${value}) <= 19 THEN '' WHEN substr(${value}, -1) = 'Z' THEN 'Z' WHEN substr(${value}, -6, 1) IN ('+', '-') THEN substr(${value}, -6) ELSE '' END`;
}

/** The fraction of a second, with its point. */
function fractionOf(value: string): string {
	return `CASE WHEN length(${value}) <= 19 THEN '' WHEN substr(${value}, -1) = 'Z' THEN substr(${value}, 20, length(${value}) - 20) WHEN substr(${value}, -6, 1) IN ('+', '-') THEN substr(${value}, 20, length(${value}) - 25) ELSE substr(${value}, 20) END`;
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
	// SQLite turns a day that does not exist into another one. Whatever the column's collation says is equal, all bytes count.
	fits: `typeof(${value}) = 'text' AND date(${value}) IS ${value} COLLATE BINARY AND ${value} >= '0001'`,
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
		fits: `typeof(${value}) = 'text' AND ${value} GLOB '${CLOCK}*' AND time(substr(${value}, 1, 8)) IS substr(${value}, 1, 8) AND ${value} <= '24:00:00' AND ${isFraction(fraction, digits)}`,
		reasons: timeReasons(value, "time", `time(${value}, 'unixepoch')`),
		copy: value,
		canonical: `substr(${value}, 1, 8) || ${trimmed(fraction)}`,
		canonicalPostgres: `${held}::text`,
		decisions: [],
	};
};

function momentOf(value: string, type: TargetModifier) {
	const digits = type.modifier < 0 ? 6 : type.modifier;
	const seconds = `replace(substr(${value}, 1, 19), 'T', ' ')`;
	const [fraction, zone] = [fractionOf(value), zoneOf(value)];
	const isDay = `length(${value}) = 10 AND date(${value}) IS ${value}`;
	const isClock = `substr(${value}, 12, 2) < '24' AND datetime(${seconds}) IS ${seconds}`;
	const isMoment = `(${value} GLOB '${DAY}[ T]${CLOCK}*' AND ${isClock} AND ${isFraction(fraction, digits)})`;
	// What most apps write is looked at in one go: without a zone, and with all six digits of a fraction or none.
	const isPlain = [[19, ""], ...(digits === 6 ? [[26, `.${DIGITS(6)}`]] : [])].map(
		([length, end]) => `(length(${value}) = ${length} AND ${value} GLOB '${DAY}[ T]${CLOCK}${end}' AND ${isClock})`,
	);
	const fits = (isZone: string) =>
		`typeof(${value}) = 'text' AND ${value} >= '0001' AND (${isPlain.join(" OR ")} OR (${isDay}) OR (${isMoment} AND ${isZone}))`;
	// SQLite gives back unchanged only moments that exist. All bytes count: its functions end at a NUL.
	const head = `substr(${value}, 1, 19)`;
	const isWhole = `datetime(${value}) IS ${value}`;
	const isExact = `datetime(${head}) IS ${head} AND substr(${value}, 20) GLOB '.${DIGITS(6)}'`;
	const plain = `CASE octet_length(${value}) WHEN 19 THEN ${isWhole} WHEN ${digits === 6 ? 26 : -1} THEN ${isExact} ELSE 0 END AND substr(${value}, 12, 2) < '24' AND ${value} >= '0001'`;
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
	return { seconds, fraction, zone, isMoment, fits, plain, reasons, day };
}

type TargetModifier = { modifier: number };
const UTC = "('', 'Z', '+00:00', '-00:00')";

const timestamp: Family = (value, held, type) => {
	const { seconds, fraction, zone, isMoment, fits, plain, reasons, day } = momentOf(value, type);
	return {
		plain,
		fits: fits(`${zone} IN ${UTC}`),
		reasons: [
			{
				when: `typeof(${value}) = 'text' AND ${value} >= '0001' AND ${isMoment}`,
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
	const { seconds, fraction, zone, fits, reasons, day } = momentOf(value, type);
	return {
		fits: fits(`(${zone} IN ${UTC} OR datetime(${seconds} || ${zone}) >= '0001')`),
		reasons,
		copy: `CASE WHEN length(${value}) = 10 THEN ${value} || ' 00:00:00+00' WHEN ${zone} = '' THEN ${value} || '+00' ELSE ${value} END`,
		canonical: `CASE WHEN length(${value}) = 10 THEN ${value} || ' 00:00:00' WHEN ${zone} IN ${UTC} THEN ${seconds} || ${trimmed(fraction)} ELSE datetime(${seconds} || ${zone}) || ${trimmed(fraction)} END`,
		canonicalPostgres: `(${held} AT TIME ZONE 'UTC')::text`,
		decisions: [
			day,
			{ when: `length(${value}) > 10 AND ${zone} = ''`, words: "times without a zone are taken as UTC" },
			{ when: `${zone} NOT IN ${UTC}`, words: "times of another zone keep their moment, and lose the zone's name" },
		],
	};
};

export const TIMES: Record<string, Family> = { date, time, timestamp, timestamptz };
