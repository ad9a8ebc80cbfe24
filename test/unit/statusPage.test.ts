import { describe, expect, it } from "vitest";
import { html } from "../../components/keeper/page/html";
import { LagHistory } from "../../components/keeper/page/lagHistory";
import { KnownPoints } from "../../components/keeper/page/points";
import { render } from "../../components/keeper/page/render";
import { verdictOf } from "../../components/keeper/page/verdict";
import { clock, count, size, span } from "../../components/keeper/page/words";
import type { Status } from "../../components/keeper/status";
import { factsOf, NOW, statusOf } from "./statusPageScene";

const EVIL = `<script>alert("1")</script>'&`;
const toldOf = (change: Partial<Status>) => verdictOf(statusOf(change), "0123456789ab");
const stale = { kind: "stale", message: "the replica is stale: last proven 80 s ago (no route)" } as const;
const unhealthy = (kind: Status["alerts"][number]["kind"], message = "why") => ({
	healthy: false,
	problems: [message],
	alerts: [{ kind, message }],
});

describe("whether the data is safe, in one sentence", () => {
	it("good: with what that rests on, and nothing to do", () => {
		expect(toldOf({})).toEqual({
			tone: "good",
			sentence: "The data is safe.",
			reasons: ["All that was written until 1 s ago is in the backup store. The last drill restored it whole."],
			todo: [],
		});
		expect(toldOf({ lastDrill: undefined }).reasons.join()).toContain("No drill has restored it yet");
	});

	it("stale: the reason, and where the store's answer is", () => {
		const { tone, sentence, reasons, todo } = toldOf({ healthy: false, problems: [stale.message], alerts: [stale] });
		expect([tone, sentence]).toEqual(["bad", "Stale: the newest writes may be on this disk alone."]);
		expect(reasons).toEqual(["The replica is stale: last proven 80 s ago (no route)"]);
		expect(todo.flatMap(({ commands }) => commands)).toEqual(["docker logs --tail 50 0123456789ab"]);
	});

	it("refused: what was found, the remedy, and the commands that it names", () => {
		const refusal = {
			code: "data-older-than-replica",
			found: "/data/notes.db ends at transaction 3, and the replica has 9: an old copy of the disk?",
			remedy: 'move it away; for the file: run the keeper with "accept-database" (npm run keeper -- accept-database)',
		} as const;
		const { tone, sentence, reasons, todo } = toldOf({ state: "refused", healthy: false, problems: ["x"], refusal });
		expect([tone, sentence]).toEqual(["held", "Refused: the keeper does not go on with this data."]);
		expect(reasons).toEqual([`${refusal.found} (${refusal.code})`]);
		expect(todo[0]).toEqual({
			words: `M${refusal.remedy.slice(1)}`,
			commands: ["npm run keeper -- accept-database"],
		});
	});

	it.each([
		["switching", "passing", "A deploy is under way: requests wait at the door."],
		["starting", "unknown", "Not known yet: the keeper is checking the data."],
		["waiting for the database", "unknown", "There is no data yet."],
		["handed over", "passing", "Another instance takes over: no write is let in here."],
		["stopping", "unknown", "The keeper is stopping."],
	] as const)("%s: is neither good nor bad", (state, tone, sentence) => {
		expect(toldOf({ state, healthy: state !== "starting", problems: [] })).toMatchObject({ tone, sentence });
	});

	it("a switch that lasts until the replica is stale is not said to be in order", () => {
		expect(toldOf({ state: "switching", ...unhealthy("stale", stale.message) }).tone).toBe("bad");
	});

	it.each([
		["drill", "Not proven: the last drill could not restore the data.", "drill"],
		["acknowledge", "Stale: writes do not reach the backup store.", "logs"],
		["dump", "Not safe: the dumps of Postgres are behind.", "name=postgres"],
		["postgres", "Not served: Postgres, which has the data, does not answer.", "name=postgres"],
	] as const)("%s: says so, and what to type", (kind, sentence, command) => {
		const told = toldOf(unhealthy(kind));
		expect(told).toMatchObject({ tone: "bad", sentence });
		expect(told.todo.flatMap(({ commands }) => commands).join()).toContain(command);
	});

	it("a disk that is nearly full is told of while the data is safe", () => {
		const told = toldOf({ alerts: [{ kind: "disk", message: "the disk is nearly full" }] });
		expect(told).toMatchObject({ tone: "minor", sentence: "The data is safe, and something needs you." });
		expect(told.todo[0]?.commands).toEqual(["docker system df"]);
	});
});

