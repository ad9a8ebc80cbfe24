import { expect, it } from "vitest";
import { environment, stateful } from "./cloudEnvironment";
import { type CloudStack, names } from "./cloudStack";

// The move of a Cloud Run stack, from stacks/Pulumi.gcp-staging.yaml, on a real engine. The cloud behind it is the double of
// cloudDouble/: it runs no job, and says of one that it has succeeded, or failed where the test wants that.

const SERVICE = "gcp:cloudrunv2/service:Service";
const JOB = "gcp:cloudrunv2/job:Job";
const SINCE = "2026-11-22T10:00:00.000Z";

function containers(stack: CloudStack): string[] {
	const [service] = stack.contents(SERVICE);
	const { containers: found } = (service?.inputs.template ?? {}) as { containers?: { name: string }[] };
	return (found ?? []).map(({ name }) => name);
}

/** Which jobs there are, and what each was told. */
function jobs(stack: CloudStack): string[] {
	return stack
		.contents(JOB)
		.map(({ id, inputs }) => {
			const [, kind] = /notes-(prepare|schema|copy)-[0-9a-f]+$/.exec(id) ?? [];
			return `${kind}${JSON.stringify(inputs.template).includes("--rehearse") ? " --rehearse" : ""}`;
		})
		.sort();
}

it("rehearses, moves once the copy is proven, and stays", async (test) => {
	const stack = await environment(test, "gcp-staging");
	await stack.upAtOnce();
	expect(stack.contents().filter(({ type }) => /sql|cloudrunv2\/job/.test(type))).toEqual([]);
	expect(containers(stack)).toEqual(["keeper", "app"]);

	stack.configure((config) => Object.assign(config, { "holdfast:postgres": { tier: "db-f1-micro" } }));
	// The update ends between the password and the user who is to have it.
	stack.environment.HOLDFAST_DOUBLE_DENY = "cloudsql.users.create";
	expect((await stack.up("--skip-preview")).code).not.toBe(0);
	delete stack.environment.HOLDFAST_DOUBLE_DENY;
	await stack.upAtOnce();
	const [user] = stack.contents("gcp:sql/user:User");
	const password = secretText(user?.inputs.password);
	const versions = stack.contents("gcp:secretmanager/secretVersion:SecretVersion");
	const values = versions.map(({ inputs }) => secretText(inputs.secretData));
	expect(values.filter((value) => value === password)).toHaveLength(1);
	expect(values).toContainEqual(
		`postgresql://notes:${password}@/notes?host=/cloudsql/my-project:asia-southeast1:holdfast-gcp-staging-notes`,
	);
	expect(await stack.succeeds("stack", "export")).not.toContain(password);
	expect(jobs(stack)).toEqual(["copy --rehearse", "prepare --rehearse", "schema"]);
	expect(containers(stack)).toEqual(["keeper", "app"]);
	await stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");

	// A step that fails keeps the next one from being made, and the revision that serves as it is.
	stack.configure((config) => Object.assign(config, { "holdfast:database": "postgres" }));
	const before = stack.contents(SERVICE);
	stack.environment.HOLDFAST_DOUBLE_FAILING = "schema";
	const failed = await stack.up("--skip-preview");
	expect(failed).toMatchObject({ code: 255, output: expect.stringContaining("failed with exit code: 3") });
	expect(jobs(stack).filter((job) => job === "copy")).toEqual([]);
	stack.environment.HOLDFAST_DOUBLE_FAILING = "copy";
	expect((await stack.up("--skip-preview")).code).toBe(255);
	delete stack.environment.HOLDFAST_DOUBLE_FAILING;
	// A job that is passed by as done has moved nothing.
	const unproven = await stack.up("--skip-preview");
	expect(unproven).toMatchObject({
		code: 255,
		output: expect.stringMatching(/not in Postgres yet .* raise move\.attempt/),
	});
	expect(stack.contents(SERVICE)).toEqual(before);

	stack.environment.HOLDFAST_DOUBLE_OBJECT = JSON.stringify({ moved: { to: "postgres", since: SINCE } });
	await stack.upAtOnce();
	expect(containers(stack)).toEqual(["app"]);
	expect(stack.contents(SERVICE)[0]?.inputs.description).toBe(`Holdfast: notes, in Postgres since ${SINCE}`);
	await stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");

	// Another version: its migration runs before it.
	stack.configure((config) => {
		Object.assign(config["holdfast:app"] as object, { environment: { LOG_LEVEL: "DEBUG" } });
	});
	expect(names(await stack.preview())).toEqual([
		"replace notes-copy",
		"replace notes-prepare",
		"replace notes-schema",
		"update notes-service",
	]);

	const kept = stateful(stack);
	expect(kept.filter((thing) => thing.includes("sql/"))).toHaveLength(3);
	await stack.succeeds("destroy", "--yes", "--skip-preview", "--exclude-protected");
	expect(stateful(stack)).toEqual(kept);
});

/** Of a value that may be in the engine's wrapping of a secret. */
function secretText(value: unknown): string {
	return typeof value === "string" ? value : `${(value as { value?: unknown }).value}`;
}
