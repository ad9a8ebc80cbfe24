import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../tools/workspace";
import { WorkflowScene } from "./workflowScene";

const SECTION = /\n## In CI\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";

/** The blocks of a language in the README's section. */
function blocks(language: string): string[] {
	const found = SECTION.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"));
	return [...found].map(([, block]) => block ?? "");
}

it("the README's environments have every value that the workflows read, and no other", () => {
	const directory = join(ROOT, ".github");
	const read = [
		"workflows/preview.yml",
		"workflows/drift.yml",
		"workflows/deploy.yml",
		"actions/environment/action.yml",
	]
		.map((file) => readFileSync(join(directory, file), "utf8"))
		.join("\n");
	const named = [...read.matchAll(/(?:matrix|environment\))\.((?:google|aws)\.\w+|stack|backend)\b/g)].map(
		([, path]) => path ?? "",
	);
	// By an index: google[inputs.identity].
	const identities = [...read.matchAll(/identity: (\w+)/g)].flatMap(([, name]) => [`google.${name}`, `aws.${name}`]);

	const environments = JSON.parse(blocks("json")[0] ?? "") as Record<string, string | Record<string, string>>[];
	const given = environments.flatMap((environment) =>
		Object.entries(environment).flatMap(([key, value]) =>
			typeof value === "string" ? [key] : Object.keys(value).map((inner) => `${key}.${inner}`),
		),
	);
	expect([...new Set([...named, ...identities])].sort()).toEqual([...new Set(given)].sort());
});

it("the README's commands run in their order, and make identities that only read", async () => {
	const scene = new WorkflowScene();
	// As the real ones answer.
	scene.standIn("gh", "[[ $* == *repo:* ]] && echo 'repo:acme@1/shop@2' || echo 2");
	scene.standIn("gcloud", "[[ $* != *describe* ]] || echo 1234");
	scene.standIn("aws", "[[ $1 == iam ]] || { [[ $1 == sts ]] && echo 123456789012 || echo arn:aws:kms:key; }");
	const { code, output } = await scene.shell(blocks("sh").join("\n"));
	expect(code, output).toBe(0);

	const documents = scene
		.calls("aws")
		.flatMap(({ words }) => words.filter((_, at) => /-document$/.test(words[at - 1] ?? "")))
		.map((text) => JSON.parse(text) as { Statement: Record<string, unknown>[] });
	const [trust, policy] = documents;
	expect(trust?.Statement[0]?.Condition).toEqual({
		StringEquals: {
			"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
			"token.actions.githubusercontent.com:sub": [
				"repo:acme@1/shop@2:pull_request",
				"repo:acme@1/shop@2:ref:refs/heads/main",
			],
		},
	});
	const actions = policy?.Statement.flatMap(({ Action }) => Action as string | string[]) ?? [];
	expect(actions.length).toBeGreaterThan(3);
	expect(actions.filter((action) => !/:(?:List|Get|Decrypt)/.test(action))).toEqual([]);

	const google = scene.calls("gcloud").map(({ words }) => words);
	const roles = google.flatMap((words) => words.filter((_, at) => words[at - 1] === "--role"));
	expect(roles.length).toBeGreaterThan(5);
	expect(roles.filter((role) => !/viewer|Viewer|Reviewer|Accessor|Decrypter|workloadIdentityUser/.test(role))).toEqual(
		[],
	);
	const members = google.flatMap((words) => words.filter((word) => word.startsWith("principal")));
	const pool = "principal://iam.googleapis.com/projects/1234/locations/global/workloadIdentityPools/github/subject";
	expect(members).toEqual([
		`${pool}/repo:acme@1/shop@2:pull_request`,
		`${pool}/repo:acme@1/shop@2:ref:refs/heads/main`,
	]);
});

it("the README names every workflow", () => {
	for (const name of readdirSync(join(ROOT, ".github", "workflows"))) expect(SECTION).toContain(`| \`${name}\``);
});
