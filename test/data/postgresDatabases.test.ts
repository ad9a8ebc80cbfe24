import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { POSTGRES_IMAGE } from "../../components/docker/postgres";
import { Databases } from "../../components/keeper/postgres/databases";
import { withDatabase } from "../../components/keeper/postgres/location";
import { docker, tryDocker, until } from "./docker";

const container = `holdfast-data-databases-${randomBytes(4).toString("hex")}`;
const said: string[] = [];
let url = "";

beforeAll(async () => {
	const memory = ["/var/lib/postgresql/data", "/run/holdfast-postgres", "/run/postgresql"];
	await docker(
		...["run", "--detach", `--name=${container}`, "--publish=127.0.0.1::5432"],
		...["--env=HOLDFAST_POSTGRES_NAME=notes", "--env=HOLDFAST_POSTGRES_HOST=server"],
		...memory.map((path) => `--tmpfs=${path}:rw,uid=999,gid=999,mode=0700`),
		POSTGRES_IMAGE,
	);
	const port = (await docker("port", container, "5432/tcp")).split(":").at(-1) ?? "";
	const found = await until("the URL", async () => {
		const { code, stdout } = await tryDocker("exec", container, "cat", "/run/holdfast-postgres/url");
		return code === 0 && `${stdout}`;
	});
	url = found.trim().replace(/@server:\d+/, `@127.0.0.1:${port}`);
}, 60_000);
afterAll(async () => {
	await tryDocker("rm", "--force", "--volumes", container);
});

async function sql(query: string, name = "notes"): Promise<unknown[][]> {
	const client = new Client({ connectionString: withDatabase(url, name) });
	await client.connect();
	try {
		return (await client.query({ text: query, rowMode: "array" })).rows as unknown[][];
	} finally {
		await client.end();
	}
}

const names = async () =>
	(await sql("SELECT datname FROM pg_database WHERE datname LIKE 'notes%' ORDER BY 1")).flat() as string[];

it("a move gets an empty database, whatever was there before, and nothing is deleted that was not ours", async () => {
	const databases = new Databases(() => url);
	const prepare = (isKnown = true) => databases.prepare(isKnown, (line) => said.push(line));
	expect(await databases.unreachable(30)).toBeUndefined();
	// Another server, or a new volume, in place of the one with the app's data.
	await expect(databases.needKnown()).rejects.toThrow("the database notes has no table, nor did any move write to it");
	// As the server's container made it; and again, where a move before did not get as far as a table.
	await prepare(false);
	await prepare(false);
	expect(await names()).toEqual(["notes"]);

	// What a move that failed has left is not taken for ours to fill.
	await sql("CREATE TABLE items (id int); INSERT INTO items VALUES (1)");
	await prepare();
	const [first = "", aside = "", ...more] = await names();
	expect([first, more, said.at(-1)]).toEqual([
		"notes",
		[],
		`the Postgres database of before was set aside, not deleted: ${aside}`,
	]);
	expect(aside).toMatch(/^notes_set_aside_\d{8}t\d{6}$/);
	expect(await sql("SELECT * FROM items", aside)).toEqual([[1]]);

	// An app was let in, and somebody is still there.
	await sql("CREATE TABLE items (id int)");
	await databases.letIn();
	await databases.needKnown();
	await expect(prepare(false)).rejects.toThrow("an app has already served on the Postgres database notes");
	expect(await names()).toHaveLength(2);
	const guest = new Client({ connectionString: url });
	guest.on("error", () => {});
	await guest.connect();
	await new Promise((resolve) => setTimeout(resolve, 1000));
	expect(await databases.setAsideServed()).toMatch(/^notes_set_aside_/);
	expect(await names()).toHaveLength(3);
	expect(await databases.setAsideServed()).toBeUndefined();
	await guest.end().catch(() => undefined);

	// Somebody else's rows, in a database without a word of ours; an empty table is in nobody's way.
	await sql("COMMENT ON DATABASE notes IS NULL; CREATE TABLE theirs (id int)");
	// So it is after a dump was restored.
	await databases.needKnown();
	await prepare();
	await sql("COMMENT ON DATABASE notes IS NULL; INSERT INTO theirs VALUES (1)");
	await expect(prepare()).rejects.toThrow("has rows that no move has written, such as in the table public.theirs");
	expect(await sql("SELECT * FROM theirs")).toEqual([[1]]);

	// One that is gone, as where a keeper died between two steps, is made again.
	await sql("ALTER DATABASE notes RENAME TO notes_lost", "postgres");
	await prepare();
	expect(await names()).toContain("notes");
});

it("a rehearsal's database is made anew and dropped, and one of that name that is somebody else's is not", async () => {
	const databases = new Databases(() => url);
	expect(await databases.makeRehearsal()).toBe("notes_rehearsal");
	await sql("CREATE TABLE items (id int)", "notes_rehearsal");
	await databases.makeRehearsal();
	expect(await sql("SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public'", "notes_rehearsal")).toEqual([
		[0],
	]);
	await databases.dropRehearsal();
	expect(await names()).not.toContain("notes_rehearsal");
	await databases.dropRehearsal();
	await sql("CREATE DATABASE notes_rehearsal", "postgres");
	await sql("CREATE TABLE theirs (id int)", "notes_rehearsal");
	await expect(databases.makeRehearsal()).rejects.toThrow("which no rehearsal has made");
	expect(await names()).toContain("notes_rehearsal");
});

it("a server that does not answer is told in words", async () => {
	const away = new Databases(() => url.replace(/:\d+\//, ":1/"));
	expect(await away.unreachable(0.5)).toContain("ECONNREFUSED");
});
