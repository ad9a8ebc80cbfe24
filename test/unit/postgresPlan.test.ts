import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { replacementsOf } from "../../components/keeper/postgres/command";
import { asRefusal } from "../../components/keeper/postgres/failure";
import { match } from "../../components/keeper/postgres/plan";
import { problemsRefusal } from "../../components/keeper/postgres/problems";
import { urlOf, wordsOf } from "../../components/keeper/postgres/server";
import { type ForeignKey, inOrder } from "../../components/keeper/postgres/target";
import { Refusal } from "../../components/keeper/refusal";

const named = (...names: string[]) => names.map((name) => ({ name }));
const thrown = (work: () => unknown): Refusal => {
	try {
		work();
	} catch (error) {
		return error as Refusal;
	}
	throw new Error("nothing was thrown");
};

describe("names of both sides", () => {
	it("belong together where they are the same", () => {
		expect(match("Notes", named("notes", "Notes"), named("Notes", "notes"))).toEqual({ name: "Notes" });
	});

	it("or differ in nothing but case, where that is certain", () => {
		expect(match("Notes", named("notes"), named("Notes"))).toEqual({ name: "notes" });
		expect(match("Notes", named("notes", "NOTES"), named("Notes"))).toBeUndefined();
		// The other one is that one's by its own name.
		expect(match("Notes", named("notes"), named("Notes", "notes"))).toBeUndefined();
		expect(match("Notes", named("note"), named("Notes"))).toBeUndefined();
	});
});

describe("the order of tables", () => {
	const key = (table: string, parent: string) => ({ table, parent }) as ForeignKey;
	const ordered = (tables: string[], keys: ForeignKey[]) => inOrder(named(...tables), keys).map(({ name }) => name);

	it("has parents before their children", () => {
		expect(ordered(["a", "b", "c"], [key("a", "b"), key("b", "c")])).toEqual(["c", "b", "a"]);
	});

	it("ends with all tables where they refer to themselves and to each other", () => {
		expect(ordered(["a", "b", "c"], [key("a", "a"), key("a", "b"), key("b", "a")])).toEqual(["b", "a", "c"]);
	});
});

describe("the server's URL", () => {
	it("comes from the file that is named, before the variable", () => {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-url-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		const file = join(directory, "url");
		writeFileSync(file, "postgresql://app:secret@db:5432/app\n");
		const { url, where } = urlOf({ HOLDFAST_POSTGRES_URL_FILE: file, HOLDFAST_POSTGRES_URL: "postgresql://x@y/z" });
		expect([url.host, wordsOf(url), where]).toEqual([
			"db:5432",
			"postgresql://app@db:5432/app",
			`HOLDFAST_POSTGRES_URL_FILE ${file}`,
		]);
	});

	it("may name a socket's directory, as Cloud SQL's does", () => {
		const text = "postgresql://app:secret@/app?host=/cloudsql/project:region:instance";
		const { url } = urlOf({ HOLDFAST_POSTGRES_URL: text });
		expect(wordsOf(url)).toBe("postgresql://app@/cloudsql/project:region:instance/app");
	});

	it.each([
		[{}, "there is no URL"],
		[{ HOLDFAST_POSTGRES_URL: "mysql://app:secret@db/app" }, "not with postgresql:"],
		[{ HOLDFAST_POSTGRES_URL: "postgresql://app:secret@db" }, "names no database"],
		[{ HOLDFAST_POSTGRES_URL: "app:sec ret@db/app" }, ""],
		[{ HOLDFAST_POSTGRES_URL_FILE: "/nowhere/url" }, "/nowhere/url"],
	])("%j is refused without its password", (env, words) => {
		const { code, found } = thrown(() => urlOf(env));
		expect(code).toBe("postgres-unreachable");
		expect(found).toContain(words);
		expect(found).not.toMatch(/sec ?ret/);
	});
});

describe("what cannot be moved", () => {
	const problem = {
		table: "notes",
		column: "n",
		count: 2,
		why: "it is no whole number",
		type: "bigint",
		replace: "round(n)",
	};

	it("is told with row, value, type and a line to paste", () => {
		const { code, found, remedy } = problemsRefusal([{ ...problem, examples: [{ row: "7", value: "5.5" }] }]);
		expect(code).toBe("move-unfit");
		expect(found).toBe("nothing was copied: notes.n (bigint), 2 rows: it is no whole number: row 7 has 5.5");
		expect(remedy).toContain(`HOLDFAST_POSTGRES_REPLACE='{"notes.n":"round(n)"}'`);
	});

	it("has one replacement a column, that fits all of its values", () => {
		const other = { ...problem, why: "a text is no integer", replace: "0", otherwise: "NULL" };
		expect(problemsRefusal([problem, other]).remedy).toContain(`'{"notes.n":"NULL"}'`);
		expect(problemsRefusal([problem, { ...problem, column: "it's" }]).remedy).toContain(`"notes.it'\\''s"`);
	});

	it("names all of them, the first twenty in full", () => {
		const { found } = problemsRefusal(Array.from({ length: 22 }, (_, index) => ({ ...problem, column: `c${index}` })));
		expect(found).toContain("notes.c19 (bigint), 2 rows");
		expect(found).toContain("and, with how many rows: notes.c20 (2), notes.c21 (2)");
	});

	it("is said in the same way where only Postgres sees it", () => {
		const of = (code: string, more = {}) =>
			asRefusal(Object.assign(new Error("duplicate key"), { code, ...more })) as Refusal;
		const { code, found } = of("23505", {
			table: "users",
			constraint: "users_email_key",
			detail: "Key (email)=(a) exists.",
		});
		expect(code).toBe("move-unfit");
		expect(found).toContain("users, by its constraint users_email_key: duplicate key; Key (email)=(a) exists.");
		expect(of("55P03").code).toBe("move-foreign-rows");
		expect(of("57P01")).not.toBeInstanceOf(Refusal);
	});
});

describe("replace", () => {
	it("is a map of expressions, or nothing", () => {
		expect(replacementsOf(undefined)).toEqual({});
		expect(replacementsOf(" ")).toEqual({});
		expect(replacementsOf('{"notes.n":"NULL"}')).toEqual({ "notes.n": "NULL" });
	});

	it.each(["[]", "null", "{", '"x"'])("is not %s", (text) =>
		expect(thrown(() => replacementsOf(text)).code).toBe("settings-wrong"),
	);

	it("names every entry without an expression", () => {
		expect(thrown(() => replacementsOf('{"a.b":1,"a.c":"NULL","a.d":null}')).found).toContain("for a.b, a.d");
	});
});
