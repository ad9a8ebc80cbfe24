import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { answering } from "../../tools/prove/load";
import { ROOT } from "../../tools/workspace";
import { dockerOutput, succeeds, TestStack } from "./testStack";

it("the program of the README brings an app up in a stack of one's own", async () => {
	const snippet = /```ts\n(import[\s\S]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";
	const stack = (await TestStack.make()).configure();
	// An image and a port that are here; the rest word for word.
	const program = snippet
		.replace("../holdfast/components", join(ROOT, "components"))
		.replace("ghcr.io/me/notes@sha256:…", await stack.sampleImage())
		.replace("port: 8000,", `port: 8000, publish: { port: ${stack.port} },`);
	const project = stack.directory("project");
	writeFileSync(join(project, "index.ts"), program);
	writeFileSync(join(project, "Pulumi.yaml"), "name: mine\nruntime: { name: nodejs, options: { typescript: true } }\n");
	writeFileSync(join(project, "package.json"), '{ "name": "mine", "main": "index.ts" }');
	writeFileSync(join(project, "tsconfig.json"), readFileSync(join(ROOT, "tsconfig.json")));
	symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));

	const inProject = (...args: string[]) => stack.pulumi(...args, "--cwd", project, "--stack", stack.name);
	await succeeds(inProject("stack", "init"));
	const up = await inProject(
		"up",
		"--yes",
		"--skip-preview",
		"--config-file",
		join(project, `Pulumi.${stack.name}.yaml`),
	);
	expect(up.output).toContain(`url: "${stack.url}"`);
	expect(up.code).toBe(0);
	expect(await answering(stack.url)).toBe("1");
	expect(await dockerOutput("volume", "ls", "--quiet", "--filter", `name=mine-${stack.name}-notes-data`)).toBe(
		`mine-${stack.name}-notes-data`,
	);
});
