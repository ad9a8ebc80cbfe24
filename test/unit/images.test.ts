import { join, relative } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { builtImage } from "../../components/docker/image";
import { areImagesMade, ownImage } from "../../components/images";
import { keeperBuild } from "../../components/keeperImage";
import { Made, resolved } from "./mocks";

// What the npm package does is in test/engine/package.test.ts.

afterEach(() => {
	vi.unstubAllEnvs();
	vi.restoreAllMocks();
});

it("in a clone, Holdfast's own images are what the set-up made", () => {
	expect(areImagesMade()).toBe(true);
	expect(ownImage("holdfast/caddy:1", "docker", "caddy")).toEqual({ image: "holdfast/caddy:1" });
	expect(keeperBuild().dockerfile).toBe("Dockerfile");
});

it("a word that HOLDFAST_IMAGES does not know is refused", () => {
	vi.stubEnv("HOLDFAST_IMAGES", "mine");
	expect(areImagesMade).toThrow("HOLDFAST_IMAGES must be local, where the Docker engine has Holdfast's images");
	expect(areImagesMade).toThrow('(got "mine"): leave it out');
});

it("a context is named from where the provider runs, the same in every checkout; in a program inside another one, as it is", async () => {
	const made = new Made();
	await made.start();
	const context = join(__dirname, "..", "..", "components", "docker", "caddy");
	const named = async (name: string, build: string) => {
		await resolved(builtImage(name, "caddy", { context: build }, {}).urn);
		return made.of("docker:index/remoteImage:RemoteImage")[name]?.build.context;
	};
	expect(await named("inside", context)).toBe(context);
	vi.stubEnv("PULUMI_NODEJS_PROJECT", "shop");
	expect(await named("hosted", context)).toBe(relative(process.cwd(), context));
	const own = relative(process.cwd(), context);
	expect(await named("own", own)).toBe(own);
	vi.spyOn(process, "cwd").mockReturnValue(context);
	expect(await named("here", context)).toBe(".");
});
