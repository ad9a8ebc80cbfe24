import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { MANY } from "../../tools/faults/many";
import { POSTGRES_IMAGE } from "../../tools/setup/versions";
import { docker, tryDocker } from "./docker";

const CLOSED = ["--read-only", "--init", "--network", "none", "--cap-drop", "ALL", "--tmpfs", "/tmp:mode=1777"];
const URL_FILE = "/run/holdfast-postgres/url";
/** First starts that are killed at a random moment. */
const KILLED = MANY ? 30 : 4;

/** A server of the image, on volumes that go with the test. */
class Server {
	private readonly id = `holdfast-postgres-${randomBytes(4).toString("hex")}`;
	private readonly volumes = [
		...["--volume", `${this.id}-data:/var/lib/postgresql/data`],
		...["--volume", `${this.id}-url:/run/holdfast-postgres`],
	];

	constructor() {
		onTestFinished(async () => {
			await tryDocker("rm", "--force", this.id);
			await tryDocker("volume", "rm", "--force", `${this.id}-data`, `${this.id}-url`);
		});
	}

	async start(name = "notes"): Promise<void> {
		await tryDocker("rm", "--force", this.id);
		const run = ["--tmpfs", "/run/postgresql:uid=999,gid=999", "--env", `HOLDFAST_POSTGRES_NAME=${name}`];
		const host = ["--env", "HOLDFAST_POSTGRES_HOST=localhost"];
		await docker("run", "--detach", "--name", this.id, ...CLOSED, ...run, ...host, ...this.volumes, POSTGRES_IMAGE);
	}

	kill(): Promise<string> {
		return docker("kill", this.id);
	}

	/** What it said, once it has ended by itself. */
	async refusal(name?: string): Promise<string> {
		await this.start(name);
		expect(await docker("wait", this.id)).toBe("3");
		return (await tryDocker("logs", this.id)).errors;
	}

	/** Runs SQL by the URL, as an app does. */
	sql(statement: string): Promise<string> {
		const script = `until pg_isready --quiet --host=localhost; do sleep 0.1; done; psql "$(cat ${URL_FILE})" -Atqc "$0"`;
		return docker("exec", this.id, "sh", "-c", script, statement);
	}

	/** Runs a shell on its volumes while it does not run. */
	shell(script: string): Promise<string> {
		return docker("run", "--rm", "--network", "none", ...this.volumes, POSTGRES_IMAGE, "sh", "-c", script);
	}
}

it("a first start that is killed begins anew, and a whole cluster is kept", async () => {
	const server = new Server();
	for (let round = 0; round < KILLED; round += 1) {
		await server.start();
		await sleep(randomInt(1200));
		await server.kill();
	}
	await server.start();
	await server.sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n");
	await server.kill();
	await server.start();
	expect(await server.sql("SELECT count(*) FROM kept")).toBe("1000");
	expect(await server.sql("SHOW data_checksums")).toBe("on");
	expect(await server.sql("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")).toBe("f|t");
	expect(await server.sql("SELECT string_agg(t, '' ORDER BY t) FROM (VALUES ('a'), ('B'), ('é'), ('z')) v(t)")).toBe(
		"Bazé",
	);

	// Whoever lost the URL gets a new password, and the rows.
	const before = await server.shell(`cat ${URL_FILE}`);
	await server.kill();
	await server.shell(`rm ${URL_FILE}`);
	await server.start();
	expect(await server.sql("SELECT count(*) FROM kept")).toBe("1000");
	expect(await server.shell(`cat ${URL_FILE}`)).not.toBe(before);
});

it("refuses a cluster that is another's, and leaves it alone", async () => {
	const server = new Server();
	await server.start();
	await server.sql("CREATE TABLE kept (n int)");
	await server.kill();
	expect(await server.refusal("other")).toContain("this volume holds the database of another name than other");
	await server.shell("cd /var/lib/postgresql/data && cp cluster/PG_VERSION version && echo 14 > cluster/PG_VERSION");
	expect(await server.refusal()).toMatch(
		/holds a cluster of PostgreSQL 14, and the image has 1\d\. It was not touched/,
	);
	await server.shell("cd /var/lib/postgresql/data && mv version cluster/PG_VERSION && echo 15 > PG_VERSION");
	expect(await server.refusal()).toContain("this volume holds a cluster that another image made. It was not touched");
	await server.shell("rm /var/lib/postgresql/data/PG_VERSION");
	await server.start();
	expect(await server.sql("SELECT count(*) FROM kept")).toBe("0");
});
