import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { answering } from "../../tools/prove/load";
import { ROOT } from "../../tools/workspace";
import { CloudStack, names } from "./cloudStack";
import { linkPackage } from "./consumer";
import { dockerOutput, succeeds, TestStack } from "./testStack";

// Programs of the README as they stand, in a project that has the packed package.

/** The program that imports from there. */
function snippet(module: string): string {
	const programs = [...readFileSync(join(ROOT, "README.md"), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)];
	const found = programs.map(([, program = ""]) => program).find((program) => program.includes(`from "${module}";`));
	if (found === undefined) throw new Error(`README.md has no program that imports ${module}`);
	return found;
}

/** A project as pulumi new makes it, with the package in it. */
async function ownProject(directory: string, program: string): Promise<void> {
	writeFileSync(join(directory, "index.ts"), program);
	writeFileSync(join(directory, "Pulumi.yaml"), "name: mine\nruntime: nodejs\n");
	writeFileSync(join(directory, "package.json"), '{ "name": "mine", "main": "index.ts" }');
	await linkPackage(directory);
}

it("the program of the README brings an app up in a stack of one's own", async () => {
	const stack = (await TestStack.make()).configure();
	// An image and a port that are here; the rest word for word.
	const program = snippet("holdfast/docker")
		.replace("ghcr.io/me/notes@sha256:…", await stack.sampleImage())
		.replace("port: 8000,", `port: 8000, publish: { port: ${stack.port} },`);
	const project = stack.directory("project");
	await ownProject(project, program);
	// The one thing that is simulated: the image that set-up made, for those that no registry gives here.
	const recipe = join(project, "node_modules", "holdfast", "dist", "keeper", "image", "Dockerfile.public");
	writeFileSync(recipe, readFileSync(recipe, "utf8").replace(/^FROM \S+/gm, "FROM holdfast/keeper-base:1"));

	let place = project;
	const inProject = (...args: string[]) => stack.pulumi(...args, "--cwd", place, "--stack", stack.name);
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

	// In CI the project lies in another directory than where it was brought up: that is no change.
	place = stack.directory("elsewhere");
	renameSync(project, place);
	const configuration = join(place, `Pulumi.${stack.name}.yaml`);
	await succeeds(inProject("preview", "--expect-no-changes", "--config-file", configuration));
});

it("the program for Google Cloud previews in a stack of one's own", async (test) => {
	const stack = await CloudStack.make(test, "", { project: "mine" });
	await ownProject(stack.directory, snippet("holdfast/gcp").replace("sha256:…", `sha256:${"a".repeat(64)}`));
	const previewed = await stack.preview();
	expect(previewed.diagnostics).toEqual([]);
	expect(names(previewed)).toEqual(expect.arrayContaining(["create notes-bucket", "create notes"]));
});
