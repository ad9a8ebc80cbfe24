import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeRevision } from "../../tools/prove/sampleApp";
import { docker, dockerOutput, succeeds, TestStack } from "./testStack";

/** Rows that the data begins with: so many notes, and half as many tags that point at them. */
export const NOTES = 100_000;
export const TAGS = NOTES / 2;
/** True only where the version rehearses. */
export const REHEARSES = 'os.path.exists("/run/holdfast-live")';

const SAMPLE_APP = join(__dirname, "..", "..", "stacks", "sample-app");

interface Next {
	/** Body of a migration, in the place of the version's before, or `onTop` of it. */
	migration?: string;
	onTop?: boolean;
	/** Lines that run when the app starts. */
	program?: string;
}

/** The sample app with 100,000 notes, whose next versions a test makes. */
export class MigrationScene {
	private version = 1;
	/** Of the test's own migrations, which begin after the sample's four. */
	private revision = 5;

	private constructor(
		readonly stack: TestStack,
		private readonly app: string,
	) {}

	static async make(): Promise<MigrationScene> {
		const stack = await TestStack.make();
		const scene = new MigrationScene(stack, stack.sampleApp());
		scene.configure();
		await succeeds(stack.up());
		await scene.python(`
connection.execute("BEGIN")
connection.executemany("INSERT INTO notes (id, text, created_at) VALUES (?, ?, '2026-01-01')", ((n, f"note {n}") for n in range(1, ${NOTES} + 1)))
connection.executemany("INSERT INTO tags (note_id, name) VALUES (?, 'tag')", ((n,) for n in range(1, ${TAGS} + 1)))
connection.execute("COMMIT")`);
		return scene;
	}

	/** Makes another version of the app. */
	next({ migration, program = "", onTop }: Next, deploy: object = {}): this {
		this.version += 1;
		if (onTop) this.revision += 1;
		const revision = writeRevision(this.app, this.revision, migration ?? "pass");
		if (migration === undefined) rmSync(revision);
		const gunicorn = join(this.app, "gunicorn.conf.py");
		writeFileSync(
			gunicorn,
			`import os, sys\n${program}\n${readFileSync(join(SAMPLE_APP, "gunicorn.conf.py"), "utf8")}`,
		);
		this.configure(deploy);
		return this;
	}

	/** What `/health` says. */
	async health(): Promise<string | undefined> {
		const response = await fetch(`${this.stack.url}/health`, { signal: AbortSignal.timeout(30_000) });
		return ((await response.json()) as { version: string }).version;
	}

	/** Asks for the version again and again while something is done. Returns each answer, or the error. */
	async during<T>(work: () => Promise<T>): Promise<{ result: T; answers: Set<string>; asked: number }> {
		const answers = new Set<string>();
		let asked = 0;
		let done = false;
		const asking = (async () => {
			for (; !done; await sleep(50)) {
				answers.add(
					await this.health().then(
						(version) => `${version}`,
						(error: Error) => error.message,
					),
				);
				asked += 1;
			}
		})();
		try {
			return { result: await work(), answers, asked };
		} finally {
			done = true;
			await asking;
		}
	}

	/** A hash of every row of the data, and of the schema; Litestream's own tables change by themselves. */
	async fingerprint(): Promise<string> {
		return this.python(`
import hashlib
digest = hashlib.sha256()
for line in connection.iterdump():
    if "_litestream_" not in line: digest.update(line.encode())
print(digest.hexdigest(), connection.execute("PRAGMA integrity_check").fetchone()[0])`);
	}

	/** Runs Python with the database open, in the container that serves. */
	async python(script: string): Promise<string> {
		const open =
			'import sqlite3\nconnection = sqlite3.connect("/app/data/notes.db", isolation_level=None, timeout=30)\n';
		return dockerOutput("exec", await this.stack.app(), "python3", "-c", open + script);
	}

	async rows(table: string): Promise<number> {
		return Number(await this.python(`print(connection.execute("SELECT count(*) FROM ${table}").fetchone()[0])`));
	}

	async keeperLog(): Promise<string> {
		const { stdout, errors } = await docker.run(["logs", `${this.stack.container}-keeper`]);
		return `${stdout}${errors}`;
	}

	private configure(deploy: object = {}): void {
		this.stack.configure({ build: { context: this.app, args: { VERSION: `${this.version}` } }, deploy });
	}
}
