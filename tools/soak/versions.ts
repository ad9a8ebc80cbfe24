import { rmSync } from "node:fs";
import { copySampleApp, revisions, writeRevision } from "../prove/sampleApp";
import type { Twin } from "../prove/twin";
import type { Ended } from "../setup/command";

/** The versions of the sample app that a soak deploys, with migrations of their own. */
export class Versions {
	private version = 1;
	private readonly context: string;

	constructor(private readonly twin: Twin) {
		this.context = twin.directory("app");
		copySampleApp(this.context);
	}

	/** What the configuration says of the newest one. */
	build() {
		return { context: this.context, args: { VERSION: `${this.version}` } };
	}

	get newest(): string {
		return `${this.version}`;
	}

	redeploy(): Promise<Ended> {
		this.version += 1;
		return this.twin.change({ build: this.build() });
	}

	/** A column of its own is told from the others', and the version of before goes on without it. */
	migrate(): Promise<Ended> {
		this.addColumn();
		return this.redeploy();
	}

	/** The schema changes, and then the migration fails. The version that is deployed after it has no such migration. */
	async failToMigrate(): Promise<Ended> {
		const file = this.addColumn('\nraise RuntimeError("this migration fails, as the soak wants it")');
		try {
			return await this.redeploy();
		} finally {
			rmSync(file);
		}
	}

	private addColumn(after = ""): string {
		const number = revisions(this.context) + 1;
		const column = `sa.Column("added_${number}", sa.Integer, server_default="0")`;
		return writeRevision(this.context, number, `op.add_column("notes", ${column})${after}`);
	}
}
