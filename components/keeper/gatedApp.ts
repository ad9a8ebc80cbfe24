import { setTimeout as sleep } from "node:timers/promises";
import { healthOf, untilHealthy } from "./appHealth";
import type { AppSide } from "./appSide";
import { Gate } from "./gate";
import type { Settings } from "./settings";
import type { Vouch } from "./vouch";

/** Milliseconds between two looks at the gate. */
const LOOK = 50;

/** An app that waits at a file, and that its watchdog ends where the keeper does not vouch for it. */
export class GatedApp implements AppSide {
	private readonly gate: Gate;

	constructor(
		private readonly settings: Pick<Settings, "open" | "appHealth" | "appStartSeconds">,
		private readonly vouch: Vouch,
	) {
		this.gate = new Gate(settings.open);
	}

	get isReady(): boolean {
		return this.gate.isOpen;
	}

	async start(isOver: () => boolean): Promise<string | undefined> {
		const { gate } = this;
		const { appHealth, appStartSeconds } = this.settings;
		const end = performance.now() + appStartSeconds * 1000;
		while (!gate.isAsked && !gate.isOpen) {
			if (performance.now() > end || isOver()) return "it does not wait at its gate";
			await sleep(LOOK);
		}
		// Before it runs: the watchdog starts with it.
		this.vouch.beat();
		gate.admit();
		const asked = new AbortController();
		const watching = setInterval(() => gate.isAsked && asked.abort(), LOOK);
		try {
			return await untilHealthy(appHealth, (end - performance.now()) / 1000, asked.signal);
		} finally {
			clearInterval(watching);
		}
	}

	stop(): boolean {
		this.vouch.stop();
		return false;
	}

	async noneRuns(): Promise<boolean> {
		return this.gate.holdsTheApp;
	}

	async illness(): Promise<string | undefined> {
		return this.settings.appHealth === undefined ? undefined : healthOf(this.settings.appHealth);
	}
}
