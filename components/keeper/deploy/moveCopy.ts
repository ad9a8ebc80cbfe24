import { existsSync } from "node:fs";
import { inspect } from "../inspect";
import type { Postgres } from "../postgres/postgres";
import type { MoveReport } from "../postgres/report";
import type { Settings } from "../settings";
import { counted } from "./shape";
import { copyForMove, discard } from "./undo";

type Tell = (line: string) => void;
type Replace = Record<string, string>;

/** The copy to Postgres in two parts, so that the door is closed for the second alone: what has changed since the first. */
export class MoveCopy {
	/** Of the first part. */
	private report: MoveReport | undefined;

	constructor(
		private readonly settings: Settings,
		private readonly postgres: () => Postgres,
	) {}

	/** All rows, from a copy of the live data, while the version of before serves. What cannot be held is refused here. */
	async first(replace: Replace, tell: Tell): Promise<void> {
		const copy = copyForMove(this.settings);
		await discard(copy);
		try {
			await inspect("copy", this.settings.database, copy);
			this.report = await this.postgres().copy(copy, replace, tell);
		} catch (error) {
			await discard(copy);
			throw error;
		}
		const { tables, seconds } = this.report;
		const rows = tables.reduce((sum, table) => sum + table.rows, 0);
		tell(`${counted(rows, "row")} went to Postgres in ${seconds.total.toFixed(1)} s; the version of before serves on`);
	}

	/** What has changed since; all rows are compared. Nobody writes any more. */
	async last(replace: Replace, tell: Tell): Promise<MoveReport> {
		const { settings, report: first } = this;
		// There is none of data that came only just before.
		const after = existsSync(copyForMove(settings)) ? copyForMove(settings) : undefined;
		const last = await this.postgres().copy(settings.database, replace, tell, { after });
		if (first === undefined || after === undefined) return last;
		// What was decided for the rows of the first part holds for the whole.
		const decisionsOf = (name: string) => first.tables.find((table) => table.name === name)?.decisions ?? [];
		const { sqlite, postgres } = last.leftAlone;
		return {
			...last,
			leftAlone: { sqlite: [...new Set([...first.leftAlone.sqlite, ...sqlite])], postgres },
			tables: last.tables.map((table) => ({
				...table,
				decisions: [...new Set([...decisionsOf(table.name), ...table.decisions])],
			})),
		};
	}

	/** Where that cannot be done now, the next start of the keeper does it. */
	async discard(tell: Tell): Promise<void> {
		this.report = undefined;
		await discard(copyForMove(this.settings)).catch((error: Error) => tell(`warning: ${error.message}`));
	}
}
