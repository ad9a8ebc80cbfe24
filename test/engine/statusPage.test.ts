import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { docker, dockerOutput, freePort, succeeds, TestStack } from "./testStack";

const pageIn = (output: string) => /^ {2}status {3}(http:\S+)$/m.exec(output)?.[1] ?? "";
const answer = (url: string, headers: Record<string, string> = {}) =>
	fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(5000) });

it("the status page is on a free port of the host's loopback, and another port after a restart changes nothing", async () => {
	// By its number after the page's: the provider must find both in the order in which it made them.
	const command = ["gunicorn", "--config", "gunicorn.conf.py", "--bind", "0.0.0.0:10000", "notes:app"];
	const stack = (await TestStack.make()).configure({ port: 10000, command });
	const first = pageIn(await succeeds(stack.up()));
	expect(first).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
	expect(await (await answer(first)).text()).toContain('<h1 id="sentence"');
	const keeper = `${stack.container}-keeper`;
	const id = await dockerOutput("inspect", "--format", "{{.Id}}", keeper);

	await dockerOutput("restart", keeper);
	const again = await succeeds(stack.up());
	expect(again).toContain("No change.");
	expect((await answer(pageIn(again))).status).toBe(200);
	const refreshed = await succeeds(stack.pulumi("preview", "--refresh", "--expect-no-changes"));
	expect(refreshed).not.toContain("replace");
	expect(await dockerOutput("inspect", "--format", "{{.Id}}", keeper)).toBe(id);
	expect(await succeeds(stack.shell(`npm run --silent status -- --stack ${stack.name}`))).toContain(
		`  page      ${pageIn(again)}`,
	);
});

it("where others reach it, the page asks for its token, which is nowhere in clear text", async () => {
	const token = randomBytes(24).toString("hex");
	const port = await freePort();
	const stack = (await TestStack.make()).configure({}, { statusPage: { port, address: "0.0.0.0" } });
	const refused = await stack.up();
	expect(refused.output).toContain("statusPage.token: must be given where others reach the page");
	expect(refused.code).not.toBe(0);

	stack.secrets = { STATUS: token };
	const up = await succeeds(stack.change({}, { statusPage: { port, address: "0.0.0.0", token: "STATUS" } }));
	expect(up).not.toContain(token);
	expect(pageIn(up)).toBe(`http://0.0.0.0:${port}/`);
	for (const path of ["", "status", "metrics"]) {
		expect((await answer(`http://127.0.0.1:${port}/${path}`)).status).toBe(401);
		const bearer = { authorization: `Bearer ${token}` };
		expect((await answer(`http://127.0.0.1:${port}/${path}`, bearer)).status).toBe(200);
	}
	const all = (await stack.labelled()).map(({ id }) => id);
	expect((await docker.run(["inspect", ...all])).stdout.includes(token)).toBe(false);
	for (const id of all) {
		const { stdout, errors } = await docker.run(["logs", id]);
		expect(`${stdout}${errors}`).not.toContain(token);
	}
	expect(await succeeds(stack.pulumi("stack", "export"))).not.toContain(token);
});
