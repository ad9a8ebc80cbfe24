import { isHidden } from "../rules/values";
import { isSamePlace, type Location, locationsOf, shownLocation } from "./locations";
import type { Found } from "./words";
import { type Mount, mayHoldData, type Workload } from "./workload";

/** What becomes of the database file, and of the variables by which the app finds it. */
export function compareDatabase(before: Workload, after: Workload, replaceReasons: string[]): Found[] {
	const was = locationsOf(before);
	const is = locationsOf(after);
	const both = before.hidden.filter((input) => after.hidden.includes(input) && replaceReasons.includes(input));
	if (was.size === 0 && is.size === 0 && both[0] !== undefined) return [unseenChange(both[0])];
	const found = [...was].flatMap(([name, old]) => {
		const next = is.get(name);
		return next === undefined ? gone(name, old, after, is) : differs(name, old, next);
	});
	if (replaceReasons.length > 0) found.push(...goesWithContainer(before, was, is));
	const added = [...is].filter(([name]) => !was.has(name) && !isHidden(before.variables[name]));
	// Where the whole of it could not be seen before, it may well have been there.
	return before.hidden.length > 0 ? found : [...found, ...added.flatMap(([name, next]) => outside(name, next))];
}

/** A container on a Docker host keeps what it wrote to itself until it is made anew; elsewhere, an instance may end any time. */
function goesWithContainer(before: Workload, was: Map<string, Location>, is: Map<string, Location>): Found[] {
	const isOurs = before.settings !== undefined || before.engine !== undefined;
	if (isOurs || !before.urn.includes("docker:index/container:Container::")) return [];
	return [...was].flatMap(([name, old]): Found[] => {
		const next = is.get(name);
		if (old.form !== "path" || !old.isDatabase || next === undefined || !isSamePlace(old, next)) return [];
		const own: Mount = old.mount ?? { kind: "instance disk", source: "", path: old.path };
		if (own.kind !== "instance disk" || !mayHoldData(own)) return [];
		const reason = `${name} names ${old.path}, which no named volume holds, and the container is made anew: what the app wrote goes with the old one`;
		const wayOut = `copy ${old.path} out first (docker cp), mount a volume there and put the copy into it`;
		return [{ verdict: "lost", rule: "container-replaced", reason, wayOut }];
	});
}

function differs(name: string, old: Location, next: Location): Found[] {
	if (isSamePlace(old, next)) return [];
	const [was, is] = [shownLocation(old), shownLocation(next)];
	if (next.form === "server") {
		if (old.form !== "server") return [switched(name, was, is)];
		const reason = `${name} names the database ${is} in place of ${was}: what is in the old one is not there`;
		const wayOut = `keep ${was}; or copy its data first, then approve`;
		return [{ verdict: "at risk", rule: "database-changed", reason, wayOut }];
	}
	if (old.form === "server") {
		const reason = `${name} leads back to SQLite at ${is} from ${was}: rows written there since are not in the file`;
		const wayOut = `keep ${was}; or copy its rows back with the app stopped, then approve`;
		return [{ verdict: "at risk", rule: "engine-switched", reason, wayOut }];
	}
	// The mount alone has changed, which is told with it: another one at the path, or a path that follows.
	if (old.form === "path" && next.form === "path" && old.path === next.path) return [];
	if (old.form === "path" && next.form === "path" && old.mount && next.mount && old.within === next.within) return [];
	if (outside(name, next).length > 0 && (old.form === "relative" || old.mount !== undefined)) {
		const reason = `${name} names ${is} in place of ${was}, and nothing is mounted there: what the app writes goes with the container`;
		return [{ verdict: "lost", rule: "database-outside-mount", reason, wayOut: `let ${name} name ${was} again` }];
	}
	const reason = `${name} names ${is} in place of ${was}: the app would begin without what is in ${was}`;
	const wayOut = `let ${name} name ${was} again; or copy ${was} to ${is} with the app stopped, then approve`;
	return [{ verdict: "at risk", rule: "database-changed", reason, wayOut }];
}

function gone(name: string, old: Location, after: Workload, is: Map<string, Location>): Found[] {
	// Where there is no app any more in what is compared, or no keeper, somebody else says so.
	if (name === "HOLDFAST_DATABASE") return after.settings === undefined ? [] : [unseen(name, old)];
	if (after.engine === "postgres") return [];
	const value = after.variables[name];
	if (
		isHidden(value) ||
		(value === undefined && after.hidden.some((input) => /env|template|spec|Definitions/i.test(input)))
	) {
		return [unseen(name, old)];
	}
	if (after.isSummary && Object.keys(after.variables).length === 0) return [];
	const was = shownLocation(old);
	if (value !== undefined) {
		const reason = `${name} no longer names ${was}: it is ${value === "" ? "empty" : "something that is no database"}`;
		return [{ verdict: "at risk", rule: "database-variable-changed", reason, wayOut: `let ${name} name ${was} again` }];
	}
	const [other] = [...is].find(([, each]) => isSamePlace(each, old)) ?? [];
	const reason =
		other === undefined
			? `${name}, which named ${was}, is no longer there: the app falls back to a place of its own`
			: `${name} is no longer there, and ${other} names ${was}: an app that reads ${name} falls back to a place of its own`;
	const wayOut = `give ${name} its value again${other === undefined ? "" : `; or, if the app reads ${other}, approve`}`;
	// What only says where, say, uploads lie is told by the others.
	return [{ verdict: "at risk", rule: "database-variable-changed", reason, wayOut }];
}

function unseen(name: string, old: Location): Found {
	const reason = `${name} cannot be seen, for it is a secret or known only after the update; it was ${shownLocation(old)}`;
	const wayOut = `give ${name} in plain text, and what is secret in a file or by reference: a container's variables are hidden as a whole`;
	return { verdict: "at risk", rule: "database-unseen", reason, wayOut };
}

/** Secret before and after, and another secret: the engine says that much. */
function unseenChange(input: string): Found {
	const reason = `${input} has changed, and cannot be seen, for it is secret: it may name the database`;
	const wayOut = "give what is secret in a file or by reference, so that a preview shows the other variables";
	return { verdict: "at risk", rule: "database-unseen", reason, wayOut };
}

function switched(name: string, was: string, is: string): Found {
	const reason = `${name} names ${is} in place of SQLite at ${was}: nothing here copies the rows, or compares them`;
	const wayOut = "copy them and compare first, then approve; Holdfast's own database: postgres does both in the deploy";
	return { verdict: "at risk", rule: "engine-switched", reason, wayOut };
}

/** SQLite where nothing is mounted. */
export function outside(name: string, location: Location): Found[] {
	const isInside = location.form === "server" || (location.form === "path" && location.mount !== undefined);
	if (isInside || (location.form === "path" && !location.isDatabase)) return [];
	const reason = `${name} names ${shownLocation(location)}, and nothing is mounted there: what the app writes goes with the container`;
	const wayOut = `mount a volume, and let ${name} name a file in it`;
	return [{ verdict: "at risk", rule: "database-outside-mount", reason, wayOut }];
}
