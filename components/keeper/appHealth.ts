import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two tries, and for one answer. */
const PAUSE = 100;
const ANSWER = 10_000;

/** Why the app is not well, in words; undefined when it answers with a 2xx status. */
export function healthOf(url: string, signal?: AbortSignal): Promise<string | undefined> {
	return new Promise((resolve) => {
		const sent = request(url, { agent: false, timeout: ANSWER, ...(signal && { signal }) }, (response) => {
			response.resume();
			const { statusCode = 0 } = response;
			resolve(statusCode >= 200 && statusCode < 300 ? undefined : `${url} answers ${statusCode}`);
		});
		sent.on("timeout", () => sent.destroy(new Error(`no answer within ${ANSWER / 1000} s`)));
		sent.on("error", (error) => resolve(`${url}: ${error.message}`));
		sent.end();
	});
}

/** Waits until the app is well. Returns in words why it is not, after `seconds`, or as soon as `signal` says so. */
export async function untilHealthy(url: string, seconds: number, signal?: AbortSignal): Promise<string | undefined> {
	let reason: string | undefined = "it was not asked";
	for (
		const end = performance.now() + seconds * 1000;
		performance.now() < end && !signal?.aborted;
		await sleep(PAUSE)
	) {
		reason = await healthOf(url, signal);
		if (reason === undefined) return undefined;
	}
	return reason;
}
