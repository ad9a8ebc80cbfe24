import { from as copyFrom } from "pg-copy-streams";
import { quotedName } from "../database";
import { Refusal } from "../refusal";
import { blocksOf } from "./blocks";
import { type Checked, checkAll } from "./check";
import { strip } from "./constraints";
import { asRefusal } from "./failure";
import { countOf, foreignRows, Ledger, wholeRow } from "./ledger";
import { type Plan, planOf, type Replacements, type TablePlan } from "./plan";
import { problemsRefusal } from "./problems";
import { Progress } from "./progress";
import type { MoveProgress, MoveReport } from "./report";
import { canonicalPostgres, copiedColumns, copyLine, FORMAT, lookingAtBytes, Suspicious } from "./rows";
import { type DerivedSchema, derivedSchema } from "./schema";
import { continueSequences } from "./sequences";
import type { Server } from "./server";
import type { Source } from "./source";
import { postgresSum, type Sum, sqliteSum, sumOf } from "./sums";
import { type Target, targetOf } from "./target";
import { sameOnBothSides, verifyTables } from "./verify";

export interface MoveOptions {
	replacements: Replacements;
	tell: (progress: MoveProgress) => void;
}

/**
 * Copies all tables, and verifies them, in one transaction: it is committed only when both sides are the same. Whatever
 * ends it before leaves the database as it was.
 */
export async function copy(source: Source, server: Server, options: MoveOptions): Promise<MoveReport> {
	const began = new Date();
	const start = performance.now();
	const ledger = new Ledger(server);
	await server.run("BEGIN");
	try {
		await ledger.make();
		const { target, derived } = await targetOrDerived(source, server);
		const copied = await lookingAtBytes(false, (bytes) => copyTables(source, server, target, { ...options, bytes }));
		const { plan, checked, seconds } = copied;
		for (const [table, { decisions }] of checked)
			decisions.unshift(...(derived?.decisions.get(table.source.name) ?? []));
		plan.leftAlone.sqlite.push(...(derived?.leftAlone ?? []));
		const verifying = performance.now();
		const sums = await verifyTables(source, server, plan.tables, options.tell);
		await sameOnBothSides(source, server, sums);
		for (const [table, { sqlite }] of sums) await enter(server, ledger, table, sqlite);
		await server.run("COMMIT");
		const verify = secondsSince(verifying);
		await server.run(...plan.tables.map(({ target }) => `ANALYZE ${quotedName(target.name)}`));
		return {
			...reportOf(source, server, plan, sums, checked),
			began: began.toISOString(),
			seconds: { copy: seconds, verify, total: secondsSince(start) },
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
	const derived = derivedSchema(source);
	await server.run(...derived.statements);
	return { target: await targetOf(server), derived };
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

async function copyTables(
	source: Source,
	server: Server,
	target: Target,
	{ replacements, bytes, tell }: MoveOptions & { bytes: boolean },
): Promise<{ plan: Plan; checked: Map<TablePlan, Checked>; seconds: number }> {
	const start = performance.now();
	const plan = planOf(source, target, replacements, bytes);
	const { problems, tables: checked } = checkAll(source, plan);
	// All is told at once: what takes longer to find is looked for only now.
	if (problems.length > 0)
		throw problemsRefusal(bytes ? problems : checkAll(source, planOf(source, target, replacements, true)).problems);
	await server.run("SAVEPOINT tables", "SET LOCAL lock_timeout = '10s'");
	try {
		const names = plan.tables.map(({ target: { name } }) => quotedName(name)).join(", ");
		if (names !== "") await server.run(`LOCK TABLE ${names} IN ACCESS EXCLUSIVE MODE`);
		await needOwn(source, server, plan.tables);
		const stripped = await strip(
			server,
			plan.tables.map(({ target, source: { rows } }) => ({ target, rows })),
		);
		if (names !== "") await server.run(`TRUNCATE ${names}`);
		const progress = new Progress("copy", rowsOf(plan.tables), tell);
		for (const table of plan.tables) await copyTable(source, server, table, progress);
		await server.run(...stripped.restore);
		for (const table of plan.tables) await continueSequences(server, table);
	} catch (error) {
		if (error instanceof Suspicious) await server.run("ROLLBACK TO SAVEPOINT tables");
		throw error;
	}
	return { plan, checked, seconds: secondsSince(start) };
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

/** Rows as SQLite makes them, in pieces that are worth a message each; no more than the server takes. */
async function copyTable(source: Source, server: Server, table: TablePlan, progress: Progress): Promise<void> {
	const { target } = table;
	const columns = copiedColumns(table);
	if (columns === "" || table.source.rows === 0) return;
	// Rows that only this transaction can see need no second look at them later on.
	const how = target.isPartitioned ? FORMAT : `${FORMAT}, FREEZE`;
	const stream = server.stream(copyFrom(`COPY ${quotedName(target.name)} (${columns}) FROM STDIN WITH (${how})`));
	const failed = new Promise<never>((_, reject) => stream.once("error", reject));
	failed.catch(() => {});
	progress.on(target.name);
	try {
		for (const { bytes, rows } of blocksOf(source, table, copyLine(table), "line")) {
			const isFull = !stream.write(bytes);
			if (isFull) await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), failed]);
			await progress.moved(rows);
		}
		const ended = new Promise<void>((resolve) => stream.once("finish", () => resolve()));
		stream.end();
		await Promise.race([ended, failed]);
	} catch (error) {
		if (!stream.destroyed)
			await new Promise<void>((resolve) => {
				stream.once("close", () => resolve());
				stream.once("error", () => {});
				stream.destroy(error as Error);
			});
		throw error;
	}
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
