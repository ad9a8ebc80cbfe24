import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { builtHere, dockerOnly, targetOf } from "../../tools/target";

afterEach(() => vi.unstubAllEnvs());

function configure(text: string): void {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-target-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const file = join(directory, "Pulumi.yaml");
	writeFileSync(file, text);
	vi.stubEnv("HOLDFAST_CONFIG", file);
}

describe("targetOf", () => {
	it("knows the stacks of this repo", () => {
		const stacks = ["local", "vps", "gcp-staging", "gcp-prod", "aws-staging", "aws-prod", "none"];
		expect(stacks.map(targetOf)).toEqual(["docker", "docker", "gcp", "gcp", "aws", "aws", "docker"]);
	});

	it("leaves it to the program to refuse another one", () => {
		configure("config:\n  holdfast:target: azure\n");
		expect(targetOf("x")).toBe("docker");
		configure("");
		expect(targetOf("x")).toBe("docker");
	});
});

describe("builtHere", () => {
	it("tells what needs Docker here", () => {
		expect(builtHere("gcp-staging")).toEqual({ app: true, sample: true, keeper: true });
		configure("config:\n  holdfast:app: { build: { context: ./mine } }\n");
		expect(builtHere("x")).toEqual({ app: true, sample: false, keeper: true });
		configure("config:\n  holdfast:app: { image: a }\n  holdfast:keeper: { image: b }\n");
		expect(builtHere("x")).toEqual({ app: false, sample: false, keeper: false });
	});
});

describe("dockerOnly", () => {
	it("lets a stack on a Docker host pass", () => {
		for (const stack of ["local", "vps"]) expect(() => dockerOnly(stack, "rollback")).not.toThrow();
	});

	it("says what to do instead on a cloud", () => {
		expect(() => dockerOnly("gcp-prod", "keeper")).toThrow(
			/gcp-prod runs on Google Cloud, and this is for a Docker host: .*gcloud logging read/,
		);
		expect(() => dockerOnly("aws-prod", "keeper")).toThrow(/runs on AWS.*filter-pattern/);
		expect(() => dockerOnly("aws-prod", "rollback")).toThrow("app.image");
		expect(() => dockerOnly("aws-prod", "restore")).toThrow("stack output backup");
		expect(() => dockerOnly("gcp-prod", "prove")).toThrow("npm run test:data");
	});
});
