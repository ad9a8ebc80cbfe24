import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it, onTestFailed, onTestFinished } from "vitest";
import { POSTGRES_IMAGE } from "../../components/docker/postgres";
import { withDatabase } from "../../components/keeper/postgres/location";
import { CloudRunPlatform } from "./cloud/cloudRun";
import { LocalImages } from "./cloud/images";
import { Load } from "./cloud/load";
import { Pod, variables } from "./cloud/pod";
import { renderCloudRun } from "./cloud/renderCloudRun";
import { docker, tryDocker, until } from "./docker";
import { GcsBucket } from "./stores";
import { testServers } from "./testServers";

// The copy job of a Cloud Run app, beside a revision that serves under load. Local containers stand for Google's machines, a
// Postgres server in a container for Cloud SQL, and its TCP port for the connector's socket.

const servers = testServers();
const images = new LocalImages();
const container = `holdfast-data-job-${randomBytes(4).toString("hex")}`;
let url = "";

beforeAll(async () => {
	const memory = ["/var/lib/postgresql/data", "/run/holdfast-postgres", "/run/postgresql"];
	await docker(
		...["run", "--detach", `--name=${container}`],
		...["--env=HOLDFAST_POSTGRES_NAME=notes", "--env=HOLDFAST_POSTGRES_HOST=server"],
		...memory.map((path) => `--tmpfs=${path}:rw,uid=999,gid=999,mode=0700`),
		POSTGRES_IMAGE,
	);
	const address = await docker("inspect", "--format={{.NetworkSettings.IPAddress}}", container);
	const found = await until("the URL", async () => {
		const { code, stdout } = await tryDocker("exec", container, "cat", "/run/holdfast-postgres/url");
		return code === 0 && `${stdout}`;
	});
	url = found.trim().replace("@server:", `@${address}:`);
}, 60_000);
afterAll(async () => {
	await tryDocker("rm", "--force", "--volumes", container);
});

async function connected(database = "notes"): Promise<Client> {
	const client = new Client({ connectionString: withDatabase(url, database) });
	// The way back ends all sessions.
	client.on("error", () => {});
	await client.connect();
	onTestFinished(() => client.end().catch(() => undefined));
	return client;
}

it("killed while it copies, the revision serves on; again, and every acknowledged write is in Postgres", async () => {
	const store = await GcsBucket.make(servers.gcs);
	const definition = await renderCloudRun(store, images);
	const redirect = { STORAGE_EMULATOR_HOST: servers.gcs.emulatorHost };
	const platform = new CloudRunPlatform(redirect);
	onTestFinished(() => platform.remove(), 60_000);
	onTestFailed(async () => console.error(await platform.log()), 30_000);
	const keeper = definition.template.containers.find(({ name }) => name === "keeper");
	if (keeper === undefined) throw new Error("there is no keeper");
	const told = Object.fromEntries((keeper.envs ?? []).map(({ name, value }) => [name, `${value}`]));
	const pods: Pod[] = [];
	onTestFinished(async () => void (await Promise.all(pods.map((pod) => pod.remove()))), 60_000);
	const job = async (...words: string[]) => {
		const pod = await Pod.open("job", { volumes: Object.fromEntries(MOUNTS.map(([name]) => [name, MEMORY])) });
		pods.push(pod);
		const mounts = MOUNTS.map(([name, path]) => pod.mount(name, path));
		const environment = { ...told, ...redirect, HOLDFAST_POSTGRES_URL: url, HOLDFAST_POSTGRES_MIGRATES: "true" };
		const image = images.ofContainer(definition.template.containers, "keeper");
		await pod.start("copy", [...mounts, ...variables(environment)], [image, "postgres", "move", ...words]);
		return pod;
	};
	const succeeds = async (...words: string[]) => {
		const pod = await job(...words);
		const { code } = await pod.end("copy");
		const said = await pod.log();
		if (code !== 0) throw new Error(`the job ${words.join(" ")} ended with ${code}: ${said}`);
		return said;
	};

	await platform.deploy(definition);
	const load = new Load(platform);
	const clients = load.run(2);
	await load.more(20);
	await succeeds("--prepare", "--rehearse");
	const rehearsal = await connected("notes_rehearsal");
	await rehearsal.query(SCHEMA);
	await rehearsal.end();
	expect(await succeeds("--rehearse")).toContain("SQLite serves on");
	expect(load.failures).toEqual({});
	await succeeds("--prepare");
	const blocker = await connected();
	await blocker.query(SCHEMA);

	await blocker.query("BEGIN; LOCK TABLE rows IN SHARE MODE");
	const killed = await job();
	const waits = "SELECT 1 FROM pg_stat_activity WHERE datname = 'notes' AND wait_event_type = 'Lock'";
	// Within a transaction, Postgres says the same of its sessions again and again.
	const watcher = await connected();
	await until("the copy waits", async () => ((await watcher.query(waits)).rowCount ?? 0) > 0, 60);
	await docker("kill", `${killed.name}-copy`);
	await blocker.query("ROLLBACK");
	// What has come since that job said what the migration had made is not taken for that.
	await blocker.query("INSERT INTO rows VALUES (-1, 'theirs', 0)");
	await expect(succeeds()).rejects.toThrow("rows that this copy did not write, in the table rows (1)");
	expect((await blocker.query("DELETE FROM rows")).rowCount).toBe(1);
	await load.more(20);

	const began = load.acknowledged.length;
	await succeeds();
	await clients.stop();
	const { rows } = await blocker.query<{ content: string }>("SELECT content FROM rows");
	const there = new Set(rows.map(({ content }) => content));
	expect(load.acknowledged.filter(({ row }) => !there.has(row))).toEqual([]);
	// Whoever served writes no more, and the next job has nothing to do.
	expect((await load.write())?.status).toBe(503);
	expect(await succeeds()).toContain("has been in Postgres since");
	console.log(
		`the copy job on Cloud Run: ${load.acknowledged.length} writes acknowledged (${began} before the last job), none lost; ` +
			`not acknowledged: ${JSON.stringify(load.failures)}`,
	);

	// A job that was ended on the way back leaves the database read-only; where the app stays there, it writes again.
	await blocker.query("ALTER DATABASE notes SET default_transaction_read_only = on");
	await succeeds();
	await (await connected()).query("DELETE FROM rows WHERE false");

	// The way back, where nothing was written since: SQLite is as it was, and Postgres is read-only.
	await succeeds("--prepare", "--rehearse");
	await load.write();
	await until("the revision serves again", async () => (await load.write())?.status === 200, 60);
	const late = await connected();
	await expect(late.query("DELETE FROM rows")).rejects.toThrow("read-only transaction");
}, 180_000);

/** What the app's migration would make. */
const SCHEMA = "CREATE TABLE rows (id integer PRIMARY KEY, content text, at double precision)";
const MEMORY = { options: ["type=tmpfs", "device=tmpfs"], mode: "0777" };
const MOUNTS = [
	["data", "/app/data"],
	["scratch", "/holdfast/scratch"],
	["tmp", "/tmp"],
] as const;
