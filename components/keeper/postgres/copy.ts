import { quotedName } from "../database";
import { Refusal } from "../refusal";
import { checkChanges, copyChanges, counted, touched, Unlike } from "./changes";
import { type Checked, checkAll } from "./check";
import { strip } from "./constraints";
import { copyTable } from "./copyRows";
import { asRefusal } from "./failure";
import { countOf, foreignRows, Ledger, wholeRow } from "./ledger";
import { type Changes, Older } from "./older";
import { type Plan, planOf, type Replacements, type TablePlan } from "./plan";
import { problemsRefusal } from "./problems";
import { Progress } from "./progress";
import type { MoveProgress, MoveReport } from "./report";
import { canonicalPostgres, lookingAtBytes, Suspicious } from "./rows";
import { type DerivedSchema, derivedSchema } from "./schema";
import { continueSequences } from "./sequences";
import type { Server } from "./server";
import type { Source } from "./source";
import { postgresSum, type Sum, sqliteSum, sumOf } from "./sums";
import { type Target, targetOf } from "./target";
import { type Sums, sameOnBothSides, verifyTables } from "./verify";

export interface MoveOptions {
	replacements: Replacements;
	tell: (progress: MoveProgress) => void;
	/** An older state of the file, which was copied before: only what has changed since then is copied. */
	after?: string;
}

/** What was copied, and the sums of both sides. */
interface Copied {
	plan: Plan;
	checked: Map<TablePlan, Checked>;
	sums: Sums;
	/** The tables of which only the changes were copied. */
	changes: Map<TablePlan, Changes>;
	whole: string[];
	seconds: { copy: number; verify: number };
}

/**
 * Copies all tables, or what has changed in them, and verifies all rows, in one transaction: it is committed only when both
 * sides are the same. Whatever ends it before leaves the database as it was.
 */
export async function copy(source: Source, server: Server, options: MoveOptions): Promise<MoveReport> {
	const began = new Date();
	const start = performance.now();
	const ledger = new Ledger(server);
	await server.run("BEGIN");
	try {
		await ledger.make();
		const { target, derived } = await targetOrDerived(source, server);
		const { plan, checked, sums, changes, whole, seconds } = await copied(source, server, target, options);
		for (const [table, { decisions }] of checked)
			decisions.unshift(...(derived?.decisions.get(table.source.name) ?? []));
		plan.leftAlone.sqlite.push(...(derived?.leftAlone ?? []));
		for (const [table, { sqlite }] of sums) await enter(server, ledger, table, sqlite);
		await server.run("COMMIT");
		const analyzed = plan.tables.filter((table) => !changes.has(table));
		await server.run(...analyzed.map(({ target }) => `ANALYZE ${quotedName(target.name)}`));
		return {
			...reportOf(source, server, plan, sums, checked),
			began: began.toISOString(),
			seconds: { ...seconds, total: secondsSince(start) },
			...(options.after !== undefined && { since: { older: options.after, ...counted(changes), whole } }),
		};
	} catch (error) {
		await server.run("ROLLBACK").catch(() => {});
		throw asRefusal(error);
	}
}

/** Into a database without a table, SQLite's own schema goes first. */
async function targetOrDerived(source: Source, server: Server): Promise<{ target: Target; derived?: DerivedSchema }> {
	const target = await targetOf(server);
	if (target.tables.length > 0) return { target };
	await needNoneElsewhere(server);
	const derived = derivedSchema(source);
	await server.run(...derived.statements);
	return { target: await targetOf(server), derived };
}

/** @throws {Refusal} where the app's migration has made its tables in another schema: it would not see those that we made. */
async function needNoneElsewhere(server: Server): Promise<void> {
	const found = await server.rows<{ table: string }>(
		"SELECT format('%I.%I', nspname, relname) AS table FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND nspname NOT IN ('public', 'holdfast', 'information_schema') AND nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LIMIT 5",
	);
	if (found.length === 0) return;
	throw new Refusal(
		"move-unfit",
		`${server.words} has no table in the schema public, and some elsewhere: ${found.map(({ table }) => table).join(", ")}`,
		"have the app's migration make its tables in public (its search_path, or the schema that its models name), or name a database without them",
	);
}

/** Of a table that Postgres fills further columns of, these count too: nobody else may change them unseen. */
async function enter(server: Server, ledger: Ledger, plan: TablePlan, sum: Sum): Promise<void> {
	const { name, columns } = plan.target;
	const isAll = columns.every((column) => plan.columns.some(({ target }) => target === column));
	const expression = isAll ? canonicalPostgres(plan) : wholeRow(plan.target);
	const own = isAll ? sum : await sumOf(server, name, expression);
	await ledger.write({ table: name, writer: "copy", expression, ...own });
}

export function reportOf(
	source: Source,
	server: Server,
	{ leftAlone }: Plan,
	sums: Map<TablePlan, { sqlite: Sum }>,
	checked: Map<TablePlan, Checked>,
): Omit<MoveReport, "began" | "seconds"> {
	return {
		direction: "to-postgres",
		sqlite: source.path,
		postgres: server.words,
		tables: [...sums].map(([table, { sqlite }]) => ({
			name: table.target.name,
			...sqlite,
			decisions: checked.get(table)?.decisions ?? table.decisions,
			replaced: checked.get(table)?.replaced ?? {},
		})),
		leftAlone,
		verified: true,
	};
}

