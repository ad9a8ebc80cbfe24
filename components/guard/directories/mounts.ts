import { isHidden } from "../rules/values";
import { isSameMount, type Location, locationsOf } from "./locations";
import { type Found, shownMount } from "./words";
import { isWithin, type Mount, type Workload } from "./workload";

type Pair = { old: Mount; next?: Mount };

/** What becomes of each mount: another volume, another path, none. */
export function compareMounts(before: Workload, after: Workload): Found[] {
	const hidden = after.hidden.find((input) => /mounts|volumes|template|spec|containerDefinitions/i.test(input));
	if (hidden !== undefined) return unseen(before, hidden);
	return pairs(before.mounts, after.mounts).flatMap(({ old, next }) => {
		if (next === undefined) return after.isSummary ? [] : removed(before, old);
		return [...changedSource(after, old, next), ...changedPath(before, after, old, next)];
	});
}

/** Each mount with what takes its place: at the same path, or the same volume elsewhere, or the one that is left. */
function pairs(before: Mount[], after: Mount[]): Pair[] {
	const rest = [...after];
	const take = (isNext: (mount: Mount) => boolean) => {
		const index = rest.findIndex(isNext);
		return index < 0 ? undefined : rest.splice(index, 1)[0];
	};
	const found = new Map<Mount, Mount | undefined>();
	const pairBy = (isPair: (old: Mount, next: Mount) => boolean) => {
		for (const old of before)
			if (!found.get(old))
				found.set(
					old,
					take((next) => isPair(old, next)),
				);
	};
	pairBy((old, next) => old.path === next.path && isSameMount(old, next));
	pairBy((old, next) => old.path === next.path);
	pairBy((old, next) => isSameMount(old, next));
	const alone = before.filter((old) => !found.get(old));
	if (alone.length === 1 && rest.length === 1) pairBy(() => true);
	return before.map((old) => ({ old, next: found.get(old) }));
}

function changedSource(after: Workload, old: Mount, next: Mount): Found[] {
	const { path } = old;
	if (isSameMount(old, next) && !isHidden(next.source)) return [];
	if (isHidden(next.source)) {
		if (isHidden(old.source)) return [];
		const reason = `what is mounted at ${path} cannot be seen before the update; it was ${shownMount(old)}`;
		const wayOut = `give the mount at ${path} a fixed name, such as ${old.source}, so that a preview shows it`;
		return [{ verdict: "at risk", rule: "mount-unseen", reason, wayOut, path }];
	}
	const [was, is] = [shownMount(old), shownMount(next)];
	if (next.kind === "instance disk") {
		const reason = `${path} is on the instance's own disk in place of ${was}: what the app writes goes with the instance`;
		return [{ verdict: "lost", rule: "mount-missing", reason, wayOut: `mount ${was} at ${path} again`, path }];
	}
	const holdsSqlite = [...locationsOf(after).values()].some((each) => isIn(each, next) && each.isDatabase);
	if (holdsSqlite && isRemote(next) && !isRemote(old)) {
		const reason = `${path} is on ${is} in place of ${was}: SQLite has no safe locks there`;
		const wayOut = `keep ${was} at ${path}; what many machines must reach belongs in Postgres`;
		return [{ verdict: "at risk", rule: "network-file-system", reason, wayOut, path }];
	}
	if (old.kind === "instance disk") return [];
	const reason = `${is} is mounted at ${path} in place of ${was}: the app starts without the data, which stays in ${old.source}`;
	const wayOut = `mount ${was} again; or copy its content to ${next.source} with the app stopped, then approve`;
	return [{ verdict: "at risk", rule: "volume-changed", reason, wayOut, path }];
}

function isRemote({ kind }: Mount): boolean {
	return kind === "network file system" || kind === "bucket";
}

function isIn(location: Location | undefined, mount: Mount): location is Extract<Location, { form: "path" }> {
	return location?.form === "path" && location.mount === mount;
}

function changedPath(before: Workload, after: Workload, old: Mount, next: Mount): Found[] {
	if (old.path === next.path) return [];
	const { path } = old;
	const reason = `${shownMount(next)} is mounted at ${next.path} in place of ${path}`;
	const named = [...locationsOf(before)].filter(([, each]) => each.form === "path" && isWithin(each.path, path));
	const now = locationsOf(after);
	const astray = named.find(([name]) => !isIn(now.get(name), next));
	if (named.length > 0 && astray === undefined) {
		return [{ verdict: "moved", rule: "mount-path-changed", reason: `${reason}, and the variables say so`, path }];
	}
	const wayOut = `mount it at ${path} again, or let the variables by which the app finds its data name ${next.path}`;
	const [name] = astray ?? [];
	if (name === undefined || !now.has(name)) {
		const more = "no variable tells the app, and what it writes to the old path goes with the container";
		return [{ verdict: "at risk", rule: "mount-path-changed", reason: `${reason}: ${more}`, wayOut, path }];
	}
	const more = `${name} does not name it, and what the app writes elsewhere goes with the container`;
	return [{ verdict: "lost", rule: "mount-path-changed", reason: `${reason}: ${more}`, wayOut, path }];
}

function removed(before: Workload, old: Mount): Found[] {
	const { path, kind } = old;
	if (kind === "instance disk") return [];
	const holds = [...locationsOf(before).values()].some((each) => isIn(each, old));
	const isAllThereIs = before.mounts.length === 1;
	const reason = `${shownMount(old)} is no longer mounted at ${path}: what the app writes there goes with the container`;
	const wayOut = `mount ${shownMount(old)} at ${path} again`;
	return [{ verdict: holds || isAllThereIs ? "lost" : "at risk", rule: "mount-missing", reason, wayOut, path }];
}

function unseen(before: Workload, input: string): Found[] {
	if (before.hidden.includes(input) || before.mounts.length === 0) return [];
	const { path } = before.mounts[0] as Mount;
	const reason = `what is mounted at ${path} cannot be seen, for ${input} is a secret or known only after the update`;
	const wayOut = `build and push images before the preview, and keep secrets out of ${input}, so that it can be seen`;
	return [{ verdict: "at risk", rule: "mount-unseen", reason, wayOut, path }];
}
