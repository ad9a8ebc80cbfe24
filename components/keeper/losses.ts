import { statSync } from "node:fs";
import { lossesOf, type Shape } from "./deploy/shape";
import { inspect } from "./inspect";
import type { ManifestFile } from "./manifest";
import { Refusal } from "./refusal";
import type { Settings } from "./settings";
import { StoreUnreachable } from "./stores/store";

/**
 * Watches what a version that may be a new one does to its data from when it is let in until it is well: a migration of
 * its own, above all. The version that served last is not watched: what it clears away at a start is its own affair.
 */
export class Losses {
	private before: Shape | undefined;

	constructor(
		private readonly settings: Pick<Settings, "app" | "database" | "mayLose" | "version">,
		private readonly manifest: Pick<ManifestFile, "read" | "known" | "update">,
		private readonly shapeOf = (database: string): Promise<Shape> => inspect("shape", database),
	) {}

	/** What is there before the app is; nothing on a first start, and where the same version served last. */
	async remember(): Promise<void> {
		const { database } = this.settings;
		this.before = undefined;
		if ((statSync(database, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
		if (await this.servedLast()) return;
		this.before = await this.shapeOf(database);
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
			"correct the migration; a table that may lose rows at the start of a new version is named in deploy.mayLose",
		);
	}

	/** To be called once it serves, and again: until the manifest says so, the next start takes it for a new version. */
	async served(say: (line: string) => void): Promise<void> {
		const { version } = this.settings;
		if (version === undefined || this.manifest.known?.served === version) return;
		try {
			await this.manifest.update({ served: version });
		} catch (error) {
			say(`warning: that this version serves is not in the manifest yet: ${(error as Error).message}`);
		}
	}

	/** Whatever is not known may be another version. */
	private async servedLast(): Promise<boolean> {
		const { version } = this.settings;
		if (version === undefined) return false;
		try {
			return (await this.manifest.read())?.served === version;
		} catch (error) {
			if (error instanceof StoreUnreachable) return false;
			throw error;
		}
	}
}
