import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addNotes, answering, lost } from "../../tools/prove/load";
import { dockerOutput, succeeds, TestStack } from "./testStack";

/**
 * Says whether any version of the app answers, asked beside the door: each by the host name of its container. Not in a
 * rehearsal, where none can be reached, and a name takes half a minute not to be found.
 */
const probe = `[ -d /run/holdfast-live ] || python3 -c 'import os, urllib.request as r
said = "nobody writes"
for id in os.listdir("/run/holdfast"):
  try:
    r.urlopen("http://%s:8000/health" % id, timeout=2); said = "a version answers"
  except Exception:
    pass
print(said)'`;
const sampleBuild = (version: string) => ({ context: "stacks/sample-app", args: { VERSION: version } });
const startedAt = async (stack: TestStack) =>
	dockerOutput("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", await stack.app());
const count = async (stack: TestStack) => (await fetch(`${stack.url}/notes/count`)).json();

it("fault 30: runs as an ordinary user on a read-only root, with limits and grace, and no secret in sight", async () => {
	const stack = (await TestStack.make()).configure({
		secrets: ["ADMIN_KEY"],
		cache: { mountPath: "/app/tmp" },
		user: 1234,
		group: 1235,
		stopGraceSeconds: 17,
		memoryMiB: 256,
		cpus: 0.5,
	});
	const secret = "very-secret-5d41402abc4b";
	await succeeds(stack.pulumi("config", "set", "--secret", "ADMIN_KEY", secret));
	await succeeds(stack.up());

	const app = await stack.app();
	const text = await dockerOutput("inspect", app);
	const [{ Config, HostConfig }] = JSON.parse(text);
	expect(Config).toMatchObject({ User: "1234:1235", StopTimeout: 17 });
	expect(HostConfig).toMatchObject({
		ReadonlyRootfs: true,
		CapDrop: ["ALL"],
		SecurityOpt: ["no-new-privileges:true"],
		LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
		RestartPolicy: { Name: "unless-stopped" },
		Memory: 256 * 1024 * 1024,
		NanoCpus: 5e8,
	});
	// The way to the app is the keeper's, and so is the status page: it alone is published.
	const keeper = JSON.parse(await dockerOutput("inspect", `${stack.container}-keeper`))[0];
	expect(keeper.HostConfig.PortBindings).toEqual({
		"8000/tcp": [{ HostIp: "127.0.0.1", HostPort: `${stack.port}` }],
		// The status page, on any port of the host's loopback.
		"9400/tcp": [{ HostIp: "127.0.0.1", HostPort: expect.stringMatching(/^0?$/) }],
	});
	expect(Object.keys(HostConfig.PortBindings ?? {})).toEqual([]);
	const inside = (script: string) => dockerOutput("exec", app, "sh", "-c", script);
	expect(await inside("id -u; id -g")).toBe("1234\n1235");
	expect(await inside("touch /app/x 2>&1 || true")).toContain("Read-only file system");
	expect(
		await inside(
			"touch /app/data/x /app/tmp/x /tmp/x && rm /app/data/x && stat -c %u:%g /app/data /app/tmp /run/secrets",
		),
	).toBe("1234:1235\n1234:1235\n1234:1235");

	// The app has the secret, and nobody else sees it: not the state, the containers' settings, their logs or the images.
	const [note] = await addNotes(stack.url, 1);
	const remove = (key: string) =>
		fetch(`${stack.url}/notes/${note?.id}`, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
	expect((await remove("wrong")).status).toBe(403);
	expect((await remove(secret)).status).toBe(204);
	const all = await stack.labelled();
	expect(all.length).toBeGreaterThanOrEqual(6);
	const places = [
		(await stack.pulumi("stack", "export")).output,
		(await stack.pulumi("preview", "--diff")).output,
		text,
		await dockerOutput("inspect", ...all.map(({ id }) => id)),
		...(await Promise.all(all.map(({ id }) => dockerOutput("logs", id)))),
		await dockerOutput("history", "--no-trunc", Config.Image),
	];
	for (const place of places) expect(place).not.toContain(secret);
	expect(places[0]).toContain("notes-data");
});

it("fault 30: gives secrets to the process itself where a command is given", async () => {
	const command = ["gunicorn", "--config", "gunicorn.conf.py", "notes:app"];
	const stack = (await TestStack.make()).configure({ secrets: ["ADMIN_KEY"], command });
	const secret = 'it\'s "quoted" $HOME\nand two lines';
	await succeeds(stack.pulumi("config", "set", "--secret", "ADMIN_KEY", "--", secret));
	await succeeds(stack.up());
	const environ = await dockerOutput(
		"exec",
		await stack.app(),
		"sh",
		"-c",
		// By the name of the program: the words of the command are also those of the shell that listens beside it.
		"cat $(grep -l gunicorn /proc/[0-9]*/comm | tail -n 1 | sed s/comm/environ/)",
	);
	expect(environ).toContain(`ADMIN_KEY=${secret}`);
	expect(await dockerOutput("inspect", await stack.app())).not.toContain("two lines");
});

it("never fills the volume with a database that the image has at the mount path", async () => {
	const stack = await TestStack.make();
	const context = stack.sampleApp();
	mkdirSync(join(context, "data"));
	writeFileSync(join(context, "data", "notes.db"), "an old database");
	writeFileSync(join(context, "data", "users.db"), "an old database");
	stack.configure({ build: { context, args: { VERSION: "1" } } });
	await succeeds(stack.up());
	expect(await stack.inVolume(stack.volume, "ls -A /look")).not.toContain("users.db");
	expect(await dockerOutput("exec", await stack.app(), "head", "-c", "15", "/app/data/notes.db")).toBe(
		"SQLite format 3",
	);
});

it("a migration that fails is seen in the rehearsal, and the old version goes on; one that holds runs with nobody writing", async () => {
	const stack = await TestStack.make();
	const context = stack.sampleApp();
	const build = { context, args: { VERSION: "1" } };
	stack.configure({ build });
	await succeeds(stack.up());
	await addNotes(stack.url, 10);
	const before = await startedAt(stack);
	// That the probe sees who answers: without this, it would prove nothing further down.
	expect(await dockerOutput("exec", await stack.app(), "sh", "-c", probe)).toBe("a version answers");

	const migration = ["sh", "-c", `${probe} && alembic upgrade head && exit $(cat /app/exit-code)`];
	writeFileSync(join(context, "exit-code"), "3");
	const changed = { context, args: { VERSION: "2" } };
	stack.configure({ build: changed, migration });
	const failed = await stack.up();
	expect(failed.code).not.toBe(0);
	expect(failed.output).toContain("notes was not changed, the version of before serves: the rehearsal");
	expect(failed.output).toContain("the migration failed on a copy of the data: exit code 3");
	const servesStill = async () => {
		expect(await startedAt(stack)).toBe(before);
		expect(await answering(stack.url)).toBe("1");
		expect(await count(stack)).toEqual({ count: 10 });
	};
	await servesStill();

	// What it says to do runs the same rehearsal again, and so does another up.
	const [, remedy = ""] = /with (--replace '\S+')/.exec(failed.output) ?? [];
	const again = await stack.up(...remedy.replaceAll("'", "").split(" "));
	expect(again.output).toContain("on a copy of the data: exit code 3");
	await servesStill();

	writeFileSync(join(context, "exit-code"), "0");
	await succeeds(stack.up());
	expect(await answering(stack.url)).toBe("2");
	expect(await count(stack)).toEqual({ count: 10 });
	expect(await stack.saidBy("app")).toContain("nobody writes");
	const deploy = await stack.saidBy("deploy");
	expect(deploy).toMatch(/has stopped[\s\S]*last write is in the replica[\s\S]*migration is done[\s\S]*it serves/);
});

it("without a rehearsal, a migration that fails on the real data leaves it as it was, and the old version serves", async () => {
	const stack = (await TestStack.make()).configure({ deploy: { rehearsal: false } });
	await succeeds(stack.up());
	const acknowledged = await addNotes(stack.url, 20);
	const sql = 'import sqlite3; c = sqlite3.connect("/app/data/notes.db"); c.execute("delete from notes"); c.commit()';
	const migration = ["sh", "-c", `${probe} && python3 -c '${sql}' && exit 3`];
	stack.configure({ deploy: { rehearsal: false }, build: sampleBuild("2"), migration });
	const failed = await stack.up();
	expect(failed.code).not.toBe(0);
	expect(failed.output).toContain("the deploy of notes failed, and all is as it was before");
	expect(failed.output).toContain("the migration failed with exit code 3");
	expect(failed.output).toContain("the old version serves again");
	expect(failed.output).toContain("nobody writes");
	expect(await answering(stack.url)).toBe("1");
	expect(await lost(stack.url, acknowledged)).toEqual([]);
	expect(await count(stack)).toEqual({ count: 20 });
	expect(await stack.inVolume(stack.volume, "ls -d /look/set-aside-*-failed-deploy/notes.db")).not.toBe("");

	// It goes on from there: what is written now is replicated, and the next deploy succeeds.
	const more = await addNotes(stack.url, 10);
	expect(await succeeds(stack.tool("command", "drill", "--stack", stack.name))).toContain("notes 30");
	stack.configure({ deploy: { rehearsal: false }, build: sampleBuild("3") });
	await succeeds(stack.up());
	expect(await answering(stack.url)).toBe("3");
	expect(await lost(stack.url, [...acknowledged, ...more])).toEqual([]);
	expect(await stack.labelled("app")).toHaveLength(1);
});

it("stops the old version before a migration that is new to the stack", async () => {
	const stack = (await TestStack.make()).configure({
		migration: undefined,
		command: ["sh", "-c", "alembic upgrade head && exec gunicorn --config gunicorn.conf.py notes:app"],
	});
	await succeeds(stack.up());
	stack.configure({ migration: ["sh", "-c", probe] });
	await succeeds(stack.up());
	expect(await stack.saidBy("app")).toContain("nobody writes");
});

it("without a keeper: runs a migration after the old version has stopped, and starts nothing when it fails", async () => {
	const stack = await TestStack.make();
	const context = stack.sampleApp();
	const build = { context, args: { VERSION: "1" } };
	const alone = { backup: false };
	stack.configure({ build }, alone);
	await succeeds(stack.up());
	await addNotes(stack.url, 10);
	const named = `python3 -c 'import urllib.request as r
try:
  r.urlopen("http://notes:8000/health", timeout=2); print("old version answers")
except Exception:
  print("nobody writes")'`;
	const migration = ["sh", "-c", `${named} && alembic upgrade head && exit $(cat /app/exit-code)`];
	writeFileSync(join(context, "exit-code"), "3");
	stack.configure({ build, migration }, alone);
	const failed = await stack.up();
	expect(failed.code).not.toBe(0);
	expect(failed.output).toContain(
		`the migration of notes failed with exit code 3, so the app was not started; its output: docker logs ${stack.container}-migration`,
	);
	expect(await dockerOutput("logs", `${stack.container}-migration`)).toContain("nobody writes");
	expect(await dockerOutput("ps", "--quiet", "--filter", `name=${stack.container}$`)).toBe("");

	const [, remedy = ""] = /add (--replace '\S+')/.exec(failed.output) ?? [];
	expect((await stack.up(...remedy.replaceAll("'", "").split(" "))).output).toContain("failed with exit code 3");

	writeFileSync(join(context, "exit-code"), "0");
	await succeeds(stack.up());
	expect(await count(stack)).toEqual({ count: 10 });
});

it("gives the app a secret's new value", async () => {
	const stack = (await TestStack.make()).configure({ secrets: ["ADMIN_KEY"] });
	const set = (value: string) => stack.pulumi("config", "set", "--secret", "ADMIN_KEY", value);
	await succeeds(set("first"));
	await succeeds(stack.up());
	await succeeds(set("second"));
	await succeeds(stack.up());
	expect(await dockerOutput("exec", await stack.app(), "cat", "/run/secrets/ADMIN_KEY")).toBe("second");
});

it("says why an app does not start, with the end of its log, and starts it once it is mended", async () => {
	const stack = (await TestStack.make()).configure({ command: ["sh", "-c", "echo the setting X is missing; exit 9"] });
	const up = await stack.up();
	expect(up.code).not.toBe(0);
	expect(up.output).toContain("the new version does not become healthy: it ended by itself");
	expect(up.output).toContain("the setting X is missing");
	await succeeds(stack.configure().up());
	expect(await answering(stack.url)).toBe("1");
});
