import type { Outcome } from "../deploy/record";
import type { Status } from "../status";
import { lagChart, timeline } from "./charts";
import { type Html, html } from "./html";
import type { LagHistory } from "./lagHistory";
import type { Points } from "./points";
import { clock, count, size, span } from "./words";

/** What the page shows. */
export interface Facts {
	status: Status;
	/** The keeper's container, as `docker` knows it. */
	container: string;
	history: LagHistory;
	/** Undefined until the store was listed. */
	points?: Points;
	/** Of the disk with the data, in bytes. */
	disk?: { free: number; size: number };
	now: Date;
}

/** States in which the lag is that of a replica which goes on. */
export const REPLICATES: Status["state"][] = ["replicating", "switching", "waiting for the store", "frozen"];

/** Points that are named in full; the others are on the time line. */
const LISTED = 8;

/** The figures that matter most, in one look. */
export function figures({ status, disk, now }: Facts): Html {
	const { database, replica, lastDrill } = status;
	const drill =
		lastDrill === undefined
			? ["none yet", "a restore, checked whole"]
			: [lastDrill.ok ? "held" : "failed", `${ago(lastDrill.time, now)}, in ${span(lastDrill.seconds)}`];
	const isReplicating = REPLICATES.includes(status.state);
	return html`<dl class="figures">
${isReplicating ? figure("Lag", span(replica.lagSeconds), "that a write has waited for the store") : figure("Lag", "none", "nothing is replicated now")}
${
	replica.lastSync === undefined
		? figure("Last proof", "none yet", "since this keeper started")
		: figure(
				"Last proof",
				`${span(replica.provenSecondsAgo)} ago`,
				`transaction ${count(replica.proven)} of ${count(replica.transaction)}`,
			)
}
${figure("Last drill", ...(drill as [string, string]))}
${figure("Database", size(database.bytes), `and ${size(database.walBytes)} of write-ahead log`)}
${figure(
	"Free space",
	size(disk?.free ?? status.freeBytes),
	disk === undefined
		? "on the disk with the data"
		: html`of ${size(disk.size)} on the disk with the data<meter min="0" max="${disk.size}" high="${Math.round(disk.size * 0.9)}" optimum="0" value="${disk.size - disk.free}" aria-label="Space in use">${size(disk.size - disk.free)}</meter>`,
)}
</dl>`;
}

function figure(name: string, value: string, more: string | Html): Html {
	return html`<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`;
}

export function lag({ history, now }: Facts): Html {
	return lagChart(history, now);
}

/** Snapshots, drills and deploys, and what to type to go back to one. */
export function history({ points, status, now }: Facts): Html {
	const { snapshots = [], drills = [], count: all } = points ?? {};
	const unread = "not read from the backup store yet";
	const lanes = [
		{
			name: "Snapshots",
			marks: snapshots.map(({ name, time }) => ({ time, ok: true, title: `${name}, ${clock(new Date(time), now)}` })),
			none: points === undefined ? unread : "none yet: each deploy makes one",
		},
		{
			name: "Drills",
			marks: drills.map(({ ok, time, seconds, reason }) => ({
				time,
				ok,
				title: `${ok ? `held, ${span(seconds)}` : `failed: ${reason}`}, ${clock(new Date(time), now)}`,
			})),
			none: points === undefined ? unread : "none yet: npm run drill",
		},
		{
			name: "Deploys",
			marks: status.deploys.map((each) => ({
				time: each.time,
				ok: each.ok,
				title: `${verdictOf(each)}, ${clock(new Date(each.time), now)}`,
			})),
			none: "none yet",
		},
	];
	const newest = snapshots.slice(-LISTED).reverse();
	return html`${timeline(lanes, now)}
${
	newest.length > 0 &&
	html`<details><summary>The newest named points${all !== undefined && all.snapshots > newest.length ? ` (${newest.length} of ${count(all.snapshots)})` : ""}</summary>
<div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">When</th></tr></thead><tbody>
${newest.map(({ name, time }) => html`<tr><th scope="row"><code>${name}</code></th><td>${moment(time, now)}</td></tr>`)}
</tbody></table></div>
<p class="quiet">To look at one in a file of its own: <code>npm run restore -- --to NAME</code></p></details>`
}`;
}

/** The last deploys and how they ended. */
export function deploys({ status, now }: Facts): Html {
	const { serving, previous } = status;
	const ended = [...status.deploys].reverse();
	if (serving === undefined && ended.length === 0) return html`<p class="quiet">No deploy was made here yet.</p>`;
	return html`${serving !== undefined && html`<p>Now serving: <code>${serving.imageName}</code>, since ${moment(serving.since, now)}.${previous !== undefined && html` Before it: <code>${previous.imageName}</code>.`}</p>`}
<ol class="deploys">${ended.map(
		(each) =>
			html`<li class="${each.ok ? "ok" : "failed"}"><strong>${verdictOf(each)}</strong> <span class="quiet">${each.imageName !== undefined && html`<code>${each.imageName}</code> `}${moment(each.time, now)}</span>${
				!each.ok && html`<p>${each.reason}</p>`
			}</li>`,
	)}</ol>`;
}

