import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addNotes } from "../../tools/prove/load";
import { dockerOutput, succeeds, TestStack } from "./testStack";

/** Says from inside a migration whether the old version still runs. */
const probe = `python3 -c 'import urllib.request as r
try:
  r.urlopen("http://notes:8000/health", timeout=2); print("old version answers")
except Exception:
  print("nobody writes")'`;

it("runs as an ordinary user on a read-only root, with limits and grace, and no secret in sight", async () => {
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

	const text = await dockerOutput("inspect", stack.container);
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
		PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: `${stack.port}` }] },
	});
	const inside = (script: string) => dockerOutput("exec", stack.container, "sh", "-c", script);
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
	const places = [
		(await stack.pulumi("stack", "export")).output,
		(await stack.pulumi("preview", "--diff")).output,
		text,
		await dockerOutput("inspect", `${stack.container}-prepare`, `${stack.container}-migration`),
		await dockerOutput("logs", stack.container),
		await dockerOutput("history", "--no-trunc", Config.Image),
	];
	for (const place of places) expect(place).not.toContain(secret);
	expect(places[0]).toContain("notes-data");
});

it("gives secrets to the process itself where a command is given", async () => {
	const command = ["gunicorn", "--config", "gunicorn.conf.py", "notes:app"];
	const stack = (await TestStack.make()).configure({ secrets: ["ADMIN_KEY"], command });
	const secret = 'it\'s "quoted" $HOME\nand two lines';
	await succeeds(stack.pulumi("config", "set", "--secret", "ADMIN_KEY", "--", secret));
	await succeeds(stack.up());
	const environ = await dockerOutput(
		"exec",
		stack.container,
		"sh",
		"-c",
		"cat $(grep -l [g]unicorn /proc/[0-9]*/cmdline | tail -n 1 | sed s/cmdline/environ/)",
	);
	expect(environ).toContain(`ADMIN_KEY=${secret}`);
	expect(await dockerOutput("inspect", stack.container)).not.toContain("two lines");
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
	expect(await dockerOutput("exec", stack.container, "head", "-c", "15", "/app/data/notes.db")).toBe("SQLite format 3");
});

it("runs a migration after the old version has stopped, and starts nothing when it fails", async () => {
	const stack = await TestStack.make();
	const context = stack.sampleApp();
	const build = { context, args: { VERSION: "1" } };
	stack.configure({ build });
	await succeeds(stack.up());
	await addNotes(stack.url, 10);

	const migration = ["sh", "-c", `${probe} && alembic upgrade head && exit $(cat /app/exit-code)`];
	writeFileSync(join(context, "exit-code"), "3");
	stack.configure({ build, migration });
	const failed = await stack.up();
	expect(failed.code).not.toBe(0);
	expect(failed.output).toContain(
		`the migration of notes failed with exit code 3, so the app was not started; its output: docker logs ${stack.container}-migration`,
	);
	expect(await dockerOutput("logs", `${stack.container}-migration`)).toContain("nobody writes");
	expect(await dockerOutput("ps", "--quiet", "--filter", `name=${stack.container}$`)).toBe("");

	// What it says to do runs the same migration again.
	const [, remedy = ""] = /add (--replace '\S+')/.exec(failed.output) ?? [];
	expect((await stack.up(...remedy.replaceAll("'", "").split(" "))).output).toContain("failed with exit code 3");

	writeFileSync(join(context, "exit-code"), "0");
	await succeeds(stack.up());
	expect(await (await fetch(`${stack.url}/notes/count`)).json()).toEqual({ count: 10 });
});

it("stops the old version before a migration that is new to the stack", async () => {
	const stack = (await TestStack.make()).configure({
		migration: undefined,
		command: ["sh", "-c", "alembic upgrade head && exec gunicorn --config gunicorn.conf.py notes:app"],
	});
	await succeeds(stack.up());
	stack.configure({ migration: ["sh", "-c", probe] });
	await succeeds(stack.up());
	expect(await dockerOutput("logs", `${stack.container}-migration`)).toContain("nobody writes");
});

it("gives the app a secret's new value", async () => {
	const stack = (await TestStack.make()).configure({ secrets: ["ADMIN_KEY"] });
	const set = (value: string) => stack.pulumi("config", "set", "--secret", "ADMIN_KEY", value);
	await succeeds(set("first"));
	await succeeds(stack.up());
	await succeeds(set("second"));
	await succeeds(stack.up());
	expect(await dockerOutput("exec", stack.container, "cat", "/run/secrets/ADMIN_KEY")).toBe("second");
});

it("says why an app does not start, with the end of its log", async () => {
	const stack = (await TestStack.make()).configure({ command: ["sh", "-c", "echo the setting X is missing; exit 9"] });
	const up = await stack.up();
	expect(up.code).toBe(1);
	expect(up.output).toContain("(exit code 9)");
	expect(up.output).toContain("the setting X is missing");
	expect(up.output).toContain(`The data is in ${stack.volume}`);
});
