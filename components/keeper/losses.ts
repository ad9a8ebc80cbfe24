import { statSync } from "node:fs";
import { lossesOf, type Shape } from "./deploy/shape";
import { inspect } from "./inspect";
import { Refusal } from "./refusal";

/** Watches what an app does to its data from when it is let in until it is well: a migration of its own, above all. */
export class Losses {
	private before: Shape | undefined;

	constructor(
		private readonly settings: { app: string; database: string; mayLose: string[] },
		private readonly shapeOf = (database: string): Promise<Shape> => inspect("shape", database),
	) {}

	/** What is there before the app is; nothing on a first start. */
	async remember(): Promise<void> {
		const { database } = this.settings;
		const isThere = (statSync(database, { throwIfNoEntry: false })?.size ?? 0) > 0;
		this.before = isThere ? await this.shapeOf(database) : undefined;
	}

	/** @throws {Refusal} `data-would-be-lost` where rows are gone since. */
	async check(): Promise<void> {
		const { before } = this;
		if (before === undefined) return;
		const { app, database, mayLose } = this.settings;
		const losses = lossesOf(before, await this.shapeOf(database), mayLose);
		if (losses.length === 0) {
			this.before = undefined;
			return;
		}
		throw new Refusal(
			"data-would-be-lost",
			`${app} has lost data at its start, on a copy that nobody else has: ${losses.join("; ")}`,
			"correct the migration; a table that may lose rows at a start is named in deploy.mayLose",
		);
	}
}