describe("the page", () => {
	it("escapes whatever comes from the app, the store or a deploy", () => {
		const { text } = render(
			factsOf(
				{
					app: EVIL,
					warnings: [EVIL],
					refusal: { code: "data-gone", found: EVIL, remedy: EVIL },
					database: { ...statusOf().database, rows: { counted: NOW.toISOString(), tables: { [EVIL]: 1 } } },
					deploys: [{ attempt: "a", instance: "b", ok: false, reason: EVIL, imageName: EVIL, time: NOW.toISOString() }],
				},
				{
					container: EVIL,
					points: {
						snapshots: [{ name: EVIL, transaction: 1, time: NOW.toISOString() }],
						drills: [{ ok: false, time: NOW.toISOString(), seconds: 1, reason: EVIL }],
						count: { snapshots: 1, drills: 1 },
					},
				},
			),
		);
		expect(text.split("<script>")).toHaveLength(2);
		expect(text).not.toContain(EVIL);
		expect(text.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&#39;&amp;/g)?.length).toBeGreaterThan(8);
	});

	it("has all that there is to know without scripts, and its policy lets nothing else run or load", () => {
		const { text, headers } = render(factsOf());
		for (const part of ["The data is safe.", "1,200", "+200", "−1", "4.2 MB", "<noscript><meta", "Replication lag"]) {
			expect(text).toContain(part);
		}
		const policy = headers["content-security-policy"] ?? "";
		expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; /);
		expect(policy).not.toContain("unsafe");
		expect(text).not.toMatch(/ style=| on[a-z]+=|https?:\/\/(?!www\.w3\.org)/);
	});

	it("compares rows with the last drill only where they were counted after it", () => {
		const drilled = { ok: true, time: "2026-11-23T11:59:30.000Z", seconds: 1, rows: { notes: 1300 } };
		expect(render(factsOf({ lastDrill: drilled })).text).not.toContain("Since the drill");
		expect(render(factsOf()).text).toContain("Since the drill");
	});

	it("puts markup into markup, and everything else as text", () => {
		const inner = html`<b>${"<&>"}</b>`;
		expect(html`<p title="${'"'}">${inner}${[1, inner]}${undefined}${false}</p>`.text).toBe(
			'<p title="&quot;"><b>&lt;&amp;&gt;</b>1<b>&lt;&amp;&gt;</b></p>',
		);
	});
});

