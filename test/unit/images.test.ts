import { afterEach, expect, it, vi } from "vitest";
import { areImagesMade, ownImage } from "../../components/images";
import { keeperBuild } from "../../components/keeperImage";

// What the npm package does is in test/engine/package.test.ts.

afterEach(() => void vi.unstubAllEnvs());

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
