import { describe, expect, it } from "vitest";
import { guard } from "../../components/guard/guard";
import { readPlan } from "../../components/guard/plan";
import { json } from "../../components/guard/report/json";
import { MARKER, markdown, unreadable } from "../../components/guard/report/markdown";
import { terminal } from "../../components/guard/report/terminal";
import { preview, step } from "./guardPlans";

const VOLUME = "docker:index/volume:Volume";
const now = new Date("2026-11-22T12:00:00Z");
const of = (name: string) => ({ inputs: { name } });
const approvals = [
	{ urn: "*::old", verdict: "lost", reason: "Nobody needs it.", expires: "2026-11-30" },
	{ urn: "*::none", verdict: "lost", reason: "Forgotten.", expires: "2026-11-30" },
];
const report = guard(
	[
		readPlan(
			preview(
				[
					step("same", VOLUME, "kept", of("kept-data"), of("kept-data")),
					step("delete", VOLUME, "data", of("shop-data")),
					step("delete", VOLUME, "old", of("old-data")),
					step("delete", VOLUME, "left", { ...of("left-data"), retainOnDelete: true }),
				],
				{ config: { "holdfast:approvals": JSON.stringify(approvals) } },
			),
		),
	],
	{ now },
);
const safe = guard([readPlan(preview([step("same", VOLUME, "data", of("d"), of("d"))]))], { now });

describe("the report for a terminal", () => {
	it("has what is lost first, then at risk, approved and kept, and in the end what to do", () => {
		const said = terminal(report, { now });
		const order = ["1 lost, 1 at risk, 1 approved", "shop-data", "left-data", "old-data (approved)", "kept-data"];
		expect(order.map((words) => said.indexOf(words)).sort((a, b) => a - b)).toEqual(
			order.map((words) => said.indexOf(words)),
		);
		expect(said).toContain("approved until 2026-11-30: Nobody needs it.");
		expect(said).toContain("The approval of *::none (lost) covers nothing in this plan");
		expect(said).toContain(`- urn: "urn:pulumi:test::shop::${VOLUME}::data"\n        verdict: lost`);
		expect(said).toContain('expires: "2026-11-29"');
		expect(said).not.toContain("✓ safe");
	});

	it("fits into 100 columns, but for words that are longer", () => {
		const wide = terminal(report, { now })
			.split("\n")
			.filter((line) => line.length > 100 && !line.includes("urn:"));
		expect(wide).toEqual([]);
	});

	it("shows the approvals of all that is open, which pass with a reason and a day", () => {
		const [, entries = ""] = terminal(report, { now }).split("holdfast:approvals:\n");
		const urns = [...entries.matchAll(/- urn: "(.*)"\n +verdict: (.*)/g)].map(
			([, urn, verdict]) => `${verdict} ${urn}`,
		);
		const urn = (name: string) => `urn:pulumi:test::shop::${VOLUME}::${name}`;
		expect(urns).toEqual([`lost ${urn("data")}`, `at risk ${urn("left")}`]);
		expect(terminal(report, { now })).toContain("# under config: in Pulumi.test.yaml");
		const many = Array.from({ length: 7 }, (_, n) => step("delete", VOLUME, `v${n}`, of(`v${n}`)));
		expect(terminal(guard([readPlan(preview(many))], { now }), { now })).toContain("# and 2 more in the same way");
	});

	it("lets no name begin a line of its own, or give a command to the terminal", () => {
		const steps = [step("delete", VOLUME, "data", of("x\n::add-mask::y\u001b[2J\u202ez"))];
		const hostile = guard([readPlan(preview(steps))], { now });
		for (const said of [terminal(hostile, { now }), markdown(hostile)]) {
			for (const command of ["\n::", "\u001b", "\u202e"]) expect(said).not.toContain(command);
		}
	});

	it("says that it is safe", () => {
		expect(terminal(safe, { now })).toContain("shop/test: all data is kept\n  ✓ kept    volume d\n");
		expect(terminal(safe, { now })).toMatch(/✓ safe: pulumi up keeps the data\.\n$/);
	});
});

describe("the report for a pull request", () => {
	it("begins with the mark by which its comment is found again", () => {
		for (const one of [markdown(report), markdown(safe), unreadable("cut off")])
			expect(one.startsWith(MARKER)).toBe(true);
	});

	it("has the risks on top and everything folded", () => {
		const [top = "", folded = ""] = markdown(report).split("<details>");
		expect(top).toContain("### ❌ Holdfast: data is lost or at risk");
		expect(top).toContain("| ❌ lost | volume shop-data |");
		expect(top).not.toContain("kept-data");
		expect(folded).toContain("4 resources and directories with data</summary>");
		expect(folded).toContain("- ✅ volume kept-data: kept.");
		expect(markdown(safe)).toContain("### ✅ Holdfast: the data is safe");
	});

	it("shows what to write to approve it, as code that nothing can end", () => {
		expect(markdown(report)).toContain(
			`    holdfast:approvals:\n      - urn: "urn:pulumi:test::shop::${VOLUME}::data"\n        verdict: lost`,
		);
		expect(markdown(safe)).not.toContain("holdfast:approvals");
	});

	it("shows what comes from a plan as text: no mention, no link, no broken table, no HTML", () => {
		const name = "x|y\n@team [a](https://evil.example) <img src=x> `z` #12";
		const steps = [step("delete", VOLUME, "data", of(name))];
		const said = markdown(guard([readPlan(preview(steps))], { now }));
		expect(said).not.toMatch(/@team|https:\/\/|<img|[^\\]`z|[^\\]\[a\]|#12/);
		for (const row of said.split("\n").filter((line) => line.startsWith("| ❌"))) {
			expect(row.replace(/\\\|/g, "").split("|")).toHaveLength(6);
		}
		expect(unreadable("<b>@team")).not.toMatch(/<b>|@team/);
	});
});

describe("the report for programs", () => {
	it("is the report, with the version of its form", () => {
		const read = JSON.parse(json(report));
		expect(read).toMatchObject({ version: 1, verdict: "lost", safe: false });
		expect(read.stacks[0]).toMatchObject({ project: "shop", stack: "test" });
		expect(read.stacks[0].subjects[0]).toMatchObject({ verdict: "lost", subject: "volume shop-data", approved: false });
	});
});