describe("what it remembers", () => {
	it("keeps a day of lag in at most 720 points, each with the worst of its time", () => {
		const history = new LagHistory(0);
		for (let sample = 0; sample < 3 * 8640; sample += 1) {
			history.note({ lag: sample === 20_000 ? 99 : 1, isSafe: sample !== 20_001 }, sample * 10_000);
			expect(history.points.length).toBeLessThanOrEqual(720);
		}
		const { points, width } = history;
		expect(points.length).toBeGreaterThan(500);
		const last = points.at(-1)?.time ?? 0;
		expect(last - (points[0]?.time ?? 0)).toBeGreaterThan(24 * 3_600_000 - 2 * width);
		expect(last - (points[0]?.time ?? 0)).toBeLessThanOrEqual(24 * 3_600_000);
		const worst = points.filter(({ lag }) => lag === 99);
		expect(worst).toEqual([{ time: Math.floor(200_000_000 / width) * width, lag: 99, isSafe: false }]);
	});

	it("takes a clock that goes back for the moment at which it was", () => {
		const history = new LagHistory(0);
		history.note({ lag: 1, isSafe: true }, 100_000);
		history.note({ lag: 3, isSafe: false }, 20_000);
		expect(history.points).toEqual([{ time: 100_000, lag: 3, isSafe: false }]);
	});

	it("lists the store at most once a minute, or when something happened, and reads each point once", async () => {
		const objects = new Map([["snapshots/a.json", "2026-11-01"]]);
		const asked: string[] = [];
		let now = 0;
		const store = {
			async *list(prefix: string) {
				asked.push(`list ${prefix}`);
				for (const key of objects.keys()) {
					if (key.startsWith(prefix)) yield { key: `${key}/1`, bytes: 1, modified: new Date(objects.get(key) ?? 0) };
				}
			},
			async get(key: string) {
				asked.push(`get ${key}`);
				return { version: "1", content: JSON.stringify({ name: key, time: objects.get(key), rows: { notes: 1 } }) };
			},
		};
		const points = new KnownPoints(store, () => now);
		const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
		expect(points.recent("")).toBeUndefined();
		await settled();
		const names = () => points.recent("")?.snapshots.map(({ name }) => name);
		expect(names()).toEqual(["snapshots/a.json"]);
		expect(points.recent("")?.snapshots[0]).not.toHaveProperty("rows");
		for (let request = 0; request < 50; request += 1) points.recent("");
		await settled();
		expect(asked).toEqual(["list snapshots/", "get snapshots/a.json", "list drills/"]);

		objects.set("snapshots/b.json", "2026-11-02");
		points.recent("a deploy ended");
		await settled();
		expect(asked.slice(3)).toEqual(["list snapshots/", "get snapshots/b.json", "list drills/"]);
		now = 60_000;
		for (let day = 3; day <= 70; day += 1)
			objects.set(`snapshots/${day}.json`, `2027-01-01T00:00:${`${day % 60}`.padStart(2, "0")}Z`);
		points.recent("a deploy ended");
		await settled();
		const { snapshots, count } = points.recent("a deploy ended") ?? {};
		expect([snapshots?.length, count?.snapshots]).toEqual([50, 70]);
	});

	it.each(["", "[1]", "null", '{"name": "a"', '{"name": "a"}', '{"name": "a", "time": "soon"}'])(
		"an object that is %j does not hide the others",
		async (damaged) => {
			const good = JSON.stringify({ name: "b", time: "2026-11-02T00:00:00Z" });
			const objects: Record<string, string> = { "snapshots/a": damaged, "snapshots/b": good, "drills/c": good };
			const points = new KnownPoints({
				async *list(prefix: string) {
					for (const key of Object.keys(objects))
						if (key.startsWith(prefix)) yield { key, bytes: 1, modified: new Date(0) };
				},
				get: async (key: string) => ({ version: "1", content: objects[key] ?? "" }),
			});
			points.recent();
			await new Promise((resolve) => setTimeout(resolve, 5));
			expect(points.recent()).toMatchObject({ snapshots: [{ name: "b" }], drills: [{ name: "b" }] });
		},
	);

	it("says counts, sizes, spans and moments as people do", () => {
		expect([0, 999, 1000, 154_147, 5_000_000].map(count)).toEqual(["0", "999", "1,000", "154,147", "5,000,000"]);
		expect([0, 999, 1000, 4_200_000, 2.5e11].map(size)).toEqual(["0 B", "999 B", "1.0 kB", "4.2 MB", "250 GB"]);
		expect([0, 1.84, 59, 150, 7200, 200_000].map(span)).toEqual(["0 s", "1.8 s", "59 s", "3 min", "2 h", "2 days"]);
		expect(clock(new Date("2026-11-22T08:05:00Z"), NOW)).toBe("2026-11-22 08:05 UTC");
		expect(clock(new Date("2026-11-23T08:05:00Z"), NOW)).toBe("08:05 UTC");
	});
});
