import { dockerOutput } from "../prove/twin";
import { SAMPLE_BASE } from "../setup/versions";
import type { Row } from "./book";

/** Rows that are read at a time. */
const PAGE = 100_000;

/** Reads a database with Python: in a container that has it, or in one of its own with the file's directory at /look. */
export type Where = { container: string } | { directory: string; file: string };

/** All notes in the order of their ids, so many at a time that memory stays bounded. */
export async function* notesIn(where: Where): AsyncGenerator<Row[]> {
	for (let last = 0; ; ) {
		const select = `select id, text from notes where id > ${last} order by id limit ${PAGE}`;
		const said = await python(where, `for row in connection.execute("${select}"): print(*row)`);
		const page = said
			.split("\n")
			.filter(Boolean)
			.map((line) => ({ id: Number.parseInt(line, 10), text: line.slice(line.indexOf(" ") + 1) }));
		yield page;
		if (page.length < PAGE) return;
		last = page.at(-1)?.id ?? last;
	}
}

/** What SQLite's own check says: `ok`, or what is wrong. */
export function integrityOf(where: Where): Promise<string> {
	return python(where, 'print(connection.execute("pragma integrity_check").fetchone()[0])');
}

/** Runs Python with the database open as `connection`. */
export function python(where: Where, script: string): Promise<string> {
	const path = "container" in where ? "/app/data/notes.db" : `/look/${where.file}`;
	const words = ["python3", "-c", `import sqlite3\nconnection = sqlite3.connect("${path}", timeout=30)\n${script}`];
	if ("container" in where) return dockerOutput("exec", where.container, ...words);
	const mount = `type=bind,source=${where.directory},target=/look`;
	return dockerOutput("run", "--rm", "--network", "none", "--mount", mount, SAMPLE_BASE, ...words);
}
