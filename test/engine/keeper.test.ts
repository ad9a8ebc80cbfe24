import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { addNotes, answering, lost } from "../../tools/prove/load";
import { docker, dockerOutput, succeeds, TestStack } from "./testStack";

const inspect = async (name: string, format: string) => dockerOutput("inspect", "--format", format, name);
const startedAt = async (name: string) => Date.parse(await inspect(name, "{{.State.StartedAt}}"));
/** Asks the app in its own container. */
const HEALTH = 'import urllib.request as r; r.urlopen("http://127.0.0.1:8000/health", timeout=2)';
const answers = (url: string) =>
	fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) }).then(
		({ ok }) => ok,
		() => false,
	);

it("the keeper is there before the app, on the first up and on a redeploy, which leaves it alone", async () => {
	const stack = (await TestStack.make()).configure();
	const keeper = `${stack.container}-keeper`;
	const first = await stack.up();
	expect(first.output).toContain(`replica  volume ${stack.container}-backup`);
	expect(first.code).toBe(0);
	const finished = Date.parse(await inspect((await stack.labelled("start"))[0]?.name ?? "", "{{.State.FinishedAt}}"));
	expect(finished).toBeLessThan(await startedAt(keeper));
	expect(await startedAt(keeper)).toBeLessThan(await startedAt(await stack.app()));
	expect(await inspect(keeper, "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}")).toBe(
		"1000:1000 true [ALL]",
	);

	const before = await inspect(keeper, "{{.Id}} {{.State.StartedAt}}");
	await succeeds(stack.redeploy("2"));
	expect(await answering(stack.url)).toBe("2");
	expect(await inspect(keeper, "{{.Id}} {{.State.StartedAt}}")).toBe(before);
	expect((await stack.up()).output).toContain("No change.");
});

it("after a restart of the host the app waits for the keeper, whichever is started first", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const acknowledged = await addNotes(stack.url, 50);
	const keeper = `${stack.container}-keeper`;
	// What a restart of the host does: all stop, what is in memory is gone, and the order of the starts is anybody's guess.
	const app = await stack.app();
	const inside = () => docker.run(["exec", app, "python3", "-c", HEALTH]);
	expect((await inside()).code).toBe(0);
	await dockerOutput("stop", app);
	await dockerOutput("stop", keeper);
	await dockerOutput("start", app);
	await sleep(12_000);
	expect(await answers(stack.url)).toBe(false);
	// Not only out of reach: it does not run.
	expect((await inside()).errors).toContain("Connection refused");
	expect(await inspect(app, "{{.State.Status}}")).toBe("running");
	const { errors } = await docker.run(["logs", "--tail", "5", app]);
	expect(errors).toContain(`waiting for the keeper; docker logs ${keeper} says why`);
	await dockerOutput("start", keeper);
	await answering(stack.url);
	expect(await lost(stack.url, acknowledged)).toEqual([]);

	// The other way round, and a crash, and a stop by hand: it asks each time, and is let in each time.
	const more = await addNotes(stack.url, 20);
	await dockerOutput("stop", app);
	await dockerOutput("stop", keeper);
	await dockerOutput("start", keeper);
	await dockerOutput("start", app);
	await answering(stack.url);
	await dockerOutput("exec", app, "sh", "-c", "kill -9 $(grep -l gunicorn /proc/[0-9]*/comm | cut -d / -f 3)").catch(
		() => undefined,
	);
	await sleep(1000);
	await answering(stack.url);
	expect(await inspect(app, "{{.RestartCount}}")).toBe("1");
	await dockerOutput("stop", app);
	await dockerOutput("start", app);
	await answering(stack.url);
	expect(await lost(stack.url, [...acknowledged, ...more])).toEqual([]);
	expect((await stack.up()).output).toContain("No change.");
});

it("fault 56: the keeper's death leaves the app's process alone, and the way to it is back by itself within seconds", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const app = await stack.app();
	const keeper = `${stack.container}-keeper`;
	const acknowledged = await addNotes(stack.url, 50);
	const before = await inspect(app, "{{.Id}} {{.State.StartedAt}} {{.State.Pid}}");
	// As the kernel would when memory runs out: Docker starts it again by its policy.
	const pid = (await dockerOutput("top", keeper, "-eo", "pid,args"))
		.split("\n")
		.map((line) => /^\s*(\d+)\s+node .*replicate/.exec(line)?.[1])
		.find(Boolean);
	process.kill(Number(pid), "SIGKILL");
	const killed = performance.now();
	await answering(stack.url);
	expect(performance.now() - killed).toBeLessThan(15_000);
	expect(await inspect(keeper, "{{.RestartCount}}")).toBe("1");
	expect(await inspect(app, "{{.Id}} {{.State.StartedAt}} {{.State.Pid}}")).toBe(before);
	expect(await lost(stack.url, acknowledged)).toEqual([]);
});

