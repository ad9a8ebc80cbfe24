import { setTimeout as sleep } from "node:timers/promises";
import { send } from "./stores/http";

/** Milliseconds between two tries, and for one. */
const PAUSE = 100;
const PATIENCE = 5000;
/** Seconds for which an app that cannot be asked must have stayed up. */
const SETTLED = 3;

/**
 * Waits until the app is healthy, at most `seconds`: it answers `url` with a status below 400, or, where there is no URL,
 * nobody aborted `signal` within three seconds. Whoever sees the app end, or start again, aborts it.
 */
export async function untilHealthy(url: string | undefined, seconds: number, signal?: AbortSignal): Promise<boolean> {
	const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal }).catch(() => {});
	if (url === undefined) {
		await pause(Math.min(SETTLED, seconds) * 1000);
		return !signal?.aborted && seconds >= SETTLED;
	}
	const end = performance.now() + seconds * 1000;
	while (!signal?.aborted && performance.now() < end) {
		if (await answersWell(url, Math.min(PATIENCE, end - performance.now()))) return !signal?.aborted;
		await pause(PAUSE);
	}
	return false;
}

async function answersWell(url: string, patience: number): Promise<boolean> {
	try {
		const { status, body } = await send(new URL(url), {}, patience);
		body.resume();
		return status < 400;
	} catch {
		return false;
	}
}
