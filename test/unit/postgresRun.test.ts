import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { databaseIn, postgresUrl, withDatabase } from "../../components/keeper/postgres/location";
import { endWithParent, runPostgres } from "../../components/keeper/postgres/run";
import { Refusal } from "../../components/keeper/refusal";
import { reportOf } from "./deployScene";
import { until } from "./shellContainer";

let directory: string;
let program: string[];
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-run-"));
	program = [...process.argv];
});
afterEach(() => {
	process.argv = program;
	rmSync(directory, { recursive: true, force: true });
});

/** What runs in the place of the keeper's program. */
function child(script: string): void {
	const file = join(directory, "child.js");
	writeFileSync(file, `const say = (line) => console.log(JSON.stringify(line));\n${script}`);
	process.argv = [process.argv[0] ?? "", file];
}

const progress = { doing: "copy", table: "notes", rows: 10, totalRows: 100, rowsPerSecond: 50.4, secondsLeft: 1.8 };

it("a copy gives its report, and says calmly how far it is", async () => {
	child(`
		for (let n = 0; n < 1000; n += 1) say({ progress: ${JSON.stringify(progress)} });
		console.log("not for us");
		say({ report: { ...${JSON.stringify(reportOf("to-postgres"))}, sqlite: process.argv.slice(2).join(" ") } });`);
	const lines: string[] = [];
	const report = await runPostgres("copy", ["--from", "a b.db"], (line) => lines.push(line));
	expect(report).toMatchObject({ verified: true, sqlite: "postgres copy --from a b.db --json" });
	expect(lines).toEqual(["copying: notes, 10 of 100 rows, 50 rows/s, 2 s left"]);
});

it("what it refuses is refused here, with what to do", async () => {
	child(
		`say({ refusal: { code: "postgres-not-empty", found: "notes has 3 rows", remedy: "empty it" } }); process.exitCode = 3;`,
	);
	const failure = await runPostgres("copy", []).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(Refusal);
	expect(failure).toMatchObject({ code: "postgres-not-empty", found: "notes has 3 rows", remedy: "empty it" });
});

it.each([
	["its error", `say({ error: "connection lost" }); process.exitCode = 1;`, "connection lost"],
	["no word", `console.error("out of memory"); process.exit(1)`, "postgres compare ended with code 1: out of memory"],
	["a signal", `process.kill(process.pid, "SIGKILL")`, "postgres compare ended with SIGKILL"],
	["nothing at all", "", "postgres compare said nothing"],
	["half of it", `say({ progress: {} })`, "postgres compare said nothing"],
])("a comparison that ends with %s has failed", async (_how, script, reason) => {
	child(script);
	await expect(runPostgres("compare", [])).rejects.toThrow(reason);
});

it("a child ends when its keeper does", async () => {
	const file = join(directory, "child.js");
	writeFileSync(file, `(${endWithParent.toString()})(); console.log(process.pid); setInterval(() => {}, 1000);`);
	const keeper = join(directory, "keeper.js");
	writeFileSync(
		keeper,
		`require("child_process").spawn(process.execPath, [${JSON.stringify(file)}], { stdio: ["ignore", "inherit", "inherit", "ipc"] }); setInterval(() => {}, 1000);`,
	);
	const parent = spawn(process.execPath, [keeper], { stdio: ["ignore", "pipe", "inherit"] });
	let pid = 0;
	parent.stdout.on("data", (chunk) => {
		pid = Number(chunk);
	});
	await until(() => pid > 0);
	const runs = () => {
		try {
			return process.kill(pid, 0);
		} catch {
			return false;
		}
	};
	expect(runs()).toBe(true);
	parent.kill("SIGKILL");
	await until(() => !runs());
});

it("the URL is read where it is needed, from a file or a variable, and leads to other databases too", () => {
	const url = "postgresql://notes:se%2Fcret@host:5432/notes";
	writeFileSync(join(directory, "url"), `${url}\n`);
	expect(postgresUrl({ HOLDFAST_POSTGRES_URL_FILE: join(directory, "url") })).toBe(url);
	expect(postgresUrl({ HOLDFAST_POSTGRES_URL: url })).toBe(url);
	const socket = "postgresql://notes:secret@/notes?host=/cloudsql/a:b:c";
	expect([databaseIn(url), databaseIn(socket)]).toEqual(["notes", "notes"]);
	expect(withDatabase(url, "other")).toBe("postgresql://notes:se%2Fcret@host:5432/other");
	expect(withDatabase(socket, "other")).toBe("postgresql://notes:secret@/other?host=/cloudsql/a:b:c");
	expect(() => postgresUrl({ HOLDFAST_POSTGRES_URL_FILE: "/no/such/file" })).toThrow("does not hold");
	expect(() => postgresUrl({})).toThrow("is not set");
});
