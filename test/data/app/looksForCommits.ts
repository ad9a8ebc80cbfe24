import { spawnSync } from "node:child_process";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DatabaseVersion } from "../../../components/keeper/acknowledge/databaseVersion";

/** Looks at a database while others do this and that to it, and prints each look at which something was seen. */
const path = "/tmp/app.db";
const version = new DatabaseVersion(path);
const seen: Record<string, boolean> = {};
/** Changes after which a number came back: who holds it from before would take it that nothing was committed. */
const cameBack: string[] = [];
const earlier = new Set<number>();
let last = version.now();

function then(what: string, act: () => void = () => {}): void {
	act();
	const now = version.now();
	seen[what] = now !== last;
	if (now !== 0 && now !== last && earlier.has(now)) cameBack.push(what);
	earlier.add(now);
	last = now;
}

/** An app of its own: it opens the database, runs a statement, and closes it. */
function app(...statements: string[]): void {
	const script = `const d = new (require("node:sqlite").DatabaseSync)("${path}"); for (const s of ${JSON.stringify(statements)}) d.exec(s); d.close()`;
	const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
	if (status !== 0) throw new Error(stderr);
}

const isZero = last === 0;
then("none yet");
then("an empty file", () => writeFileSync(path, ""));
then("the app's first table", () => app("CREATE TABLE t (a)"));
then("nothing, with a journal");
then("a row, with a journal", () => app("INSERT INTO t VALUES (1)"));
then("the WAL", () => app("PRAGMA journal_mode = WAL", "INSERT INTO t VALUES (2)"));
then("nothing, with a WAL");
then("a row, with a WAL", () => app("INSERT INTO t VALUES (3)"));
then("a reader", () => app("SELECT * FROM t"));
const held = new DatabaseSync(path);
then("a row that is not committed", () => held.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (4)"));
then("its rollback", () => held.exec("ROLLBACK"));
then("another table", () => held.exec("CREATE TABLE u (a)"));
const { busy } = held.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() as { busy: number };
last = version.now();
then("a row after a checkpoint", () => app("INSERT INTO u VALUES (1)"));
held.close();
then("a row after the last other one has closed", () => app("INSERT INTO u VALUES (2)"));
app("PRAGMA wal_checkpoint(TRUNCATE)");
last = version.now();
then("the same, put in its place", () => {
	copyFileSync(path, `${path}.new`);
	renameSync(`${path}.new`, path);
});
then("nothing in it");
then("a row in it", () => app("INSERT INTO u VALUES (3)"));
then("gone", () => {
	for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
});
then("a new one", () => app("CREATE TABLE t (a)"));
const locked = new DatabaseSync(path);
locked.exec("BEGIN EXCLUSIVE");
then("locked");
then("still locked");
locked.exec("ROLLBACK");
locked.close();
then("unlocked");
then("nothing, unlocked");
version.close();
then("suspended");
then("still suspended");
version.open();
then("resumed");
then("nothing, resumed");
const began = process.hrtime.bigint();
for (let look = 0; look < 20_000; look += 1) version.now();
const microseconds = Number(process.hrtime.bigint() - began) / 2e7;
console.log(JSON.stringify({ isZero, busy, seen, cameBack, microseconds }));
