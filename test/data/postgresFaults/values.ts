import type { Fault } from "./fault";

/** Values that one side holds and the other does not, or holds in another way. */
export const VALUES: Fault[] = [
	{
		number: 33,
		what: "integers to 2^63 − 1 arrive",
		sqlite: `CREATE TABLE numbers (id INTEGER PRIMARY KEY, value INTEGER);
			INSERT INTO numbers VALUES (1, 9223372036854775807), (2, -9223372036854775808), (3, 9007199254740993), (4, 0), (5, NULL);`,
		postgres: "CREATE TABLE numbers (id bigint PRIMARY KEY, value bigint)",
		read: "SELECT id, value FROM numbers ORDER BY id",
		rows: ["1|9223372036854775807", "2|-9223372036854775808", "3|9007199254740993", "4|0", "5|"],
		pgloader: [],
	},
	{
		number: 33,
		what: "an integer that is too large for the column's type stops",
		sqlite: `CREATE TABLE numbers (id INTEGER PRIMARY KEY, small INTEGER, tiny INTEGER);
			INSERT INTO numbers VALUES (1, 2147483647, -32768), (2, 2147483648, 1), (3, 1, 32768);`,
		postgres: "CREATE TABLE numbers (id bigint PRIMARY KEY, small integer, tiny smallint)",
		read: "SELECT id, small, tiny FROM numbers ORDER BY id",
		rows: ["1|2147483647|-32768", "2||1", "3|1|32767"],
		stops: {
			named: [
				["numbers.small", 2, "2147483648"],
				["numbers.tiny", 3, "32768"],
			],
			replace: { "numbers.small": "NULL", "numbers.tiny": "32767" },
		},
		pgloader: ["1|2147483647|-32768", "2|2147483648|1", "3|1|32768"],
	},
	{
		number: 34,
		what: "booleans that are neither 0 nor 1 stop",
		sqlite: `CREATE TABLE flags (id INTEGER PRIMARY KEY, raised BOOLEAN);
			INSERT INTO flags VALUES (1, 0), (2, 1), (3, NULL), (4, 2), (5, 'true'), (6, -1);`,
		postgres: "CREATE TABLE flags (id bigint PRIMARY KEY, raised boolean)",
		read: "SELECT id, raised FROM flags ORDER BY id",
		rows: ["1|f", "2|t", "3|", "4|t", "5|t", "6|t"],
		stops: {
			named: [
				["flags.raised", 4, "2"],
				["flags.raised", 5, "'true'"],
				["flags.raised", 6, "-1"],
			],
			replace: { "flags.raised": "1" },
		},
		pgloader: [],
	},
	{
		number: 35,
		what: "dates with and without fraction and zone are the same moments",
		sqlite: `CREATE TABLE moments (id INTEGER PRIMARY KEY, day DATE, local DATETIME, instant TIMESTAMP);
			INSERT INTO moments VALUES
				(1, '2024-02-29', '2024-02-29 23:59:59.123456', '2024-02-29T23:59:59+02:00'),
				(2, '1969-12-31', '1969-12-31T00:00:00', '2024-01-01 00:00:00.5Z'),
				(3, NULL, NULL, '2024-07-01 12:00:00');`,
		postgres:
			"CREATE TABLE moments (id bigint PRIMARY KEY, day date, local timestamp without time zone, instant timestamptz)",
		read: "SET timezone = 'UTC'; SELECT id, day, local, instant FROM moments ORDER BY id",
		rows: [
			"1|2024-02-29|2024-02-29 23:59:59.123456|2024-02-29 21:59:59+00",
			"2|1969-12-31|1969-12-31 00:00:00|2024-01-01 00:00:00.5+00",
			"3|||2024-07-01 12:00:00+00",
		],
		pgloader: [
			"1|2024-02-29|2024-02-29 23:59:59.123456+00|2024-02-29 23:59:59",
			"2|1969-12-31|1969-12-31 00:00:00+00|2024-01-01 00:00:00.5",
			"3|||2024-07-01 12:00:00",
		],
	},
	{
		number: 35,
		what: "zero dates, '' and 0 and days that there are not stop",
		sqlite: `CREATE TABLE moments (id INTEGER PRIMARY KEY, at DATETIME);
			INSERT INTO moments VALUES (1, '2024-01-02 03:04:05'), (2, '0000-00-00 00:00:00'), (3, ''), (4, 0), (5, '2023-02-30 00:00:00');`,
		postgres: "CREATE TABLE moments (id bigint PRIMARY KEY, at timestamp)",
		read: "SET timezone = 'UTC'; SELECT id, at FROM moments ORDER BY id",
		rows: ["1|2024-01-02 03:04:05", "2|", "3|", "4|", "5|"],
		stops: {
			named: [
				["moments.at", 2, "'0000-00-00 00:00:00'"],
				["moments.at", 3, "''"],
				["moments.at", 4, "0"],
				["moments.at", 5, "'2023-02-30 00:00:00'"],
			],
			replace: { "moments.at": "NULL" },
		},
		pgloader: [],
	},
	{
		number: 36,
		what: "invalid UTF-8 stops",
		sqlite: `CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
			INSERT INTO notes VALUES (1, 'Grüße 🙂'), (2, CAST(X'61FF62' AS TEXT)), (3, CAST(X'EDA080' AS TEXT));`,
		postgres: "CREATE TABLE notes (id bigint PRIMARY KEY, body text)",
		read: "SELECT id, body FROM notes ORDER BY id",
		rows: ["1|Grüße 🙂", "2|61FF62", "3|EDA080"],
		stops: {
			named: [
				["notes.body", 2, "the bytes x'61FF62'"],
				["notes.body", 3, "the bytes x'EDA080'"],
			],
			replace: { "notes.body": "hex(body)" },
		},
		pgloader: ["1|Grüße 🙂"],
	},
	{
		number: 37,
		what: "text in an INTEGER column stops",
		sqlite: `CREATE TABLE things (id INTEGER PRIMARY KEY, amount INTEGER);
			INSERT INTO things VALUES (1, 12), (2, 'twelve'), (3, ''), (4, 1.5);`,
		postgres: "CREATE TABLE things (id bigint PRIMARY KEY, amount integer)",
		read: "SELECT id, amount FROM things ORDER BY id",
		rows: ["1|12", "2|0", "3|0", "4|1"],
		stops: {
			named: [
				["things.amount", 2, "'twelve'"],
				["things.amount", 3, "''"],
				["things.amount", 4, "1.5"],
			],
			replace: { "things.amount": "CAST(amount AS INTEGER)" },
		},
		pgloader: ["1|12"],
	},
	{
		number: 38,
		what: "NUL inside text stops",
		sqlite: `CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
			INSERT INTO notes VALUES (1, 'whole'), (2, 'before' || char(0) || 'after'), (3, char(0));`,
		postgres: "CREATE TABLE notes (id bigint PRIMARY KEY, body text)",
		read: "SELECT id, body FROM notes ORDER BY id",
		rows: ["1|whole", "2|beforeafter", "3|"],
		stops: {
			named: [
				["notes.body", 2, "the bytes x'6265666F7265006166746572'"],
				["notes.body", 3, "the bytes x'00'"],
			],
			replace: { "notes.body": "holdfast_without_nul(CAST(body AS BLOB))" },
		},
		pgloader: ["1|whole", "2|before", "3|"],
	},
	{
		number: 39,
		what: "REAL keeps all of its digits",
		sqlite: `CREATE TABLE measures (id INTEGER PRIMARY KEY, value REAL);
			INSERT INTO measures VALUES (1, 0.30000000000000004), (2, 123456789.12345679), (3, 3), (4, 1e15), (5, -0.1);`,
		postgres: "CREATE TABLE measures (id bigint PRIMARY KEY, value double precision)",
		read: "SELECT id, value::text FROM measures ORDER BY id",
		rows: ["1|0.30000000000000004", "2|123456789.12345679", "3|3", "4|1e+15", "5|-0.1"],
		pgloader: ["1|0.3", "2|1.2345679e+08", "3|3", "4|1e+15", "5|-0.1"],
	},
	{
		number: 39,
		what: "REAL to the ends of its range",
		sqlite: `CREATE TABLE measures (id INTEGER PRIMARY KEY, value REAL);
			INSERT INTO measures VALUES (1, 1.7976931348623157e308), (2, 5e-324), (3, 2.2250738585072014e-308);`,
		postgres: "CREATE TABLE measures (id bigint PRIMARY KEY, value double precision)",
		read: "SELECT id, value::text FROM measures ORDER BY id",
		rows: ["1|1.7976931348623157e+308", "2|5e-324", "3|2.2250738585072014e-308"],
		pgloader: [],
	},
	{
		number: 39,
		what: "a number that the column would round stops",
		sqlite: `CREATE TABLE prices (id INTEGER PRIMARY KEY, amount NUMERIC(10, 2));
			INSERT INTO prices VALUES (1, 19.99), (2, 0.125), (3, 12345678901), (4, 7);`,
		postgres: "CREATE TABLE prices (id bigint PRIMARY KEY, amount numeric(10, 2))",
		read: "SELECT id, amount FROM prices ORDER BY id",
		rows: ["1|19.99", "2|", "3|", "4|7.00"],
		stops: {
			named: [
				["prices.amount", 2, "0.125"],
				["prices.amount", 3, "12345678901"],
			],
			replace: { "prices.amount": "NULL" },
		},
		pgloader: [],
	},
];
