import type { Alert } from "./log";

/** The app beside a keeper whose disk goes with the instance: how it is let in, and how it is ended. */
export interface AppSide {
	/** Whether it was let in. */
	readonly isReady: boolean;
	/**
	 * Lets it in, and waits until it is well. Returns in words why it is not.
	 *
	 * @param isOver whether nobody waits for it any more
	 */
	start(isOver: () => boolean): Promise<string | undefined>;
	/** It is not to go on. Returns whether the keeper has to end for that. */
	stop(): boolean;
	/** Whether no app can be running, so that a database may be put in place. */
	noneRuns(): Promise<boolean>;
	/** Why it does not answer as it should, in words; undefined where it does. */
	illness(): Promise<string | undefined>;
}

/** Milliseconds between two looks at an app, and for how many looks in a row it may be ill until a person is told. */
export const APP_LOOK = 10_000;
const ILL_LOOKS = 6;

/** How an app that was let in has been, counted in looks: a sleep of the whole instance is no time in which it is ill. */
export class AppWellness {
	private illLooks = 0;
	private illness: string | undefined;

	constructor(private readonly app: Pick<AppSide, "isReady" | "illness">) {}

	async look(): Promise<void> {
		if (!this.app.isReady) return;
		this.illness = await this.app.illness();
		this.illLooks = this.illness === undefined ? 0 : this.illLooks + 1;
	}

	get alert(): Alert | undefined {
		if (this.illLooks < ILL_LOOKS) return undefined;
		const seconds = (this.illLooks * APP_LOOK) / 1000;
		return { kind: "app", message: `the app has not been well for ${seconds} s: ${this.illness}` };
	}
}
