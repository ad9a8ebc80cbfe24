import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cached, fillCache } from "./cache";
import { command, lastLine, which } from "./command";
import { StepFailed } from "./steps";

const RECIPES = join(__dirname, "go");

/** What each recipe builds: go.mod and go.sum beside it pin all of its code. */
const PACKAGES = {
	engine: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
	language: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
	docker: ".",
	litestream: "github.com/benbjohnson/litestream/cmd/litestream",
	"s3-server": "github.com/versity/versitygw/cmd/versitygw",
	"gcs-server": "github.com/fsouza/fake-gcs-server",
	registry: "github.com/distribution/distribution/v3/cmd/registry",
	caddy: "github.com/caddyserver/caddy/v2/cmd/caddy",
	compose: "github.com/docker/compose/v2/cmd",
	actionlint: "github.com/rhysd/actionlint/cmd/actionlint",
};

export type Recipe = keyof typeof PACKAGES;

/** What a program runs on, in the words of Node.js: "linux", "x64". */
export interface Platform {
	system: string;
	arch: string;
}

export const HERE: Platform = { system: process.platform, arch: process.arch };

interface Options {
	linkerFlags?: string;
	/** @default - this machine's */
	platform?: Platform;
	/** Another way to the program than a Go compiler, as the end of a sentence. */
	instead?: string;
}

/** Where the module cache has a module of a recipe, with its files that are not Go. */
export async function moduleDirectory(recipe: Recipe, module: string): Promise<string> {
	requireGo(`${module} is a Go module`);
	// Not of the workspace or with the flags of whoever runs this.
	const env = { ...process.env, GOFLAGS: "", GOWORK: "off" };
	const cwd = join(RECIPES, recipe);
	const { code, output } = await command("go", ["mod", "download", "-json", module], { cwd, env });
	const directory = code === 0 ? (/"Dir": "(.+)"/.exec(output)?.[1] ?? "") : "";
	if (directory !== "") return directory.replaceAll("\\\\", "\\");
	throw new StepFailed(
		`the Go module ${module} cannot be had: ${lastLine(output)}`,
		`See it whole: cd ${cwd} && go mod download -json ${module} (GOPROXY names the module proxy).`,
	);
}

/** Builds a recipe to the file `output`: static, without paths of this machine, so that it runs anywhere. */
export async function goBuild(recipe: Recipe, output: string, options: Options = {}): Promise<void> {
	const { linkerFlags = "", platform = HERE, instead } = options;
	requireGo(`${recipe} is built from Go modules here`, instead);
	const args = ["build", "-trimpath", "-o", output, "-ldflags", `-s -w ${linkerFlags}`, PACKAGES[recipe]];
	const built = await command("go", args, {
		cwd: join(RECIPES, recipe),
		env: {
			...process.env,
			CGO_ENABLED: "0",
			GOFLAGS: "",
			GOOS: platform.system === "win32" ? "windows" : platform.system,
			GOARCH: platform.arch === "x64" ? "amd64" : platform.arch,
		},
	});
	if (built.code !== 0) {
		throw new StepFailed(
			`the Go build failed: ${lastLine(built.output)}`,
			`See it whole: cd ${join(RECIPES, recipe)} && go build ${PACKAGES[recipe]} (GOPROXY names the module proxy).`,
		);
	}
}

function requireGo(reason: string, instead?: string): void {
	if (which("go") !== undefined) return;
	throw new StepFailed(
		`${reason}, and there is no Go compiler`,
		`Install Go 1.26 or newer (https://go.dev/dl)${instead === undefined ? "" : `, or ${instead}`}; then run npm run setup again.`,
	);
}

/** Changes when a recipe does, so that a cache never answers for another one. */
export function recipeHash(...recipes: Recipe[]): string {
	const hash = createHash("sha256");
	for (const recipe of recipes) {
		const directory = join(RECIPES, recipe);
		for (const file of readdirSync(directory).sort()) hash.update(file).update(readFileSync(join(directory, file)));
	}
	return hash.digest("hex").slice(0, 8);
}

/** One program that is built from Go modules and kept in the cache. */
export class GoProgram {
	constructor(
		private readonly recipe: Recipe,
		private readonly version: string,
		/** The variable that holds the version, with its package. @default - none */
		private readonly versionVariable?: string,
	) {}

	/** The path of the program, whether it is there or not. */
	path(platform = HERE): string {
		return join(cached(this.key(platform)), this.recipe);
	}

	isThere(platform = HERE): boolean {
		return existsSync(this.path(platform));
	}

	/** Builds it unless it is there, and returns its path. */
	async make(platform = HERE): Promise<string> {
		const isWhole = (directory: string) => existsSync(join(directory, this.recipe));
		const variable = this.versionVariable;
		const linkerFlags = variable === undefined ? "" : `-X ${variable}=${this.version}`;
		await fillCache(this.key(platform), isWhole, (staging) =>
			goBuild(this.recipe, join(staging, this.recipe), { platform, linkerFlags }),
		);
		return this.path(platform);
	}

	private key({ system, arch }: Platform): string {
		return `${this.recipe}-${this.version}-${recipeHash(this.recipe)}-${system}-${arch}`;
	}
}
