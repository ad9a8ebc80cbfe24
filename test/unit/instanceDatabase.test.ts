import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { Made } from "./mocks";
import { SHELLS, type ShellContainer, ShellHost, until } from "./shellContainer";

beforeAll(() => new Made().start());

const SERVER = "postgresql://notes:se?cret@notes-postgres:5432/notes";
const SOCKET = "postgresql://notes:secret@/notes?host=/cloudsql/project:region:notes";
/** Says what its environment tells it. `url` is a variable of the app's own. */
const SAY = ["/bin/sh", "-c", 'echo "$DATABASE_URL $OTHER_URL $url."'];
const URLS = { DATABASE_URL: "postgresql+psycopg", OTHER_URL: "postgresql" };

async function container(shell: string, kind: "app" | "rehearsal", url = SERVER, urls: object = URLS) {
	const host = new ShellHost();
	const directory = join(host.directory, "postgres");
	mkdirSync(directory);
	writeFileSync(join(directory, "url"), url);
	const edit = (text: string) =>
		`export url=mine DATABASE_URL=sqlite:////app/notes.db OTHER_URL=; ${text.replaceAll("/run/holdfast-postgres", directory)}`;
	const app = await host.container("one", SAY, {
		...{ shell, edit: (text) => (text.includes("/etc/hostname") ? edit(text) : text) },
		...{ version: { kind }, migration: SAY, postgresUrls: urls as Record<string, string> },
	});
	return app.asking();
}

async function said(app: ShellContainer, work: () => unknown): Promise<string> {
	const before = app.stdout.length;
	await work();
	await until(() => app.stdout.length > before);
	return app.stdout.slice(before).trim();
}

it.each(SHELLS)("a container is told by the keeper where its data is, at each start anew, in %s", async (shell) => {
	const app = await container(shell, "app");
	const at = "notes:se?cret@notes-postgres:5432/notes";
	const onPostgres = `postgresql+psycopg://${at} postgresql://${at} mine.`;
	const onSqlite = "sqlite:////app/notes.db  mine.";
	expect(await said(app, () => app.instance.migrate("postgres"))).toBe(onPostgres);
	// What the one before was told is forgotten.
	expect(await said(app, () => app.instance.migrate())).toBe(onSqlite);
	expect(await said(app, () => app.instance.admit("postgres"))).toBe(onPostgres);
	await app.ended();
	await app.asking();
	expect(await said(app, () => app.instance.admit())).toBe(onSqlite);
});

it.each(SHELLS)("a rehearsal has a database of its own, in %s", async (shell) => {
	for (const [url, expected] of [
		["postgresql://notes:secret@notes-postgres:5432/notes", "notes:secret@notes-postgres:5432/notes_rehearsal"],
		[SOCKET, "notes:secret@/notes_rehearsal?host=/cloudsql/project:region:notes"],
	]) {
		const app = await container(shell, "rehearsal", url);
		for (const run of [() => app.instance.migrate("postgres"), () => app.instance.tryApp("postgres")]) {
			expect(await said(app, run)).toContain(`postgresql+psycopg://${expected} `);
		}
		app.remove();
	}
});

it("a container that cannot be told where Postgres is does not run on SQLite instead", async () => {
	const [shell = ""] = SHELLS;
	const bare = await container(shell, "app", SERVER, {});
	expect(await bare.instance.migrate("postgres")).toBe(75);
	bare.instance.admit("postgres");
	await bare.ended();
	expect([bare.code, bare.stdout]).toEqual([75, ""]);
	expect(bare.stderr).toContain("nothing tells this app where Postgres is");
	const without = await container(shell, "app", "");
	without.instance.admit("postgres");
	await without.ended();
	expect([without.code, without.stdout]).toEqual([75, ""]);
});
