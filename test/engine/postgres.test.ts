import { expect, it } from "vitest";
import { docker, dockerOutput, succeeds, TestStack } from "./testStack";

/** Puts a note into Postgres by the sample app's own code, once its own migrations have run there; prints the count. */
const ADD = `export DATABASE_URL="$(cat /run/holdfast-postgres/url)"
alembic upgrade head && python3 -c '
from notes import app
client = app.test_client()
assert client.post("/notes", json={"text": "a note"}).status_code == 201
print(client.get("/notes/count").json["count"])'`;

it("Postgres beside an app: closed, with a password that nobody sees, and rows that a lost container leaves in place", async () => {
	const stack = (await TestStack.make()).configure({}, { postgres: { memoryMiB: 128 } });
	const first = await succeeds(stack.up());
	const [server, keeper] = [`${stack.container}-postgres`, `${stack.container}-keeper`];
	expect(first).toContain(`postgres volume ${server}-data, kept by npm run down; a deploy rehearses the move to it`);

	const url = await dockerOutput("exec", keeper, "cat", "/run/holdfast-postgres/url");
	const password = /^postgresql:\/\/notes:([0-9a-f]{40})@/.exec(url)?.[1] ?? "";
	expect(url).toBe(`postgresql://notes:${password}@${server}:5432/notes`);
	const all = (await stack.labelled()).map(({ id }) => id);
	const [dump] = await stack.labelled("postgres-dump");
	const seen = {
		inspected: await dockerOutput("inspect", ...all),
		said: await stack.saidBy("postgres"),
		state: await succeeds(stack.pulumi("stack", "export", "--show-secrets")),
		processes: await dockerOutput("top", dump?.id ?? "", "-eo", "pid,args"),
	};
	for (const [where, text] of Object.entries(seen)) {
		expect(text.length, where).toBeGreaterThan(50);
		expect(text.includes(password), where).toBe(false);
	}
	const [{ Config, HostConfig, NetworkSettings }] = JSON.parse(await dockerOutput("inspect", server));
	expect(Config).toMatchObject({ User: "999:999", StopSignal: "SIGINT" });
	expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ["ALL"], Memory: 128 * 1024 * 1024 });
	expect(HostConfig.PortBindings ?? {}).toEqual({});
	expect(Object.keys(NetworkSettings.Networks)).toEqual([`${server}-network`]);
	expect(await dockerOutput("network", "inspect", "--format", "{{.Internal}}", `${server}-network`)).toBe("true");

	const app = await stack.app();
	expect(await dockerOutput("exec", app, "sh", "-c", ADD)).toMatch(/1$/);
	await dockerOutput("exec", keeper, "sh", "-c", "echo before-7 > /dumps/request");
	const answered = "until [ -e answer ] || [ -e failed ]; do sleep 0.2; done; cat answer failed *.json";
	const { stdout: reports } = await docker.run(["exec", "--workdir", "/dumps", keeper, "sh", "-c", answered]);
	const [word, stamp] = `${reports}`.split("\n");
	expect(word).toBe("before-7");
	expect(`${reports}`).toContain(`"stamp":"${stamp}"`);
	expect(`${reports}`).toContain('"rows":{ "alembic_version" : 1, "notes" : 1, "tags" : 0 }');
	// The new server was not dumped: where a host is lost, an empty dump would be the newest, which is the one to restore.
	expect(`${reports}`.match(/"stamp"/g)).toHaveLength(1);

	await dockerOutput("rm", "--force", server);
	await succeeds(stack.up());
	expect(await dockerOutput("exec", app, "sh", "-c", ADD)).toMatch(/2$/);
	expect(await succeeds(stack.up())).toContain("No change.");
});
