import { setTimeout as sleep } from "node:timers/promises";
import { healthOf, untilHealthy } from "./appHealth";
import type { AppSide } from "./appSide";
import { isReachable } from "./door/reachable";
import type { Settings } from "./settings";

/** Milliseconds between two looks whether an app without a health check takes connections, and for a look at one's health. */
const LOOK = 100;
const PATIENCE = 5000;

/** An app that the platform starts once the keeper says that it is ready, and ends when the keeper ends. */
export class PlatformApp implements AppSide {
	isReady = false;

	constructor(private readonly settings: Pick<Settings, "appTarget" | "appHealth" | "appStartSeconds">) {}

	/** The time that the platform takes to start its container counts. */
	async start(isOver: () => boolean): Promise<string | undefined> {
		this.isReady = true;
		const { appTarget, appHealth, appStartSeconds } = this.settings;
		if (appHealth !== undefined || appTarget === undefined) return untilHealthy(appHealth, appStartSeconds);
		for (const end = performance.now() + appStartSeconds * 1000; performance.now() < end; await sleep(LOOK)) {
			if (isOver()) break;
			if (await isReachable(appTarget)) return undefined;
		}
		return this.unreachable();
	}

	/** What was let in runs on: only the end of the instance ends it. */
	stop(): boolean {
		return this.isReady;
	}

	async noneRuns(): Promise<boolean> {
		const { appTarget } = this.settings;
		return !this.isReady && (appTarget === undefined || !(await isReachable(appTarget)));
	}

	async illness(): Promise<string | undefined> {
		const { appTarget, appHealth } = this.settings;
		if (appHealth !== undefined) return healthOf(appHealth, AbortSignal.timeout(PATIENCE));
		return appTarget === undefined || (await isReachable(appTarget)) ? undefined : this.unreachable();
	}

	private unreachable(): string {
		const { appTarget } = this.settings;
		return `${appTarget?.host}:${appTarget?.port} takes no connections`;
	}
}
