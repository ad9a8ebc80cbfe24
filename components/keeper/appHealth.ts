import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two tries, for which requests wait at the door, and for one answer. */
const PAUSE = 25;
const ANSWER = 10_000;
/** Seconds for which an app that cannot be asked must have stayed up. */
const SETTLED = 3;

/**
 * Why the app is not well, in words; undefined when it answers with a status below 400. It is asked as from its own
 * container: many apps know only some hosts.
 */
export function healthOf(url: string, signal?: AbortSignal): Promise<string | undefined> {
	return new Promise((resolve) => {
		const headers = { host: `127.0.0.1:${new URL(url).port}` };
		const sent = request(url, { headers, agent: false, timeout: ANSWER, ...(signal && { signal }) }, (response) => {
			response.resume();
			const { statusCode = 0 } = response;
			resolve(statusCode >= 200 && statusCode < 400 ? undefined : `${url} answers ${statusCode}`);
		});
		sent.on("timeout", () => sent.destroy(new Error(`no answer within ${ANSWER / 1000} s`)));
		sent.on("error", (error) => resolve(`${url}: ${error.message}`));
		sent.end();
	});
}

/**
 * Waits until the app is well. Returns in words why it is not, after `seconds`, or as soon as `signal` says that it has
 * ended. Without a URL it cannot be asked: then it is well once it has stayed up for three seconds.
 */
export async function untilHealthy(
	url: string | undefined,
	seconds: number,
	signal?: AbortSignal,
): Promise<string | undefined> {
	const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal }).catch(() => {});
	let reason: string | undefined;
	if (url === undefined) await pause(SETTLED * 1000);
	else {
		reason = "it was not asked";
		for (const end = performance.now() + seconds * 1000; performance.now() < end; await pause(PAUSE)) {
			reason = signal?.aborted ? "" : await healthOf(url, signal);
			if (reason === undefined || signal?.aborted) break;
		}
	}
	return signal?.aborted ? "it ended by itself" : reason;
}