it("a refusal stops the update before the running app is touched, says what to do, and is looked at again", async () => {
	const stack = (await TestStack.make()).configure();
	const [one, other] = [await stack.madeVolume("store-one"), await stack.madeVolume("store-other")];
	for (const volume of [one, other]) await stack.inVolume(volume, "chown 1000:1000 /look");
	await succeeds(stack.configure({}, { backup: { volume: one } }).up());
	await addNotes(stack.url, 20);
	await succeeds(stack.tool("command", "snapshot", "--stack", stack.name));
	const app = await stack.app();
	const id = await inspect(app, "{{.Id}} {{.State.StartedAt}}");
	const keeper = await inspect(`${stack.container}-keeper`, "{{.Id}} {{.State.StartedAt}}");
	// Another app's replica is there.
	await stack.inVolume(
		other,
		`mkdir -p /look/notes/state/manifest.json && echo '{"format":1,"app":"shop/live/orders","transaction":7}' > /look/notes/state/manifest.json/1 && chown -R 1000:1000 /look`,
	);
	const refused = await stack.configure({}, { backup: { volume: other } }).up();
	expect(refused.code).not.toBe(0);
	expect(refused.output).toContain("refused (replica-of-another-app)");
	expect(refused.output).toContain("holds the data of shop/live/orders");
	expect(refused.output).toContain("What to do: give this app a prefix of its own");
	expect(await inspect(app, "{{.Id}} {{.State.StartedAt}}")).toBe(id);
	expect(await inspect(`${stack.container}-keeper`, "{{.Id}} {{.State.StartedAt}}")).toBe(keeper);
	expect(await answers(stack.url)).toBe(true);
	await addNotes(stack.url, 1);

	await succeeds(stack.configure({}, { backup: { volume: one } }).up());
	expect(await answers(stack.url)).toBe(true);
	expect(await inspect(await stack.app(), "{{.Id}} {{.State.StartedAt}}")).toBe(id);
	expect((await stack.up()).output).toContain("No change.");
	const status = await stack.tool("command", "status", "--stack", stack.name);
	expect(status).toMatchObject({ code: 0, output: expect.stringContaining("✓ the data is safe") });
});

it("initialData: a database that the user brings is taken in once", async () => {
	const stack = await TestStack.make();
	const source = stack.directory("brought");
	await dockerOutput(
		"run",
		"--rm",
		"--mount",
		`type=bind,source=${source},target=/out`,
		"holdfast/sample-base:2",
		"python3",
		"-c",
		'import sqlite3; c = sqlite3.connect("/out/old.db"); c.execute("create table notes (id integer primary key, text text not null)"); c.execute("insert into notes values (1, \'brought along\')"); c.execute("create table alembic_version (version_num varchar(32) not null)"); c.execute("insert into alembic_version values (\'001\')"); c.commit()',
	);
	await succeeds(stack.configure({ initialData: join(source, "old.db") }).up());
	expect(await lost(stack.url, [{ id: 1, text: "brought along", at: 0 }])).toEqual([]);
	expect(await stack.saidBy("start")).toContain("initial data taken in");
	const [added] = await addNotes(stack.url, 1);
	// A new keeper is checked again; the data that is there by now is not overwritten.
	await succeeds(stack.configure({ initialData: join(source, "old.db") }, { keeper: { staleSeconds: 30 } }).up());
	expect(await lost(stack.url, [{ id: 1, text: "brought along", at: 0 }, added as NonNullable<typeof added>])).toEqual(
		[],
	);
});

it("the commands: status, drill, snapshot, restore to a file and in place", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const before = await addNotes(stack.url, 30);
	const command = (...words: string[]) => stack.tool("command", ...words, "--stack", stack.name);
	const restore = (...words: string[]) => stack.tool("restore", "--stack", stack.name, ...words);
	expect((await succeeds(command("snapshot", "thirty"))).trim()).toMatch(/^snapshot thirty: transaction \d+/);
	const after = await addNotes(stack.url, 10);
	expect(await succeeds(command("drill"))).toContain("notes 40");
	expect(await succeeds(command("status"))).toContain("drill     held");
	const status = JSON.parse(await succeeds(command("status", "--json"))) as { healthy: boolean; database: object };
	expect(status).toMatchObject({ healthy: true, state: "replicating", lastDrill: { ok: true, rows: { notes: 40 } } });

	const file = join(stack.directory("restored"), "thirty.db");
	await succeeds(restore("--to", "thirty", "--output", file));
	expect(existsSync(file)).toBe(true);
	expect(await restore("--to", "thirty", "--output", file)).toMatchObject({
		code: 1,
		output: expect.stringContaining("never overwrites"),
	});
	expect(await restore("--to", "yesterday", "--output", `${file}2`)).toMatchObject({
		code: 3,
		output: expect.stringContaining("snapshot: thirty"),
	});

	const app = await stack.app();
	const live = await restore("--to", "thirty", "--in-place");
	expect(live).toMatchObject({ code: 1, output: expect.stringContaining(`docker stop ${app}`) });
	await dockerOutput("stop", app);
	expect(await succeeds(restore("--to", "thirty", "--in-place"))).toContain(
		"the data of before is in /app/data/set-aside-",
	);
	await dockerOutput("start", app);
	await answering(stack.url);
	expect(await lost(stack.url, before)).toEqual([]);
	expect(await lost(stack.url, after)).toHaveLength(10);
	// It goes on from there: what is written now is in the replica, with what was there before.
	await addNotes(stack.url, 5);
	expect(await succeeds(command("drill"))).toContain("notes 35");
});
