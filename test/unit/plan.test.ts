import { describe, expect, it } from "vitest";
import { Plan } from "../../tools/plan";

const CONTAINER = "docker:index/container:Container";
interface State {
	type?: string;
	protect?: boolean;
	outputs?: object;
}
const step = (urn: string, op: string, { type = CONTAINER, ...state }: State = {}) => ({
	op,
	urn,
	oldState: { type, ...state },
});
const planOf = (...steps: object[]) => new Plan(JSON.stringify({ steps, changeSummary: { same: steps.length } }));
const ran = (name: string, exitCode: number | undefined, mustRun = false) => ({ outputs: { name, exitCode, mustRun } });

describe("what an update would do", () => {
	it("runs the steps of a deploy again that failed: the check, the rehearsal, the deploy", () => {
		const plan = planOf(
			step("start", "same", ran("holdfast-local-notes-start", 3)),
			step("rehearsal", "replace", ran("notes-rehearsal-1a2b3c4", 3)),
			step("deploy", "update", ran("notes-deploy-1a2b3c4", 1)),
			step("well", "same", ran("notes-deploy-5d6e7f8", 0)),
			step("running", "same", ran("notes-9a8b7c6", undefined)),
			step("app", "same", ran("notes-1a2b3c4", 137, true)),
		);
		expect(plan.failedSteps).toEqual(["start", "rehearsal", "deploy"]);
	});

	it("does not run again what goes, what never ran, and a migration without a keeper", () => {
		const plan = planOf(
			step("gone", "delete", ran("notes-deploy-1a2b3c4", 1)),
			step("prepare", "same", ran("holdfast-local-notes-prepare", 127)),
			step("migration", "same", ran("holdfast-local-notes-migration", 3)),
			step("volume", "same", { type: "docker:index/volume:Volume", ...ran("x", 3) }),
			{ op: "create", urn: "new" },
		);
		expect(plan.failedSteps).toEqual([]);
	});

	it("knows the volumes and the images that stay, and a container by its name", () => {
		const volume = "docker:index/volume:Volume";
		const image = "docker:index/remoteImage:RemoteImage";
		const plan = planOf(
			step("data", "same", { type: volume, protect: true, outputs: { name: "notes-data" } }),
			step("gate", "same", { type: volume, outputs: { name: "notes-gate" } }),
			step("kept", "same", { type: image, outputs: { imageId: "sha256:a" } }),
			step("other", "replace", { type: image, outputs: { imageId: "sha256:b" } }),
			step("app", "same", { outputs: { name: "notes-1a2b3c4" } }),
		);
		expect([...plan.keptVolumes]).toEqual([["notes-data", "data"]]);
		expect([...plan.keptImages]).toEqual([["sha256:a", "kept"]]);
		expect([plan.containerUrn("notes-1a2b3c4"), plan.containerUrn("notes")]).toEqual(["app", undefined]);
	});

	it("changes nothing only where the engine says that all is the same", () => {
		expect(planOf(step("app", "same")).changesNothing).toBe(true);
		expect(new Plan('{"changeSummary":{"same":3,"update":1}}').changesNothing).toBe(false);
		expect(new Plan("{}").changesNothing).toBe(false);
	});

	it("has the words of a preview that failed, each once, or all that it printed", () => {
		const diagnostics = [
			{ severity: "error", message: "no such image\n" },
			{ severity: "error", message: "no such image" },
			{ severity: "warning", message: "old" },
		];
		expect(new Plan(JSON.stringify({ diagnostics })).errors).toBe("no such image");
		const early = new Plan("error: passphrase must be set\n");
		expect([early.errors, early.failedSteps, early.changesNothing]).toEqual([
			"error: passphrase must be set",
			[],
			false,
		]);
	});
});
