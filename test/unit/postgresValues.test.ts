import { describe, expect, it } from "vitest";
import { holdsDecimal, plainDecimal } from "../../components/keeper/postgres/decimal";
import { derivedDefault } from "../../components/keeper/postgres/derivedDefault";
import { declaredType } from "../../components/keeper/postgres/derivedType";
import { bitsOf, digitsOf } from "../../components/keeper/postgres/functions";
import { jsonbText } from "../../components/keeper/postgres/jsonText";

describe("a decimal number", () => {
	it.each([
		["1.5e-3", "0.0015"],
		["1.10e1", "11.0"],
		["1e2", "100"],
		["-0", "0"],
		["-0.50", "-0.50"],
		["007", "7"],
		["1.7e+3", "1700"],
		["-12.5E-2", "-0.125"],
		["5.", "5"],
	])("%s is written %s", (text, plain) => expect(plainDecimal(text, false)).toBe(plain));

	it("loses the zeros at its end only where that is asked for", () => {
		expect(plainDecimal("1.100", true)).toBe("1.1");
		expect(plainDecimal("100", true)).toBe("100");
		expect(plainDecimal("1.00", true)).toBe("1");
	});

	it.each(["", "x", "1 2", "0x10", ".5.", "1e5000", "Infinity", "NaN"])("%j is none", (text) =>
		expect(plainDecimal(text, true)).toBeUndefined(),
	);

	it("fits numeric(precision, scale) where nothing of it is rounded", () => {
		expect(holdsDecimal("99999999.99", 10, 2)).toBe(true);
		expect(holdsDecimal("100000000", 10, 2)).toBe(false);
		expect(holdsDecimal("0.125", 10, 2)).toBe(false);
		expect(holdsDecimal("0.120", 10, 2)).toBe(true);
		expect(holdsDecimal("0.12", 2, 2)).toBe(true);
		expect(holdsDecimal("-1.5", 2, 1)).toBe(true);
		expect(holdsDecimal("1e300", -1, 0)).toBe(true);
	});
});

describe("a double", () => {
	it("has its shortest digits, and a zero its sign", () => {
		expect([0.1, 1e21, 5e-324, -0, 1 / 3].map(digitsOf)).toEqual([
			"0.1",
			"1e+21",
			"5e-324",
			"-0",
			"0.3333333333333333",
		]);
	});

	it("has the bits that Postgres sends", () => {
		expect([1, -0, 0.1].map(bitsOf)).toEqual(["3ff0000000000000", "8000000000000000", "3fb999999999999a"]);
	});
});

describe("jsonb", () => {
	it.each([
		['{"bb":1.10,"a":[1e2,-0,"\\u00e9\\n/"],"c":{}, "d":[]}', '{"a": [100, 0, "é\\n/"], "c": {}, "d": [], "bb": 1.10}'],
		[" [ ] ", "[]"],
		['{"é":1,"zz":2,"a":null}', '{"a": null, "zz": 2, "é": 1}'],
		['"\\u001f\\b\\""', '"\\u001f\\b\\""'],
		["[true,false,null]", "[true, false, null]"],
	])("%s is %s", (text, kept) => expect(jsonbText(text)).toBe(kept));

	it.each(['{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":1}}', '"\\u0000"', '"\\ud800"', "1e9999"])(
		"does not keep all of %s",
		(text) => expect(jsonbText(text)).toBeUndefined(),
	);
});

describe("a column without a migration", () => {
	it.each([
		["BOOLEAN", "boolean"],
		["datetime", "timestamp"],
		["TIMESTAMP WITH TIME ZONE", "timestamp with time zone"],
		["DATE", "date"],
		["DECIMAL(8, 2)", "numeric(8, 2)"],
		["NUMERIC(5)", "numeric(5, 0)"],
		["numeric", "numeric"],
		["VARCHAR(20)", "varchar(20)"],
		["NATIVE CHARACTER(70)", "varchar(70)"],
		["BIGINT UNSIGNED", "bigint"],
		["CLOB", "text"],
		["BLOB", "bytea"],
		["DOUBLE PRECISION", "double precision"],
		["", undefined],
		["STRING", undefined],
	])("declared %j becomes %s", (declared, words) => expect(declaredType(declared)?.words).toBe(words));

	it.each([
		["CURRENT_TIMESTAMP", "timestamp", "(now() AT TIME ZONE 'UTC')"],
		["(datetime('now'))", "timestamp with time zone", "now()"],
		["CURRENT_DATE", "date", "(now() AT TIME ZONE 'UTC')::date"],
		["CURRENT_TIMESTAMP", "text", "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"],
		["1", "boolean", "true"],
		["FALSE", "boolean", "false"],
		["-1.5e3", "double precision", "-1.5e3"],
		["'it''s'", "varchar(20)", "'it''s'"],
		["7", "text", "'7'"],
		["'7'", "bigint", "7"],
		["'{}'", "json", "'{}'::json"],
	])("with the default %s, as %s, has %s", (text, type, sql) => expect(derivedDefault(text, type)).toEqual({ sql }));

	it("says which default it does not have", () => {
		expect(derivedDefault("(1 + random())", "bigint").decision).toContain("(1 + random())");
		expect(derivedDefault("2", "boolean").decision).toContain("default 2");
		expect(derivedDefault(null, "text")).toEqual({});
		expect(derivedDefault("NULL", "text")).toEqual({});
	});
});
