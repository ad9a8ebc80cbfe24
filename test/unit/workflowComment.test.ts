import { describe, expect, it } from "vitest";
import { MARKER, WorkflowScene } from "./workflowScene";

const DRIFT = "<!-- holdfast-drift -->";
const BOT = { login: "github-actions[bot]" };

/** A stand-in of gh that knows what GitHub has, filters as gh does, and takes whatever is written. */
function github(has: unknown[]): WorkflowScene {
	const scene = new WorkflowScene();
	scene.write("github.json", JSON.stringify(has));
	scene.standIn("gh", `[[ $* == *--jq* ]] && jq --raw-output "\${@: -1}" '${scene.directory}/github.json' || true`);
	return scene;
}

/** What was written: method, address, body. */
function written(scene: WorkflowScene) {
	const calls = scene.calls("gh").filter(({ words }) => words.includes("--method"));
	return calls.map(({ words: [, , method, address], input }) => ({ method, address, ...JSON.parse(input) }));
}

describe("comment.sh", () => {
	const report = `${MARKER}\n\n### ❌ "data" is $LOST\n`;

	async function comment(has: unknown[], text = report) {
		const scene = github(has);
		scene.write("report.md", text);
		const { code, output } = await scene.run("comment.sh", "12", "report.md");
		expect(code, output).toBe(0);
		return written(scene);
	}

	it("makes one comment the first time", async () => {
		const foreign = { id: 1, user: { login: "ann" }, body: `${MARKER}\n\nlooks like it` };
		const other = { id: 2, user: BOT, body: `a quote: ${MARKER}` };
		expect(await comment([foreign, other])).toEqual([
			{ method: "POST", address: "repos/acme/shop/issues/12/comments", body: expect.stringContaining(report) },
		]);
	});

	it("writes that one anew the second time", async () => {
		const ours = [3, 4].map((id) => ({ id, user: BOT, body: `${MARKER}\n\nof before` }));
		expect(await comment([{ id: 1, user: { login: "ann" }, body: "hm" }, ...ours])).toEqual([
			{ method: "PATCH", address: "repos/acme/shop/issues/comments/3", body: expect.stringContaining(report) },
		]);
	});

	it("stays below what GitHub takes", async () => {
		const long = `${MARKER}\n\n${"- ✅ a resource: kept\n".repeat(5000)}`;
		const [made] = await comment([], long);
		expect(made.body.length).toBeLessThan(65_536);
		expect(made.body.startsWith(MARKER)).toBe(true);
	});

	it("fails where GitHub does not take it", async () => {
		const scene = new WorkflowScene();
		scene.standIn("gh", "[[ $* == *--jq* ]] || exit 1");
		scene.write("report.md", report);
		expect((await scene.run("comment.sh", "12", "report.md")).code).not.toBe(0);
	});
});

describe("issue.sh", () => {
	const report = `${MARKER}\n\n### what the night found\n`;
	const open = { number: 7, user: BOT, body: `${DRIFT}\nof yesterday`, pull_request: null };

	async function issue(outcome: string, has: unknown[]) {
		const scene = github(has);
		scene.write("report.md", report);
		const { code, output } = await scene.run("issue.sh", outcome, "report.md");
		expect(code, output).toBe(0);
		return written(scene);
	}
	const body = expect.stringContaining(report);

	it("opens one issue", async () => {
		const foreign = { ...open, number: 1, user: { login: "ann" } };
		const without = { ...open, number: 2, body: null };
		const [made, ...more] = await issue("failure", [foreign, without]);
		expect(more).toEqual([]);
		expect(made).toEqual({ method: "POST", address: "repos/acme/shop/issues", title: expect.any(String), body });
		expect(made.body.startsWith(DRIFT)).toBe(true);
	});

	it("writes it anew while it is open", async () => {
		expect(await issue("failure", [open])).toEqual([{ method: "PATCH", address: "repos/acme/shop/issues/7", body }]);
	});

	it("closes it once all is safe, and opens none then", async () => {
		const closed = { method: "PATCH", address: "repos/acme/shop/issues/7", body, state: "closed" };
		expect(await issue("success", [open])).toEqual([closed]);
		expect(await issue("success", [])).toEqual([]);
	});
});