function verdictOf({ ok }: Outcome): string {
	return ok ? "✓ serves" : "✗ undone";
}

/** How many rows each table has, and how many it had in the last drill. */
export function rows({ status, now }: Facts): Html {
	const { rows: counted } = status.database;
	if (counted === undefined) return html`<p class="quiet">Not counted yet.</p>`;
	const tables = Object.entries(counted.tables);
	if (tables.length === 0) return html`<p class="quiet">The database has no tables.</p>`;
	const { lastDrill } = status;
	// A count of before the drill would seem to have lost rows.
	const drilled = lastDrill?.ok && counted.counted > lastDrill.time ? lastDrill.rows : undefined;
	return html`<div class="scroll"><table><caption>Counted ${moment(counted.counted, now)}${status.move?.serves === "postgres" && ", in SQLite, as at the switch to Postgres"}</caption>
<thead><tr><th scope="col">Table</th><th scope="col" class="number">Rows</th>${lastDrill !== undefined && drilled !== undefined && html`<th scope="col" class="number">Since the drill</th>`}</tr></thead><tbody>
${tables.map(
	([table, number]) =>
		html`<tr><th scope="row"><code>${table}</code></th><td class="number">${count(number)}</td>${drilled !== undefined && html`<td class="number">${change(number, drilled[table])}</td>`}</tr>`,
)}</tbody></table></div>`;
}

function change(now: number, then: number | undefined): string {
	if (then === undefined) return "new";
	const more = now - then;
	return more === 0 ? "same" : `${more > 0 ? "+" : "−"}${count(Math.abs(more))}`;
}

/** What the door and the acknowledging cost; undefined where there is neither. */
export function door({ status }: Facts): Html | undefined {
	const { door: at, acknowledge } = status;
	if (at === undefined && acknowledge === undefined) return undefined;
	const refused = Object.entries(at?.refusals ?? {});
	const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
	return html`<dl class="plain">
${
	at !== undefined && [
		line("Requests", `${count(at.requests)}; ${count(at.held)} are held now`),
		line("Held for a switch", `${count(at.heldTotal)}, the longest for ${span(at.longestHeldSeconds)}`),
		at.added && line("The door adds", `${milliseconds(at.added.p50)} (median), ${milliseconds(at.added.p99)} (p99)`),
		line(
			"Answered by the door itself",
			refused.length === 0 ? "none" : refused.map(([kind, number]) => `${kind} ${count(number)}`).join(", "),
		),
	]
}
${line("A write counts", acknowledge === undefined ? "once it is on this disk (local)" : "once the backup store has it (replicated)")}
${
	acknowledge !== undefined && [
		at?.storeWait &&
			line(
				"An answer waits for the store",
				`${milliseconds(at.storeWait.p50)} (median), ${milliseconds(at.storeWait.p99)} (p99)`,
			),
		acknowledge.outageSince !== undefined &&
			line("The store has been out of reach since", `${acknowledge.outageSince}`),
	]
}
</dl>`;
}

/** Where a move to Postgres is; undefined without one. */
export function postgres({ status, now }: Facts): Html | undefined {
	const { move } = status;
	if (move === undefined) return undefined;
	const reached = Object.entries(move.states).filter(([, time]) => !Number.isNaN(Date.parse(time)));
	return html`<dl class="plain">
${line("The data is in", move.serves === "postgres" ? "Postgres" : "SQLite")}
${reached.map(([state, time]) => line(state.charAt(0).toUpperCase() + state.slice(1), moment(time, now)))}
${move.report !== undefined && line("Copied last", `${count(move.report.rows)} rows in ${span(move.report.seconds)}`)}
${line("Newest dump", move.dump === undefined ? "none yet" : html`${moment(move.dump.time, now)}, ${size(move.dump.bytes)}`)}
</dl>`;
}

function line(name: string, value: string | Html): Html {
	return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** By the clock, and how long ago. */
function moment(time: string, now: Date): Html {
	const at = new Date(time);
	if (Number.isNaN(at.getTime())) return html`${time}`;
	return html`<time datetime="${time}">${clock(at, now)}</time> (${ago(time, now)})`;
}

function ago(time: string, now: Date): string {
	const seconds = (now.getTime() - Date.parse(time)) / 1000;
	return seconds < 60 ? "just now" : `${span(seconds)} ago`;
}