/** What has changed where that is asked for and comes out equal, else all. */
async function copied(source: Source, server: Server, target: Target, options: MoveOptions): Promise<Copied> {
	const { after } = options;
	if (after === undefined) return copyAndVerify(source, server, target, options);
	const older = new Older(source, after);
	await server.run("SAVEPOINT changes");
	try {
		return await copyAndVerify(source, server, target, options, older);
	} catch (error) {
		const reason = whyUnequal(error);
		if (reason === undefined) throw error;
		await server.run("ROLLBACK TO SAVEPOINT changes");
		const all = await copyAndVerify(source, server, target, options);
		return { ...all, whole: [`all tables: what had changed was not enough: ${reason}`] };
	}
}

/** The reason of a copy that came out otherwise than a whole one would; undefined for all else. */
function whyUnequal(error: unknown): string | undefined {
	const { code, message } = error as { code?: string; message: string };
	if (error instanceof Unlike) return message;
	if (error instanceof Refusal) return error.code === "move-not-verified" ? error.found : undefined;
	// A constraint that rows break which have not changed themselves: the check of all of them names these.
	return code?.startsWith("23") ? message : undefined;
}

async function copyAndVerify(
	source: Source,
	server: Server,
	target: Target,
	options: MoveOptions,
	older?: Older,
): Promise<Copied> {
	const work = (bytes: boolean) => copyTables(source, server, target, { ...options, bytes }, older);
	const { seconds, ...copied } = await lookingAtBytes(false, work);
	const verifying = performance.now();
	// What has not changed was looked at when it was copied.
	for (const table of copied.changes.keys()) table.bytes = true;
	const sums = await verifyTables(source, server, copied.plan.tables, options.tell);
	await sameOnBothSides(source, server, sums);
	return { ...copied, sums, seconds: { copy: seconds, verify: secondsSince(verifying) } };
}

async function copyTables(
	source: Source,
	server: Server,
	target: Target,
	{ replacements, bytes, tell }: MoveOptions & { bytes: boolean },
	older?: Older,
): Promise<Omit<Copied, "sums" | "seconds"> & { seconds: number }> {
	const start = performance.now();
	const plan = planOf(source, target, replacements, bytes);
	const { changes, whole } = (await older?.changesOf(plan, new Ledger(server))) ?? { changes: new Map(), whole: [] };
	const { problems, checked } = checkChanges(source, plan, changes);
	// All is told at once: what takes longer to find is looked for only now.
	if (problems.length > 0)
		throw problemsRefusal(bytes ? problems : checkAll(source, planOf(source, target, replacements, true)).problems);
	await server.run("SAVEPOINT tables", "SET LOCAL lock_timeout = '10s'");
	try {
		const all = plan.tables.filter((table) => !changes.has(table));
		if (plan.tables.length > 0) await server.run(`LOCK TABLE ${namesOf(plan.tables)} IN ACCESS EXCLUSIVE MODE`);
		await needOwn(source, server, all);
		const { restore } = await strip(
			server,
			plan.tables.map((table) => touched(table, changes.get(table))),
		);
		if (all.length > 0) await server.run(`TRUNCATE ${namesOf(all)}`);
		const came = [...changes.values()].reduce((sum, { came }) => sum + came, 0);
		const progress = new Progress("copy", rowsOf(all) + came, tell);
		for (const table of plan.tables) {
			const changed = changes.get(table);
			if (changed === undefined) await copyTable(source, server, table, progress);
			else await copyChanges(source, server, changed, progress);
		}
		await server.run(...restore);
		for (const table of plan.tables) await continueSequences(server, table);
	} catch (error) {
		if (error instanceof Suspicious) await server.run("ROLLBACK TO SAVEPOINT tables");
		throw error;
	}
	return { plan, checked, changes, whole, seconds: secondsSince(start) };
}

function namesOf(tables: TablePlan[]): string {
	return tables.map(({ target: { name } }) => quotedName(name)).join(", ");
}

/** @throws {Refusal} where a table holds rows that are neither ours nor the same as SQLite's. */
async function needOwn(source: Source, server: Server, tables: TablePlan[]): Promise<void> {
	const ledger = new Ledger(server);
	const found: { table: string; rows: number }[] = [];
	for (const table of tables) {
		const { name } = table.target;
		const rows = await countOf(server, name);
		if (rows === 0 || (await ledger.isOurs(name))) continue;
		if (rows === table.source.rows) {
			const silent = new Progress("verify", rows, () => {});
			const [one, other] = await Promise.all([postgresSum(server, table), sqliteSum(source, table, silent)]);
			if (one.hash === other.hash) continue;
		}
		found.push({ table: name, rows });
	}
	if (found.length > 0) throw foreignRows(server, found);
}

export function rowsOf(tables: TablePlan[]): number {
	return tables.reduce((sum, { source: { rows } }) => sum + rows, 0);
}

export function secondsSince(start: number): number {
	return Math.round(performance.now() - start) / 1000;
}

export function needFile(file: string | undefined, option = "--from"): string {
	if (file !== undefined && file !== "") return file;
	throw new Refusal("settings-wrong", "keeper postgres needs the SQLite file", `name it: ${option} /data/app.db`);
}
