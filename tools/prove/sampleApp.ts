import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../workspace";

export const SAMPLE_APP = "stacks/sample-app";

/** Copies the sample app into a directory, where it may be changed. */
export function copySampleApp(directory: string): void {
	cpSync(join(ROOT, SAMPLE_APP), directory, { recursive: true });
}

/** How many revisions of its schema a copy of the sample app has. */
export function revisions(app: string): number {
	return readdirSync(join(app, "migrations", "versions")).filter((name) => name.endsWith(".py")).length;
}

/** Writes the revision of such a number, from 5 on, on top of the one before it. Returns its file. */
export function writeRevision(app: string, number: number, body: string): string {
	const file = join(app, "migrations", "versions", `${number}_added.py`);
	const names = `revision = "00${number}"\ndown_revision = "00${number - 1}"`;
	const imports = "import os, signal, time\nimport sqlalchemy as sa\nfrom alembic import op";
	writeFileSync(file, `${imports}\n\n${names}\n\n\ndef upgrade():\n${body.replace(/^/gm, "    ")}\n`);
	return file;
}
