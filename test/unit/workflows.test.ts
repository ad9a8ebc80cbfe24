import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { actionlint } from "../../tools/setup/actionlint";
import { command } from "../../tools/setup/command";
import { ROOT } from "../../tools/workspace";
import { type Job, problems, type Step, stepProblems, unversioned, type Workflow } from "./workflowRules";

const WORKFLOWS = join(ROOT, ".github", "workflows");
const FILES = readdirSync(WORKFLOWS).map((name) => join(WORKFLOWS, name));
const ACTION = join(ROOT, ".github", "actions", "environment", "action.yml");

function read<T = Workflow>(file: string): T {
	return parse(readFileSync(file, "utf8")) as T;
}

/** Built the first time, some seconds; without shellcheck, which not every machine has. */
async function lint(...files: string[]) {
	const program = await actionlint.make();
	return command(program, ["-shellcheck=", "-pyflakes=", "-no-color", ...files], { cwd: ROOT });
}

describe("actionlint", () => {
	it("has nothing to say of any workflow", async () => {
		expect(FILES.length).toBeGreaterThanOrEqual(5);
		expect(await lint(...FILES)).toEqual({ code: 0, output: "" });
	}, 300_000);

	it("is really asked: a job that needs none that is there is found", async () => {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-lint-"));
		try {
			const broken = join(directory, "preview.yml");
			const text = readFileSync(join(WORKFLOWS, "preview.yml"), "utf8");
			writeFileSync(broken, text.replace("needs: preview", "needs: previews"));
			expect(await lint(broken)).toEqual({ code: 1, output: expect.stringContaining('"previews"') });
		} finally {
			rmSync(directory, { recursive: true, force: true });
		}
	}, 300_000);
});

