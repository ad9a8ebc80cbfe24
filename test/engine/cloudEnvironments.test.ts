import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DIGEST, environment, PROGRAM, STATEFUL, stateful, VALUE } from "./cloudEnvironment";
import { names, type Preview, refusal } from "./cloudStack";

// The four environment files as they are committed, with the program of stacks/, on a real engine. The clouds behind it are
// the doubles of cloudDouble/. Images are named by digest instead of built: cloudImages.test.ts builds and pushes.

/** No step that takes away or replaces what holds data. */
function expectKept({ steps }: Preview): void {
	const lost = steps.filter(
		({ op, urn }) => /delete|replace/.test(op) && STATEFUL.has(urn.split("::")[2]?.split("$").pop() ?? ""),
	);
	expect(lost).toEqual([]);
}

function expectProtected(preview: Preview): void {
	// Of the backup, whichever of its parts the engine comes to first.
	expect(refusal(preview)).toMatch(/BackupBucket\$\S+::notes-\S+" cannot be deleted\nbecause it is protected/);
}

const CHANGE = { gcp: ["update notes-service"], aws: ["replace notes-task", "update notes-service"] };
const ENVIRONMENTS = ["gcp-staging", "gcp-prod", "aws-staging", "aws-prod"];

it.concurrent.for(ENVIRONMENTS)("%s: up, nothing to do, a change, destroy", async (name, test) => {
	const stack = await environment(test, name, (config) => {
		if (name === "aws-staging")
			config["holdfast:aws"] = { ...config["holdfast:aws"], files: { mountPath: "/app/files" } };
	});
	const isProd = name.endsWith("-prod");
	if (isProd) {
		expect(refusal(await stack.preview())).toContain("prod must not encrypt its secrets with a passphrase");
		// The engine's own passphrase goes on, for no key of a cloud can be had here: the program is shown a file with one.
		const shown = join(stack.home, "shown.yaml");
		writeFileSync(shown, `secretsprovider: ${name.startsWith("gcp") ? "gcpkms" : "awskms"}://a-key\n`);
		stack.environment.HOLDFAST_CONFIG = shown;
	}
	await stack.upAtOnce();
	const kept = stateful(stack);
	expect(kept.length).toBeGreaterThanOrEqual(name === "aws-staging" ? 3 : 2);
	expect(await stack.succeeds("stack", "export")).not.toContain(VALUE);

	await stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");
	const start = performance.now();
	const same = await stack.preview();
	console.log(
		`${name}: a warm preview took ${((performance.now() - start) / 1000).toFixed(1)} s beside the other tests`,
	);
	expect(same.steps).toEqual([]);

	stack.configure((config) => {
		Object.assign(config["holdfast:app"] as object, { image: `ghcr.io/me/notes@${DIGEST.replace("0", "1")}` });
	});
	const change = await stack.preview();
	// A new revision or task beside the same everything else.
	const target = name.split("-")[0] as keyof typeof CHANGE;
	expect(names(change)).toEqual(CHANGE[target]);
	expectKept(change);
	await stack.upAtOnce();

	// No app at all, and another name of it: the same names of resources in staging and in prod.
	const before = stack.contents();
	stack.program("module.exports = {};");
	expectProtected(await stack.preview());
	stack.program(PROGRAM);
	if (!isProd) {
		stack.configure((config) => Object.assign(config, { "holdfast:name": "other" }));
		expectProtected(await stack.preview());
		stack.configure((config) => Object.assign(config, { "holdfast:name": "notes" }));
	}
	expect(stack.contents()).toEqual(before);

	if (isProd) {
		const destroyed = await stack.destroy("--skip-preview", "--exclude-protected");
		expect(destroyed).toMatchObject({ code: 255, output: expect.stringMatching(/deletion.protection/) });
		expect(stateful(stack)).toEqual(kept);
		// As the hint says.
		stack.configure((config) => Object.assign(config[`holdfast:${target}`] as object, { protectApp: false }));
		await stack.upAtOnce();
	}
	await stack.succeeds("destroy", "--yes", "--skip-preview", "--exclude-protected");
	expect(stateful(stack)).toEqual(kept);
	const running = stack.contents().filter(({ type }) => /service:Service|loadBalancer|cluster/.test(type));
	expect(running.filter(({ type }) => type !== "gcp:projects/service:Service")).toEqual([]);
});
