import type { ProblemKind } from "../log";
import type { Status } from "../status";

/** How the data is: `good`; `minor`, good, but somebody is needed; `bad`, not safe; `held`, refused; `passing`; `unknown`. */
export type Tone = "good" | "minor" | "bad" | "held" | "passing" | "unknown";

/** What a person can do, and what to type for it. */
export interface Todo {
	words: string;
	commands: string[];
}

/** Whether the data is safe right now. */
export interface Verdict {
	tone: Tone;
	/** In one sentence. */
	sentence: string;
	/** Why. */
	reasons: string[];
	todo: Todo[];
}

/** @param container the keeper's, as `docker` knows it */
export function verdictOf(status: Status, container: string): Verdict {
	const { state, refusal, problems, alerts } = status;
	const minded = status.warnings.map((warning) => `Mind: ${sentence(warning)}`);
	if (refusal !== undefined) {
		return {
			tone: "held",
			sentence: "Refused: the keeper does not go on with this data.",
			reasons: [`${sentence(refusal.found)} (${refusal.code})`, ...minded],
			todo: [
				{ words: sentence(refusal.remedy), commands: commandsIn(refusal.remedy) },
				{
					words: "The keeper looks again every 15 seconds. What it saw and said is in its log:",
					commands: [`docker logs --tail 50 ${container}`],
				},
			],
		};
	}
	const reasons = [...problems.map(sentence), ...minded];
	const todo = kindsOf(alerts).map((kind) => todoOf(kind, container));
	const passing = PASSING[state];
	if (passing !== undefined && alerts.every(({ kind }) => kind === "disk" || kind === "app")) {
		return { ...passing, reasons: [passing.reason, ...minded], todo };
	}
	if (problems.length > 0) {
		const [kind] = kindsOf(alerts);
		return { tone: "bad", sentence: BAD[kind ?? "stale"] ?? NOT_SAFE, reasons, todo };
	}
	if (alerts.length > 0) {
		const told = alerts.map(({ message }) => sentence(message));
		return {
			tone: "minor",
			sentence: "The data is safe, and something needs you.",
			reasons: [...told, ...reasons],
			todo,
		};
	}
	return { tone: "good", sentence: "The data is safe.", reasons: [...proof(status), ...reasons], todo: [] };
}

const NOT_SAFE = "Not safe: something needs you.";

const BAD: Partial<Record<ProblemKind, string>> = {
	stale: "Stale: the newest writes may be on this disk alone.",
	acknowledge: "Stale: writes do not reach the backup store.",
	drill: "Not proven: the last drill could not restore the data.",
	dump: "Not safe: the dumps of Postgres are behind.",
	postgres: "Not served: Postgres, which has the data, does not answer.",
};

type Passing = { tone: "passing" | "unknown"; sentence: string; reason: string };
const HANDED: Passing = {
	tone: "passing",
	sentence: "Another instance takes over: no write is let in here.",
	reason: "All that was acknowledged goes with the data.",
};

/** States that pass by themselves. */
const PASSING: Partial<Record<Status["state"], Passing>> = {
	starting: {
		tone: "unknown",
		sentence: "Not known yet: the keeper is checking the data.",
		reason: "The app is let in once its data is sound.",
	},
	"waiting for the database": {
		tone: "unknown",
		sentence: "There is no data yet.",
		reason: "The replica begins with the app's first write.",
	},
	switching: {
		tone: "passing",
		sentence: "A deploy is under way: requests wait at the door.",
		reason: "The last write of the version before is in the backup store; if the new one fails, all is as it was.",
	},
	frozen: HANDED,
	"handed over": HANDED,
	stopping: { tone: "unknown", sentence: "The keeper is stopping.", reason: "It brings the last writes to the store." },
};

function proof({ replica, lastDrill, move }: Status): string[] {
	const drilled =
		lastDrill === undefined
			? "No drill has restored it yet; the first comes by itself."
			: "The last drill restored it whole.";
	if (move?.serves === "postgres") {
		const { dump } = move;
		const dumped = dump === undefined ? "no dump of it yet" : `the newest proven dump of it began at ${dump.time}`;
		return [`It is in Postgres, with ${dumped}.`, "SQLite and its replica stay as they were at the switch."];
	}
	const proven = Math.round(replica.provenSecondsAgo);
	return [`All that was written until ${proven} s ago is in the backup store. ${drilled}`];
}

function kindsOf(alerts: Status["alerts"]): ProblemKind[] {
	return [...new Set(alerts.map(({ kind }) => kind))];
}

function todoOf(kind: ProblemKind, container: string): Todo {
	const log = `docker logs --tail 50 ${container}`;
	switch (kind) {
		case "stale":
		case "acknowledge":
			return {
				words:
					"Make the backup store writable again: is it reachable, has its disk room, do its credentials hold? The keeper goes on by itself as soon as it can. Until then, do not give up this disk. Its log has what the store answered:",
				commands: [log],
			};
		case "drill":
			return {
				words:
					"Run a drill again, with the store reachable and room on the scratch disk; its answer names what is wrong:",
				commands: [`docker exec ${container} node /keeper/keeper.js drill`],
			};
		case "disk":
			return { words: "Make room on the host's disk. What Docker holds there:", commands: ["docker system df"] };
		case "dump":
		case "postgres":
			return {
				words: "See whether the containers of Postgres and of its dumps run, and what they say:",
				commands: ["docker ps --all --filter name=postgres", log],
			};
		default:
			return { words: "See what the app and the keeper say:", commands: [log] };
	}
}

/** Those of this repo that a remedy names. */
function commandsIn(remedy: string): string[] {
	return [...new Set(remedy.match(/npm run [a-z]+(?: -- [a-z-]+)?/g) ?? [])];
}

/** With a capital and a full stop, unless it begins with a name or a path. */
function sentence(words: string): string {
	const begun = /^[a-z][a-z']* /.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
	return /[.?!)]$/.test(begun) ? begun : `${begun}.`;
}
