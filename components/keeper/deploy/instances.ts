import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Instance } from "./instance";

/** The containers of the app on this host. Each has a directory in the gate, in memory, named after its host name. */
export class Instances {
	constructor(private readonly open: string | undefined) {}

	get(id: string): Instance {
		return new Instance(id, join(this.directory, id));
	}

	/** Those that wait to be told what to do. */
	asking(): Instance[] {
		return this.all().filter(({ isAsking }) => isAsking);
	}

	/** Whether an app that was let in may still be running. */
	async mayRun(): Promise<boolean> {
		for (const instance of this.all()) if (await instance.mayRun()) return true;
		return false;
	}

	/** Forgets the containers that are gone, and never the one that is to serve. */
	async tidy(serves: string): Promise<void> {
		for (const instance of this.all()) if (instance.id !== serves) await instance.forgetIfGone();
	}

	private all(): Instance[] {
		if (this.open === undefined || !existsSync(this.directory)) return [];
		const entries = readdirSync(this.directory, { withFileTypes: true });
		return entries.filter((entry) => entry.isDirectory()).map(({ name }) => this.get(name));
	}

	private get directory(): string {
		return dirname(this.open ?? "/run/holdfast/open");
	}
}
