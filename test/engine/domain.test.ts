import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { answered, ask, rootOf } from "./caddyScene";
import { docker, dockerOutput, freePort, succeeds, TestStack } from "./testStack";

const NAME = "notes.example.com";

it("a domain: HTTPS in front of the app, which a deploy leaves alone, with certificates that are kept", async () => {
	const stack = await TestStack.make();
	const [httpPort, httpsPort] = [await freePort(), await freePort()];
	const domain = { name: NAME, certificates: "internal", addresses: ["127.0.0.1"], httpPort, httpsPort };
	const context = stack.sampleApp();
	appendFileSync(join(context, "notes.py"), `\n\n@app.get("/seen")\ndef seen():\n    return dict(request.headers)\n`);
	const deploy = { rehearsal: false };
	const version = (VERSION: string) => stack.configure({ build: { context, args: { VERSION } }, deploy }, { domain });

	expect(await succeeds(version("1").up())).toContain(`app      https://${NAME}:${httpsPort}`);
	const caddy = `${stack.container}-caddy`;
	const inspect = (format: string) => dockerOutput("inspect", "--format", format, caddy);
	expect(await inspect("{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}")).toBe(
		"65532:65532 true [ALL]",
	);
	const ca = await rootOf(caddy);
	const get = (path: string, headers = {}) => ask(`https://${NAME}:${httpsPort}${path}`, { ca, headers });
	const health = await answered(() => get("/health"));
	expect(health).toMatchObject({ status: 200, body: expect.stringContaining('"1"') });
	const network = await dockerOutput(
		"network",
		"inspect",
		"--format",
		"{{(index .IPAM.Config 0).Gateway}}",
		`${stack.container}-network`,
	);
	const seen = JSON.parse((await get("/seen", { "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "http" })).body);
	expect(seen).toMatchObject({ "X-Forwarded-Proto": "https", "X-Forwarded-For": network });
	expect(await ask(`http://${NAME}:${httpPort}/notes`)).toMatchObject({
		status: 308,
		headers: { location: `https://${NAME}:${httpsPort}/notes` },
	});

	const before = await inspect("{{.Id}} {{.State.StartedAt}}");
	await succeeds(version("2").up());
	expect((await get("/health")).body).toContain('"2"');
	expect(await inspect("{{.Id}} {{.State.StartedAt}}")).toBe(before);
	// Only it was lost, with all that was in it: the next one goes on with the same authority.
	await dockerOutput("rm", "--force", caddy);
	expect(await succeeds(stack.up())).toMatch(/Resources:\s+\+-1 replaced\s+\d+ unchanged/);
	expect((await answered(() => get("/health"))).status).toBe(200);

	const certificates = `${stack.container}-certificates`;
	await succeeds(stack.down());
	expect((await docker.run(["container", "inspect", caddy])).code).not.toBe(0);
	expect((await docker.run(["volume", "inspect", certificates])).code).toBe(0);
});
