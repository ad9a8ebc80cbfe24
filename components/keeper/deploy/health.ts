import { untilHealthy } from "../appHealth";
import type { Instance } from "./instance";
import type { Version } from "./version";

/** Milliseconds between two looks at whether it has ended. */
const LOOK = 100;

/** Waits until a version that was let in is well. Returns in words why it is not. */
export async function untilWell(instance: Instance, version: Version): Promise<string | undefined> {
	const ended = new AbortController();
	const watch = setInterval(() => instance.isAsking && ended.abort(), LOOK);
	try {
		return await untilHealthy(healthUrl(instance, version), version.startSeconds, ended.signal);
	} finally {
		clearInterval(watch);
	}
}

/** Where a version is asked how it is; undefined where it cannot be. */
export function healthUrl({ id }: Instance, { healthPath, port }: Version): string | undefined {
	return healthPath === undefined ? undefined : `http://${id}:${port}${healthPath}`;
}