describe("workflows and the action", () => {
	it.each(FILES)("%s is safe", (file) => {
		expect(problems(read(file))).toEqual([]);
	});

	it("the action is safe", () => {
		expect(stepProblems(read<{ runs: { steps: Step[] } }>(ACTION).runs.steps)).toEqual([]);
	});

	it.each([...FILES, ACTION])("%s names the version of each pinned commit", (file) => {
		const text = readFileSync(file, "utf8");
		expect(unversioned(text)).toEqual([]);
		expect(unversioned(text.replace(/ # v[\d.]+$/m, ""))).toHaveLength(1);
		expect(unversioned(text.replace(/@[0-9a-f]{40} /, "@v4 "))).toHaveLength(1);
	});

	it("each commit has one version, the same everywhere", () => {
		const versions = [...FILES, ACTION].flatMap((file) => [
			...readFileSync(file, "utf8").matchAll(/uses: (\S+)@([0-9a-f]{40} # \S+)/g),
		]);
		const ofEach = new Map<string, Set<string>>();
		for (const [, action = "", version = ""] of versions) {
			ofEach.set(action, (ofEach.get(action) ?? new Set()).add(version));
		}
		expect([...ofEach].filter(([, all]) => all.size > 1)).toEqual([]);
	});

	it("every script that is called is there and can be run, and each is called", () => {
		const text = FILES.map((file) => readFileSync(file, "utf8")).join("\n");
		const called = new Set([...text.matchAll(/\.github\/scripts\/(\w+\.sh)/g)].map(([, name]) => name ?? ""));
		const scripts = join(ROOT, ".github", "scripts");
		for (const name of called) expect(statSync(join(scripts, name)).mode & 0o111, name).not.toBe(0);
		// fit.sh is called by the others.
		expect([...called, "fit.sh"].sort()).toEqual(readdirSync(scripts).sort());
	});
});

describe("a planted violation is found", () => {
	/** The workflow of a file, with a change. */
	function changed(name: string, change: (workflow: Workflow, job: (name: string) => Job) => void): string[] {
		const workflow = read(join(WORKFLOWS, name));
		change(workflow, (job) => {
			const found = workflow.jobs[job];
			if (found === undefined) throw new Error(`${name} has no job ${job}`);
			return found;
		});
		return problems(workflow);
	}
	const first = (job: Job) => {
		const [step] = job.steps;
		if (step === undefined) throw new Error("the job has no steps");
		return step;
	};
	const FORK = "preview: credentials beside a fork's code";

	it("an action by its tag", () => {
		const found = changed("preview.yml", (_, job) => {
			first(job("guard")).uses = "actions/upload-artifact@v7";
		});
		expect(found).toEqual(["guard: actions/upload-artifact@v7 is not pinned by its commit"]);
	});

	it("permissions for all jobs, or GitHub's own default", () => {
		const rule = ["the workflow's permissions are neither none nor read"];
		expect(changed("drift.yml", (workflow) => Object.assign(workflow, { permissions: { contents: "write" } }))).toEqual(
			rule,
		);
		expect(changed("drift.yml", (workflow) => delete workflow.permissions)).toEqual(rule);
	});

	it.each(["pull_request_target", "workflow_run"])("the trigger %s", (trigger) => {
		const found = changed("preview.yml", (workflow) => {
			workflow.on[trigger] = null;
		});
		expect(found).toEqual([expect.stringContaining(trigger)]);
	});

	it.each([
		["without a condition", undefined],
		["with another condition", "vars.HOLDFAST_ENVIRONMENTS != ''"],
		["with a way around it", "github.event.pull_request.head.repo.full_name == github.repository || always()"],
		["the other way round", "github.event.pull_request.head.repo.full_name != github.repository"],
	])("credentials in a pull request %s", (_what, condition) => {
		const found = changed("preview.yml", (_, job) => {
			job("preview").if = condition;
		});
		expect(found).toEqual([FORK]);
	});

	it("a secret in a pull request's job that writes nothing", () => {
		const found = changed("test.yml", (_, job) => {
			first(job("test")).env = { TOKEN: `\${{ secrets.TOKEN }}` };
		});
		expect(found).toEqual(["test: credentials beside a fork's code"]);
	});

	it("a deploy that nobody approves, or from a pull request", () => {
		const unapproved = changed("deploy.yml", (_, job) => {
			delete job("clouds").environment;
		});
		expect(unapproved).toEqual(["clouds: deploys without an environment to approve it"]);
		const early = changed("deploy.yml", (workflow) => {
			workflow.on.pull_request = null;
		});
		expect(early).toContain("hosts: deploys from a pull request");
	});

	it.each(["github.event.pull_request.title", "github.head_ref", "github.event.comment.body"])(
		"%s inside a script",
		(value) => {
			const found = changed("preview.yml", (_, job) => {
				job("guard").steps.push({ run: `echo "\${{ ${value} }}"` });
			});
			expect(found).toEqual([expect.stringContaining("guard: an expression is put into a script")]);
		},
	);

	it("a checkout that keeps its token, no timeout, no concurrency group", () => {
		const token = changed("image.yml", (_, job) => delete first(job("image")).with);
		expect(token).toEqual(["image: the checkout leaves its token on the disk"]);
		expect(changed("image.yml", (_, job) => delete job("image")["timeout-minutes"])).toEqual([
			"image: there is no timeout",
		]);
		expect(changed("drift.yml", (workflow) => delete workflow.concurrency)).toEqual(["there is no concurrency group"]);
	});
});

describe("what each workflow may do", () => {
	it.each(["preview.yml", "drift.yml"])("%s signs in to read, and never to deploy", (name) => {
		const { jobs } = read(join(WORKFLOWS, name));
		const identities = Object.values(jobs).flatMap(({ steps }) => steps.map((step) => step.with?.identity));
		expect(identities.filter((identity) => identity !== undefined)).toEqual(["preview"]);
	});

	it("only the job that previews can sign in, and it can write nothing on GitHub", () => {
		for (const name of ["preview.yml", "drift.yml"]) {
			const { preview, guard } = read(join(WORKFLOWS, name)).jobs;
			expect(preview?.permissions).toEqual({ contents: "read", "id-token": "write" });
			const toWrite = name === "preview.yml" ? "pull-requests" : "issues";
			expect(guard?.permissions).toEqual({ contents: "read", [toWrite]: "write" });
		}
	});

	it("a deploy is never cut off, and is guarded right before", () => {
		const { concurrency, jobs } = read(join(WORKFLOWS, "deploy.yml"));
		expect(concurrency?.["cancel-in-progress"]).toBe(false);
		for (const { steps } of Object.values(jobs)) {
			const scripts = steps.map(({ run = "" }) => /scripts\/(\w+)\.sh/.exec(run)?.[1]).filter((name) => name);
			expect(scripts.filter((name) => name !== "registry" && name !== "ssh")).toEqual(["preview", "guard", "deploy"]);
			expect(steps.every((step) => step.if === undefined && step["continue-on-error"] === undefined)).toBe(true);
		}
	});

	it("the guard's verdict fails the job, after the comment", () => {
		const { guard } = read(join(WORKFLOWS, "preview.yml")).jobs;
		const [judged, commented] = guard?.steps.slice(-2) ?? [];
		expect(judged?.run).toContain("guard.sh");
		expect(judged?.["continue-on-error"]).toBeUndefined();
		expect(commented?.run).toContain("comment.sh");
		expect(commented?.if).toContain("!cancelled()");
	});
});
