import { REFUSED, Refusal, refusalLines } from "../refusal";
import { back } from "./back/back";
import { bothSides } from "./bothSides";
import { copy, needFile, reportOf, secondsSince } from "./copy";
import { differencesOf } from "./differences";
import { asRefusal } from "./failure";
import { addFunctions } from "./functions";
import { Ledger } from "./ledger";
import { moveLines } from "./lines";
import type { Replacements } from "./plan";
import type { MoveLine, TableDifference } from "./report";
import { Server } from "./server";
import { Source } from "./source";
import { targetOf } from "./target";
import { isSame, sameOnBothSides } from "./verify";

export interface PostgresOptions {
	from?: string;
	after?: string;
	to?: string;
	database?: string;
	replace?: string;
	"replace-back"?: string;
	json?: boolean;
}

type Say = (line: MoveLine) => void;

/** `keeper postgres …`: each run is a process of its own, for it blocks while SQLite works. */
export async function postgres(what: string | undefined, options: PostgresOptions): Promise<number> {
	const say: Say = options.json
		? (line) => console.log(JSON.stringify(line))
		: (line) => {
				for (const text of moveLines(line)) console.log(text);
			};
	try {
		return await run(what, options, say);
	} catch (thrown) {
		const error = asRefusal(thrown);
		if (!options.json) throw error;
		if (!(error instanceof Refusal)) {
			say({ error: error instanceof Error ? error.message : `${error}` });
			return 1;
		}
		const { code, found, remedy } = error;
		say({ refusal: { code, found, remedy } });
		console.error(refusalLines(error));
		return REFUSED;
	}
}

async function run(what: string | undefined, options: PostgresOptions, say: Say): Promise<number> {
	const { database, from } = options;
	if (what === "baseline") return withServer(database, (server) => baseline(server, say));
	if (what === "back") return withServer(database, (server) => bringBack(server, options, say));
	const work = { copy: copyAll, verify, compare }[what ?? ""];
	if (work === undefined)
		throw new Refusal(
			"settings-wrong",
			`keeper postgres ${what ?? ""} is no command`,
			"one of copy, verify, compare, baseline, back",
		);
	const replacements = replacementsOf(options.replace ?? process.env.HOLDFAST_POSTGRES_REPLACE);
	const source = Source.open(needFile(from));
	addFunctions(source.database);
	try {
		return await withServer(database, (server) => work(source, server, replacements, say, options));
	} finally {
		source.close();
	}
}

async function withServer(database: string | undefined, work: (server: Server) => Promise<number>): Promise<number> {
	const server = await Server.connect(database);
	try {
		return await work(server);
	} finally {
		await server.close();
	}
}

async function copyAll(
	source: Source,
	server: Server,
	replacements: Replacements,
	say: Say,
	{ after }: PostgresOptions,
): Promise<number> {
	const report = await copy(source, server, { replacements, after, tell: (progress) => say({ progress }) });
	say({ report });
	return 0;
}

/** Into the file that is named by `to`, which nobody else writes. */
async function bringBack(server: Server, { to, replace, ...options }: PostgresOptions, say: Say): Promise<number> {
	const replacements = replacementsOf(replace ?? process.env.HOLDFAST_POSTGRES_REPLACE);
	const other = options["replace-back"] ?? process.env.HOLDFAST_POSTGRES_REPLACE_BACK;
	const replacementsBack = replacementsOf(other, "HOLDFAST_POSTGRES_REPLACE_BACK", "Postgres");
	const source = Source.open(needFile(to, "--to"), true);
	addFunctions(source.database);
	try {
		const report = await back(source, server, {
			replacements,
			replacementsBack,
			tell: (progress) => say({ progress }),
		});
		say({ report });
		return 0;
	} finally {
		// What is not committed by now is undone.
		source.close();
	}
}

/** Of one moment on both sides, without a change to either. */
async function verify(source: Source, server: Server, replacements: Replacements, say: Say): Promise<number> {
	const start = performance.now();
	const began = new Date().toISOString();
	const { plan, sums } = await bothSides(source, server, replacements, (progress) => say({ progress }));
	await sameOnBothSides(source, server, sums);
	const seconds = secondsSince(start);
	const report = reportOf(source, server, plan, sums, new Map());
	say({ report: { ...report, began, seconds: { copy: 0, verify: seconds, total: seconds } } });
	return 0;
}

async function compare(source: Source, server: Server, replacements: Replacements, say: Say): Promise<number> {
	const { sums } = await bothSides(source, server, replacements, (progress) => say({ progress }));
	const differences: TableDifference[] = [];
	for (const [table, both] of sums) {
		if (isSame(both)) continue;
		const { onlyPostgres, onlySqlite } = await differencesOf(source, server, table);
		differences.push({ table: table.target.name, onlyPostgres, onlySqlite });
	}
	say({ differences });
	return 0;
}

async function baseline(server: Server, say: Say): Promise<number> {
	await server.run("BEGIN");
	const ledger = new Ledger(server);
	await ledger.make();
	const { tables } = await targetOf(server);
	await ledger.baseline(tables);
	await server.run("COMMIT");
	say({ differences: [] });
	return 0;
}

/** @throws {Refusal} for what is no object of texts. */
export function replacementsOf(
	text: string | undefined,
	variable = "HOLDFAST_POSTGRES_REPLACE",
	side = "SQLite",
): Replacements {
	if (text === undefined || text.trim() === "") return {};
	const refuse = (found: string) =>
		new Refusal(
			"settings-wrong",
			`${variable} ${found}`,
			`write it as {"table.column": "NULL"}: expressions of ${side} by column`,
		);
	let found: unknown;
	try {
		found = JSON.parse(text);
	} catch (error) {
		throw refuse(`is no JSON: ${(error as Error).message}`);
	}
	if (typeof found !== "object" || found === null || Array.isArray(found)) throw refuse(`is no object: ${text}`);
	const wrong = Object.entries(found).filter(([, value]) => typeof value !== "string");
	if (wrong.length > 0) throw refuse(`has no expression for ${wrong.map(([name]) => name).join(", ")}`);
	return found as Replacements;
}
