import { describe, expect, it } from "vitest";
import { MARKER, RUN, WorkflowScene } from "./workflowScene";

const PLAN = '{"steps":[],"changeSummary":{}}';

describe("preview.sh", () => {
	it("asks for a plan with all that stays, and keeps just what Pulumi prints", async () => {
		const scene = new WorkflowScene();
		scene.standIn("npm", `echo '${PLAN}'; echo "a warning" >&2`);
		const { code } = await scene.run("preview.sh", "gcp-prod", "plans/gcp-prod.json", "--refresh");
		expect(code).toBe(0);
		expect(scene.read("plans/gcp-prod.json")).toBe(`${PLAN}\n`);
		const words = "run --silent pulumi -- preview --json --show-sames --non-interactive --stack gcp-prod --refresh";
		expect(scene.calls("npm")).toEqual([{ words: words.split(" "), input: "" }]);
	});

	it("takes another command for a project of one's own", async () => {
		const scene = new WorkflowScene();
		scene.standIn("pulumi", `echo '${PLAN}'`);
		scene.environment = { PULUMI: "pulumi" };
		await scene.run("preview.sh", "prod", "prod.json");
		expect(scene.calls("pulumi")[0]?.words.slice(0, 2)).toEqual(["preview", "--json"]);
	});

	it("leaves what a failed preview said, and does not stop: the guard says so", async () => {
		const scene = new WorkflowScene();
		const failed = '{"steps":[],"diagnostics":[{"severity":"error","message":"no such bucket"}]}';
		scene.standIn("npm", `echo '${failed}'; exit 255`);
		expect((await scene.run("preview.sh", "prod", "prod.json")).code).toBe(0);
		expect(scene.read("prod.json")).toBe(`${failed}\n`);
	});

	it.each([
		["a plan that looks whole", PLAN],
		["plain text", "hm"],
		["nothing", ""],
	])("puts the reason in place of %s, where a preview that failed has not named it", async (_what, printed) => {
		const scene = new WorkflowScene();
		scene.standIn("npm", `printf '%s' '${printed}'; echo "error: getting secrets manager: denied" >&2; exit 137`);
		const { output } = await scene.run("preview.sh", "prod", "prod.json");
		expect(output).toContain("getting secrets manager: denied");
		const message = "prod: pulumi preview ended with code 137: error: getting secrets manager: denied";
		expect(JSON.parse(scene.read("prod.json"))).toEqual({ steps: [], diagnostics: [{ severity: "error", message }] });
	});
});

describe("guard.sh", () => {
	const report = (text: string) => `printf '${MARKER}\\n\\n${text}\\n'`;

	function scene(guard: string): WorkflowScene {
		const made = new WorkflowScene();
		made.standIn("npm", guard);
		made.write("plans/staging.json", PLAN);
		made.write("plans/prod.json", PLAN);
		return made;
	}

	it.each([0, 3])("judges all stacks at once, and passes on code %i with the report", async (code) => {
		const guarded = scene(`${report("### all of it")}; exit ${code}`);
		const ended = await guarded.run("guard.sh", "plans", "report.md", "staging prod");
		expect(ended.code).toBe(code);
		expect(guarded.read("report.md")).toBe(`${MARKER}\n\n### all of it\n`);
		expect(ended.output).toContain("### all of it");
		expect(guarded.read("summary.md")).toContain("### all of it");
		expect(guarded.calls("npm").map(({ words }) => words.slice(2).join(" "))).toEqual([
			"guard -- --markdown plans/staging.json plans/prod.json",
		]);
	});

	it("tells of the others where one cannot be read, and it is not safe", async () => {
		const guarded = scene(`case $* in
*staging.json*prod.json | *prod.json) ${report("nothing can be said of prod")}; exit 2 ;;
*) ${report("staging is safe")} ;;
esac`);
		const ended = await guarded.run("guard.sh", "plans", "report.md", "staging prod");
		expect(ended.code).toBe(2);
		expect(guarded.read("report.md").match(/staging is safe|nothing can be said of prod/g)).toHaveLength(2);
		expect(guarded.read("report.md").split(MARKER)).toHaveLength(2);
		expect(guarded.read("report.md").startsWith(MARKER)).toBe(true);
	});

	it("gives the guard a failed preview in place of one that is not there", async () => {
		const guarded = scene(`cat "\${@: -1}" >&2; ${report("unreadable")}; exit 2`);
		const ended = await guarded.run("guard.sh", "plans", "report.md", "lost");
		expect(ended).toEqual({ code: 2, output: expect.stringContaining("lost: its job ended without a preview") });
	});

	it.each([
		["falls over", "exit 1"],
		["is not there", "exit 127"],
		["prints nothing", "exit 0"],
		["falls over in the middle", `${report("half a report")}; exit 1`],
	])("is never safe when the guard %s", async (_what, body) => {
		const guarded = scene(body);
		expect((await guarded.run("guard.sh", "plans", "report.md", "prod")).code).toBe(2);
		expect(guarded.read("report.md")).toContain("nothing can be said of the data");
		expect(guarded.read("report.md").startsWith(MARKER)).toBe(true);
	});

	it("refuses to say anything of no stack at all", async () => {
		const guarded = scene(report("safe"));
		expect((await guarded.run("guard.sh", "plans", "report.md", "")).code).toBe(2);
	});
});

describe("fit.sh", () => {
	it("leaves a report that fits as it is, with the run that it is from", async () => {
		const scene = new WorkflowScene();
		scene.write("report.md", `${MARKER}\n\n### safe\n`);
		const { output } = await scene.run("fit.sh", "report.md", "65000");
		expect(output).toBe(`${MARKER}\n\n### safe\n\nOf commit 0123456789abcdef, by [this run](${RUN}).\n`);
	});

	it("cuts a longer one between two lines, closes what is folded, and leads to the rest", async () => {
		const scene = new WorkflowScene();
		const row = "| ❌ lost | volume notes | it is replaced |";
		const folded = Array.from({ length: 3000 }, (_, at) => `- ✅ resource ${at}: kept`).join("\n");
		scene.write("report.md", `${MARKER}\n\n${row}\n\n<details><summary>3000</summary>\n\n${folded}\n\n</details>\n`);
		const { output } = await scene.run("fit.sh", "report.md", "65000");
		expect(Buffer.byteLength(output)).toBeLessThan(65_000);
		expect(Buffer.byteLength(output)).toBeGreaterThan(64_000);
		const lines = output.split("\n");
		expect(lines.filter((line) => line.startsWith("- "))).toSatisfy((kept: string[]) =>
			kept.every((line) => /^- ✅ resource \d+: kept$/.test(line)),
		);
		expect(output.match(/<details>/g)).toHaveLength(1);
		expect(output.match(/<\/details>/g)).toHaveLength(1);
		expect(output).toContain(row);
		expect(output).toContain(`in the log of [the run](${RUN})`);
	});
});
