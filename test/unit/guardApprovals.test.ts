import { describe, expect, it } from "vitest";
import { approvalProblems } from "../../components/guard/approvals";
import { guard } from "../../components/guard/guard";
import { readPlan } from "../../components/guard/plan";
import { preview, step } from "./guardPlans";

const VOLUME = "docker:index/volume:Volume";
const now = new Date("2026-11-22T12:00:00Z");
const approval = { urn: "*::uploads", verdict: "lost", reason: "Moved by hand.", expires: "2026-11-30" };

function report(...approvals: unknown[]) {
	const lost = step("delete", VOLUME, "uploads", { inputs: { name: "uploads" } });
	const config = { "holdfast:approvals": JSON.stringify(approvals) };
	return guard([readPlan(preview([lost], { config }))], { now });
}

describe("an approval", () => {
	it("makes just what it names pass, and is shown beside it", () => {
		const { safe, verdict, stacks } = report(approval);
		expect({ safe, verdict }).toEqual({ safe: true, verdict: "kept" });
		expect(stacks[0]?.subjects[0]).toMatchObject({ verdict: "lost", approved: true });
		expect(stacks[0]?.subjects[0]?.findings[0]?.approval?.reason).toBe("Moved by hand.");
	});

	it.each([
		["of another verdict", { ...approval, verdict: "at risk" }],
		["of another resource", { ...approval, urn: "*::upload" }],
		["of a name that only ends like it", { ...approval, urn: "*::up::uploads" }],
	])("%s does not count, and is told to be unused", (_, other) => {
		const { safe, stacks } = report(other);
		expect(safe).toBe(false);
		expect(stacks[0]?.unused).toHaveLength(1);
	});

	it("takes the dots of a URN for dots", () => {
		expect(report({ ...approval, urn: `urn.pulumi:test::shop::${VOLUME}::uploads` }).safe).toBe(false);
		expect(report({ ...approval, urn: `urn:pulumi:test::shop::${VOLUME}::uploads` }).safe).toBe(true);
	});

	it("counts on its last day and not after, and then is told to be over", () => {
		expect(report({ ...approval, expires: "2026-11-22" }).safe).toBe(true);
		const { safe, stacks } = report({ ...approval, expires: "2026-11-21" });
		expect(safe).toBe(false);
		expect([stacks[0]?.expired.length, stacks[0]?.unused.length]).toEqual([1, 0]);
	});

	it("may have its day as YAML makes it of one without quotes", () => {
		expect(report({ ...approval, expires: "2026-11-30 00:00:00 +0000 UTC" }).safe).toBe(true);
	});

	it("with a mistake approves nothing, nor do the others", () => {
		const { safe, stacks } = report(approval, { ...approval, reason: "" });
		expect(safe).toBe(false);
		expect(stacks[0]?.problems).toEqual([
			{ path: "holdfast:approvals[1].reason", reason: 'must say why it is wanted, in words (got "")' },
		]);
	});
});

describe("approvalProblems", () => {
	it("says everything that is wrong at once", () => {
		const wrong = { urn: "*", verdict: "fine", expires: "2026-02-30", until: "x" };
		expect(approvalProblems([approval, wrong]).map(({ path }) => path)).toEqual(
			["until", "urn", "verdict", "reason", "expires"].map((field) => `holdfast:approvals[1].${field}`),
		);
		expect(approvalProblems("all")[0]?.reason).toBe('must be a list of approvals (got "all")');
		expect(approvalProblems(["all"])[0]?.reason).toContain("must have urn, verdict, reason and expires");
	});

	it.each(["*", "**", "*::*", "", "urn:*"])("refuses a pattern that names everything: %s", (urn) => {
		expect(approvalProblems([{ ...approval, urn }])).toHaveLength(1);
	});

	it.each(["urn:*", "*u*", "urn:pulumi:test::*", "*::shop::*", "urn:pulumi:test::shop::*"])(
		"approves nothing by a pattern that names only the stack: %s",
		(urn) => {
			const { safe, stacks } = report({ ...approval, urn });
			expect(safe).toBe(false);
			expect(stacks[0]?.problems.map(({ path }) => path)).toEqual(["holdfast:approvals[0].urn"]);
		},
	);

	it.each([`urn:pulumi:test::shop::${VOLUME}::*`, "*docker:index/volume*", "*::up*"])("takes %s", (urn) => {
		expect(report({ ...approval, urn }).safe).toBe(true);
	});

	it("wants the reason written that a report leaves open", () => {
		expect(approvalProblems([{ ...approval, reason: "TODO, why this is wanted" }])).toHaveLength(1);
	});

	it("has nothing to say of a right one", () => {
		expect(approvalProblems([approval])).toEqual([]);
	});
});
