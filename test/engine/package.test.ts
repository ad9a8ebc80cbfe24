import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { RULES } from "../../components/guard/rules/index";
import { publicDockerfile } from "../../tools/package/build";
import { ROOT } from "../../tools/workspace";
import { Consumer, contents, pack } from "./consumer";
import { docker, dockerOutput } from "./testStack";

const PROGRAM = `import { type AppArgs, DockerApp, type DockerAppArgs } from "holdfast/docker";
import { type Report, guard } from "holdfast/guard";

const args: DockerAppArgs & AppArgs = {
	image: "ghcr.io/me/notes:1",
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
	domain: "notes.example.com",
};
const report: (now: Date) => Report = (now) => guard([], { now });
export const url = new DockerApp("notes", args).url;
export const safe: boolean = report(new Date()).safe;
`;

/** What a module brings with it, as packages' names; run in the project. */
const loads = (module: string) =>
	`require("${module}"); const names = Object.keys(require.cache).map((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
	console.log(JSON.stringify([...new Set(names)].sort()))`;

interface Previewed {
	steps: { newState?: { type: string; inputs?: { build?: { context: string; dockerfile: string } } } }[];
}

it("another project installs the package, imports one component, and previews", async (test) => {
	const consumer = await Consumer.make(test, "@pulumi/pulumi", "@pulumi/docker", "typescript", "@types/node");
	consumer.write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
	consumer.write("index.ts", PROGRAM);

	// The Docker part asks for nothing of a cloud, and the guard not even for Pulumi.
	for (const sdk of ["gcp", "aws", "policy"]) expect(existsSync(consumer.module("@pulumi", sdk))).toBe(false);
	const loaded: string[] = JSON.parse(await consumer.succeeds("node", "-e", loads("holdfast/docker")));
	expect(loaded.filter((name) => name.startsWith("@pulumi/"))).toEqual(["@pulumi/docker", "@pulumi/pulumi"]);
	expect(JSON.parse(await consumer.succeeds("node", "-e", loads("holdfast/guard")))).toEqual(["holdfast"]);

	// The declarations hold by themselves, as new projects resolve them and as older ones do.
	const compile = (...options: string[]) =>
		consumer.succeeds(
			"npx",
			"tsc",
			"index.ts",
			"--ignoreConfig",
			"--noEmit",
			"--strict",
			"--target",
			"es2022",
			...options,
		);
	await compile("--types", "node", "--skipLibCheck", "false", "--module", "nodenext");
	const older = ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"];
	await compile("--types", "node", "--skipLibCheck", "false", "--esModuleInterop", ...older);

	const preview = await consumer.pulumi("preview", "--json");
	expect(preview).toMatchObject({ code: 0 });
	const plan = preview.output.slice(preview.output.indexOf("\n{") + 1);
	const { steps } = JSON.parse(plan) as Previewed;
	expect(steps.filter(({ newState }) => newState?.type === "holdfast:docker:DockerApp")).toHaveLength(1);
	// All images of Holdfast's own are built from what is in the package: none is taken to be on the engine.
	const builds = steps.flatMap(({ newState }) => newState?.inputs?.build ?? []);
	// Named from the project, which is elsewhere in CI.
	const recipes = builds.map((build) =>
		relative(join("node_modules", "holdfast", "dist"), join(build.context, build.dockerfile)),
	);
	expect(recipes.sort()).toEqual([
		"docker/caddy/Dockerfile",
		"docker/prepare/Dockerfile",
		"keeper/image/Dockerfile.public",
	]);

	// The same package judges that preview, and holds it to the rules.
	consumer.write("plan.json", plan);
	const holdfast = (...words: string[]) => consumer.succeeds(consumer.module(".bin", "holdfast"), ...words);
	expect(await holdfast("guard", "--help")).toContain("holdfast guard [--markdown | --json]");
	expect(JSON.parse(await holdfast("guard", "--json", "plan.json"))).toMatchObject({ safe: true });
	await consumer.install("@pulumi/policy");
	const pack = ["--policy-pack", consumer.module("holdfast", "dist", "policy")];
	expect(await consumer.pulumi("preview", ...pack)).toMatchObject({
		code: 0,
		output: expect.stringContaining("✅ holdfast@v"),
	});
	consumer.write("index.ts", `import * as docker from "@pulumi/docker";\nnew docker.Volume("data", {});\n`);
	const refused = await consumer.pulumi("preview", ...pack);
	expect(refused.code).not.toBe(0);
	expect(refused.output).toContain(RULES.find(({ name }) => name === "data-is-protected")?.name);
});

it("what is packed is the components, what they read, and nothing else", async (test) => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-pack-"));
	test.onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
	const files = await contents(await pack(directory));
	const tracked = execFileSync("git", ["ls-files", "components"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
	const read = tracked.filter((file) => !/\.(ts|md)$/.test(file)).map((file) => file.replace(/^components/, "dist"));
	const made = ["keeper.js", "keeper.js.LEGAL.txt", "Dockerfile.public"].map((file) => `dist/keeper/image/${file}`);
	const texts = ["CHANGELOG.md", "LICENSE", "README.md", "README.zh-CN.md", "package.json"];
	const compiled = files.filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file) && !made.includes(file));
	expect(files.filter((file) => !compiled.includes(file)).sort()).toEqual([...read, ...made, ...texts].sort());
	// Each of them is of a component, not of a test or a stack.
	const sources = new Set(tracked.map((file) => file.replace(/^components\/(.*)\.ts$/, "dist/$1")));
	expect(compiled.filter((file) => !sources.has(file.replace(/\.(d\.ts|js)$/, "")))).toEqual([]);
});

it("the keeper's image in one build has the base's programs and the keeper's", async () => {
	// The pulls are simulated by the image that set-up made of the same programs.
	const recipe = publicDockerfile().replace(/^FROM \S+/gm, "FROM holdfast/keeper-base:1");
	const context = join(ROOT, "components", "keeper", "image");
	const tag = "holdfast-package-test:1";
	execFileSync("docker", ["build", "--quiet", "--tag", tag, "--file", "-", context], { input: recipe });
	try {
		const programs = "litestream version && test ! -e /usr/local/bin/npm && ls /etc/ssl/certs/ca-certificates.crt";
		await dockerOutput("run", "--rm", "--network", "none", "--entrypoint", "sh", tag, "-c", programs);
		const { errors } = await docker.run(["run", "--rm", "--network", "none", tag, "--help"]);
		expect(errors).toContain("keeper replicate");
	} finally {
		await dockerOutput("image", "rm", "--force", tag);
	}
	const lines = (recipe: string, word: string) => recipe.split("\n").filter((line) => line.startsWith(word));
	const recipeOf = (part: string) => readFileSync(join(ROOT, "components", "keeper", part, "Dockerfile"), "utf8");
	expect(lines(publicDockerfile(), "FROM")).toEqual(lines(recipeOf("base"), "FROM"));
	expect(lines(publicDockerfile(), "ENTRYPOINT")).toEqual(lines(recipeOf("image"), "ENTRYPOINT"));
});
