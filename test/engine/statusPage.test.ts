import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { addNotes } from "../../tools/prove/load";
import { haveBrowser, PHONE, Window } from "../browser";
import { docker, dockerOutput, freePort, succeeds, TestStack } from "./testStack";

haveBrowser();

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

it("the status page shows the last deploys, with the reason of one that was undone", async () => {
	const stack = (await TestStack.make()).configure({ acknowledge: "replicated" });
	await succeeds(stack.up());
	await addNotes(stack.url, 30);
	await dockerOutput("exec", `${stack.container}-keeper`, "node", "/keeper/keeper.js", "drill");
	await succeeds(stack.redeploy("2"));
	const keeper = `${stack.container}-keeper`;
	const before = await dockerOutput("inspect", "--format", "{{.Id}}", keeper);
	const third = await stack.change({ migration: ["false"], deploy: { rehearsal: false } });
	expect(third.code).not.toBe(0);
	expect(await dockerOutput("inspect", "--format", "{{.Id}}", keeper), third.output).toBe(before);
	const [, port = ""] = (await dockerOutput("port", `${stack.container}-keeper`, "9400")).split(":");
	const window = await Window.open(`http://127.0.0.1:${port}/`);
	const deploys = window.page.locator(".deploys li");
	expect(await deploys.count()).toBe(3);
	expect(await deploys.first().textContent()).toMatch(/^✗ undone .*the migration.*exit code 1/);
	expect(await deploys.nth(1).textContent()).toMatch(/^✓ serves holdfast-\S+notes-app/);
	const snapshots = window.page.getByRole("img", { name: /^Snapshots: [12], / });
	await expect.poll(() => snapshots.count(), { timeout: 90_000 }).toBe(1);
	expect(await window.text("#door")).toContain("once the backup store has it (replicated)");
	await window.screenshot("deploys-desktop-light");
	await window.expectCalm();
	const phone = await Window.open(`http://127.0.0.1:${port}/`, { viewport: PHONE, colorScheme: "dark" });
	await phone.screenshot("deploys-phone-dark");
	await phone.expectCalm();
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
