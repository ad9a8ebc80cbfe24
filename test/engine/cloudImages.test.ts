import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { docker, dockerOutput } from "../../tools/prove/twin";
import { startRegistry } from "../../tools/servers/registry";
import { ROOT } from "../../tools/workspace";
import { CloudStack, names } from "./cloudStack";

it("builds the images, pushes them to the registry of the cloud, and deploys them by digest", async (test) => {
	const certificates = mkdtempSync(join(tmpdir(), "holdfast-registry-"));
	const registry = await startRegistry(certificates);
	test.onTestFinished(async () => {
		const mine = await dockerOutput("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", `${registry.host}/*/*/*`);
		for (const image of mine.split("\n").filter(Boolean)) await docker.run(["image", "rm", "--force", image]);
		await registry.stop();
		rmSync(certificates, { recursive: true });
	});
	const file = readFileSync(join(ROOT, "stacks", "Pulumi.gcp-staging.yaml"), "utf8");
	const program = `module.exports = require("${ROOT}/stacks/index");`;
	const settings = { name: "gcp-staging", project: "holdfast", file: stringify(parse(file)) };
	const stack = await CloudStack.make(test, program, settings);
	// The double's Artifact Registry is this one. Everything else of the push is as it will be.
	stack.environment.HOLDFAST_DOUBLE_REGISTRY = registry.host;
	// As docker login leaves it: this registry takes any.
	const login = { auths: { [registry.host]: { auth: Buffer.from("me:secret-of-mine").toString("base64") } } };
	writeFileSync(join(stack.home, "config.json"), JSON.stringify(login));
	stack.environment.DOCKER_CONFIG = stack.home;
	stack.environment.SSL_CERT_FILE = registry.certificate;

	await stack.upAtOnce();
	const images = async () => JSON.parse(await stack.succeeds("stack", "output", "--json")) as Record<string, string>;
	const first = await images();
	for (const image of [first.image ?? "", first.keeperImage ?? ""]) {
		expect(image).toMatch(new RegExp(`^${registry.host}/.+@sha256:[0-9a-f]{64}$`));
		expect(await registry.has(image)).toBe(true);
	}
	expect(await stack.succeeds("stack", "export")).not.toContain("secret-of-mine");
	const [service] = stack.contents("gcp:cloudrunv2/service:Service");
	if (service === undefined) throw new Error("there is no service");
	const { containers } = service.inputs.template as { containers: { image: string }[] };
	expect(containers.map(({ image }) => image)).toEqual([first.keeperImage, first.image]);

	stack.configure((config) => {
		const app = config["holdfast:app"] as { build: { args: object } };
		app.build.args = { VERSION: "2" };
	});
	await stack.upAtOnce();
	const second = await images();
	expect(second.keeperImage).toBe(first.keeperImage);
	expect(second.image).not.toBe(first.image);
	// What served before can be deployed again.
	expect(await registry.has(first.image ?? "")).toBe(true);
	expect(names(await stack.preview())).toEqual([]);
});
