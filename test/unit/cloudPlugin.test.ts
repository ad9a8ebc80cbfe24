import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cloudPluginStep } from "../../tools/setup/cloudPlugin";

const manifest = join(__dirname, "..", "..", "node_modules", "@pulumi", "gcp", "package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };

let directory = "";
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-plugin-"));
	// As with a backend of one's own: the plugin then belongs into that home.
	vi.stubEnv("PULUMI_BACKEND_URL", "file:///somewhere");
	vi.stubEnv("PULUMI_HOME", join(directory, "home"));
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(directory, { recursive: true });
});

function program(at: string): void {
	mkdirSync(at, { recursive: true });
	writeFileSync(join(at, "pulumi-resource-gcp"), "#!/bin/sh\n", { mode: 0o755 });
}

describe("the plugin of a cloud", () => {
	it("is made in the version of its npm package, where there is none", async () => {
		expect(cloudPluginStep("gcp").title).toBe(`Pulumi gcp plugin ${version}`);
		expect(await cloudPluginStep("gcp").present()).toBeUndefined();
		program(join(directory, "home", "plugins", "resource-gcp-v0.0.1"));
		expect(await cloudPluginStep("gcp").present()).toBeUndefined();
	});

	it("is taken from the home in which the engine looks, or from PATH", async () => {
		const place = join(directory, "home", "plugins", `resource-gcp-v${version}`);
		program(place);
		expect(await cloudPluginStep("gcp").present()).toBe(place);
		const bin = join(directory, "bin");
		program(bin);
		vi.stubEnv("PATH", [bin, process.env.PATH].join(delimiter));
		expect(await cloudPluginStep("gcp").present()).toBe(join(bin, "pulumi-resource-gcp"));
		expect(await cloudPluginStep("aws").present()).toBeUndefined();
	});
});
