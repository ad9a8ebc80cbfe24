import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Answer } from "../../components/docker/cli";
import type { MoveReport } from "../../components/keeper/postgres/report";
import { PostgresServer } from "../../tools/servers/postgres";
import { KEEPER_IMAGE } from "../../tools/setup/keeperBundle";
import { docker, tryDocker } from "./docker";

/** Builds the keeper's image under a tag of its own. */
export async function keeperImage(context: string): Promise<string> {
	const image = `holdfast-data-test-keeper:${randomBytes(4).toString("hex")}`;
	await docker("build", "--quiet", "--tag", image, context);
	return image;
}

/** A PostgreSQL server and the keeper's image, for as long as the tests of a file run. */
export function postgresForTests(): { readonly server: PostgresServer } {
	const held = {} as { server: PostgresServer };
	let image = "";
	beforeAll(async () => {
		// Another program can be given, such as one without a check, to see that a test fails then.
		image = await keeperImage(process.env.HOLDFAST_TEST_KEEPER ?? KEEPER_IMAGE);
		held.server = await PostgresServer.start({ keeper: image });
	});
	afterAll(async () => {
		await held.server?.remove();
		await tryDocker("image", "rm", image);
	});
	return held;
}

const BOTH_SIDES = readFileSync(join(__dirname, "app", "bothSides.py"), "utf8");

/** How both sides differ, read by a program of its own. */
export async function differences(server: PostgresServer, file: string, database: string): Promise<string[]> {
	const words = ["python3", "-c", BOTH_SIDES, server.path(file), server.urlOf(database)];
	const { code, stdout, errors } = await server.tool(words);
	if (code !== 0) throw new Error(`both sides of ${file}: ${errors}`);
	return (JSON.parse(`${stdout}`) as { differences: string[] }).differences;
}

/** All that is in a database, but for what the keeper writes for itself. */
export async function dumped(server: PostgresServer, database: string, ...only: string[]): Promise<string> {
	const words = [
		"pg_dump",
		"--host=/run/postgresql",
		"--username=postgres",
		"--exclude-schema=holdfast",
		...only,
		database,
	];
	const whole = await docker("exec", server.name, ...words);
	// Since 2025 each dump has a word of its own against what is hidden in names.
	return whole.replaceAll(/^\\(un)?restrict .*$/gm, "");
}

/** The last line of what the keeper said, which says how it ended. */
export function lastOf({ code, stdout, errors }: Answer): Ending {
	const line = `${stdout}`.trim().split("\n").at(-1) ?? "";
	if (!line.startsWith("{")) throw new Error(`the keeper ended with ${code} and no line of JSON: ${line} ${errors}`);
	return JSON.parse(line) as Ending;
}

interface Ending {
	report?: MoveReport;
	refusal?: { code: string; found: string; remedy: string };
	error?: string;
}
