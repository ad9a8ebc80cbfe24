import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CloudRunApp } from "../../components/gcp/cloudRunApp";
import type { CloudRunAppArgs } from "../../components/gcp/cloudRunArgs";
import { CloudSqlPostgres } from "../../components/gcp/cloudSqlPostgres";
import { args, cloudRunProblemsOf, DIGEST, SERVICE } from "./cloudRun";
import { failuresOf, Made } from "./mocks";

const made = new Made();
const JOB = "gcp:cloudrunv2/job:Job";
const SINCE = "2026-11-22T10:00:00.000Z";
let manifest: object = {};
let read: string[] = [];

beforeAll(async () => {
	await made.start(
		({ inputs, name }) => ({
			name: inputs.name ?? `${name}-name`,
			email: `${inputs.accountId}@shop`,
			project: "my-project",
			connectionName: `my-project:asia-southeast1:${inputs.name}`,
			uri: "https://notes.run.app",
			version: "7",
		}),
		"shop",
		{
			"gcp:storage/getBucketObjectContent:getBucketObjectContent": ({ bucket, name }) => {
				read.push(`${bucket}/${name}`);
				return { content: JSON.stringify(manifest) };
			},
		},
	);
	pulumi.runtime.setConfig("gcp:project", "my-project");
});
beforeEach(() => {
	made.forget();
	manifest = { moved: { to: "postgres", since: SINCE } };
	read = [];
});

const COMMANDS = { migration: ["alembic", "upgrade", "head"], command: ["gunicorn", "notes:app"] };

async function make(change: Partial<CloudRunAppArgs> = {}) {
	const postgres = new CloudSqlPostgres("notes", { location: "asia-southeast1" });
	new CloudRunApp("notes", { ...args, ...COMMANDS, postgres, ...change });
	await pulumi.runtime.disconnect();
	return { jobs: made.of(JOB), service: made.of(SERVICE)["notes-service"] ?? {} };
}

/** The variables of a container, a reference as `secret/version`. */
// biome-ignore lint/suspicious/noExplicitAny: tests look deep into what was rendered
function variables(container: any): Record<string, string> {
	const envs: { name: string; value?: string; valueSource?: { secretKeyRef: { secret: string; version: string } } }[] =
		container.envs;
	return Object.fromEntries(
		envs.map(({ name, value, valueSource }) => [
			name,
			value ?? `${valueSource?.secretKeyRef.secret}/${valueSource?.secretKeyRef.version}`,
		]),
	);
}

describe("an app on Cloud Run on Postgres", () => {
	it("is alone, is the ingress, and has the socket and the URL by reference", async () => {
		const { service } = await make({ database: "postgres", instances: 5 });
		const { containers, volumes, scaling } = service.template;
		expect(containers.map(({ name }: { name: string }) => name)).toEqual(["app"]);
		expect(scaling.maxInstanceCount).toBe(5);
		const [app] = containers;
		expect(app.ports).toEqual({ containerPort: 8000 });
		expect(app.dependsOns).toBeUndefined();
		// The migration is a job of its own.
		expect(app.commands).toEqual(["gunicorn", "notes:app"]);
		expect(variables(app)).toEqual({ DATA_DIR: "/app/data", DATABASE_URL: "shop-test-notes-postgres-url/7" });
		expect(app.volumeMounts).toContainEqual({ name: "cloudsql", mountPath: "/cloudsql" });
		expect(volumes).toContainEqual({
			name: "cloudsql",
			cloudSqlInstance: { instances: ["my-project:asia-southeast1:shop-test-notes"] },
		});
		const named = new Set(volumes.map(({ name }: { name: string }) => name));
		expect(named).toEqual(new Set(["data", "app-tmp", "cloudsql"]));
		expect(service.description).toBe(`Holdfast: notes, in Postgres since ${SINCE}`);
		expect(read).toEqual(["vault/app/state/manifest.json"]);
	});

	it("gets a URL with the scheme of its driver", async () => {
		const { service } = await make({ database: "postgres", move: { urlScheme: "postgresql+asyncpg" } });
		const [app] = service.template.containers;
		expect(variables(app).DATABASE_URL).toMatch(/^shop-test-notes-postgres-url-\w+\/7$/);
		const secrets = made.of("gcp:secretmanager/secretVersion:SecretVersion");
		expect(JSON.stringify(secrets["notes-secret-POSTGRES_URL-value"])).toMatch(
			/postgresql\+asyncpg:\/\/notes:[\w-]{32}@/,
		);
	});
});

describe("the jobs of a move", () => {
	it("prepare, migrate, copy: each as the bucket's writer, once, with the socket", async () => {
		const { jobs } = await make({ database: "postgres", move: { replace: { "notes.text": "NULL" } } });
		expect(Object.keys(jobs).sort()).toEqual(["notes-copy", "notes-prepare", "notes-schema"]);
		const tasks = Object.fromEntries(
			Object.entries(jobs).map(([name, job]) => {
				const { containers, volumes, ...task } = job.template.template;
				expect(task).toMatchObject({ serviceAccount: "writer@shop.iam.gserviceaccount.com", maxRetries: 0 });
				expect(volumes.map((volume: { name: string }) => volume.name)).toContain("cloudsql");
				expect(job.runExecutionToken).toMatch(/^[0-9a-f]{8}$/);
				expect(job.deletionProtection).toBe(false);
				return [name, containers[0]];
			}),
		);
		expect(tasks["notes-prepare"].args).toEqual(["postgres", "move", "--prepare"]);
		expect(tasks["notes-copy"].args).toEqual(["postgres", "move"]);
		expect(tasks["notes-schema"].commands).toEqual(COMMANDS.migration);
		expect(tasks["notes-schema"].image).toBe(`ghcr.io/me/notes@${DIGEST}`);
		expect(variables(tasks["notes-schema"]).DATABASE_URL).toBe("shop-test-notes-postgres-url/7");
		expect(variables(tasks["notes-copy"])).toMatchObject({
			HOLDFAST_POSTGRES_URL: "shop-test-notes-postgres-url/7",
			HOLDFAST_POSTGRES_REPLACE: '{"notes.text":"NULL"}',
			HOLDFAST_POSTGRES_MIGRATES: "true",
			HOLDFAST_DISK: "temporary",
			HOLDFAST_STORE: "gs://vault/app",
		});
	});

	it("rehearse while the app serves on SQLite beside its keeper", async () => {
		const { jobs, service } = await make();
		expect(jobs["notes-copy"]?.template.template.containers[0].args).toEqual(["postgres", "move", "--rehearse"]);
		expect(variables(jobs["notes-schema"]?.template.template.containers[0]).DATABASE_URL).toContain(
			"postgres-rehearsal-url",
		);
		expect(service.template.containers.map(({ name }: { name: string }) => name)).toEqual(["keeper", "app"]);
		expect(service.description).toBe("Holdfast: notes");
		expect(read).toEqual([]);
		const secrets = made.of("gcp:secretmanager/secretVersion:SecretVersion");
		expect(JSON.stringify(secrets["notes-secret-POSTGRES_REHEARSAL_URL-value"])).toContain("/notes_rehearsal?host=");
	});

	it("run again where anything has changed that they rest on, and else not", async () => {
		const token = async (change: Partial<CloudRunAppArgs>) => {
			made.forget();
			return (await make({ database: "postgres", ...change })).jobs["notes-copy"]?.runExecutionToken;
		};
		const first = await token({});
		expect(await token({})).toBe(first);
		const others = [
			{ move: { attempt: 2 } },
			{ move: { replace: { "a.b": "NULL" } } },
			{ migration: ["other"] },
			{ image: `ghcr.io/me/notes@${DIGEST.replace("aaaa", "bbbb")}` },
			{ database: undefined },
		];
		const tokens = [first];
		for (const change of others) tokens.push(await token(change));
		expect(new Set(tokens).size).toBe(others.length + 1);
	});

	it("none without Postgres, and nothing else of it", async () => {
		new CloudRunApp("notes", args);
		await pulumi.runtime.disconnect();
		expect(made.types().filter((type) => /sql|job:Job|IAMMember/.test(type))).toEqual([]);
	});
});

describe("what a move needs", () => {
	const server = {
		instance: "i",
		project: "p",
		connectionName: "p:r:i",
		database: "d",
		url: { secret: "s", version: "1" },
		urlOf: () => pulumi.output(""),
	};
	it("names all that is wrong", () => {
		const problems = cloudRunProblemsOf({
			database: "postgres",
			postgres: { ...server, location: "europe-west1" },
			instances: 0,
			move: { attempt: 0 },
		});
		expect(problems["postgres.location"]).toContain('must be where the app is, "asia-southeast1" (got "europe-west1")');
		expect(problems.instances).toBe("must be a whole number from 1 to 100 (got 0)");
		expect(problems["move.attempt"]).toContain("must be a whole number from 1");
	});

	it("one instance on SQLite, and a server for Postgres", () => {
		expect(cloudRunProblemsOf({ postgres: server, instances: 2 }).instances).toContain("SQLite has one writer");
		expect(cloudRunProblemsOf({ database: "postgres" }).database).toContain("needs a server for postgres");
	});

	it("no command for a migration, which is a job there", () => {
		const migration = ["alembic", "upgrade", "head"];
		expect(cloudRunProblemsOf({ migration, database: "postgres", postgres: server, port: 0 })).not.toHaveProperty(
			"migration",
		);
		expect(cloudRunProblemsOf({ migration, postgres: server }).migration).toContain("must come with command");
	});
});

// The last one, for Pulumi's own book-keeping does not get over a program that fails.
describe("an app whose data has not moved", () => {
	it("is not made on what a job said: the manifest must say that the data has moved", async () => {
		manifest = { transaction: 7 };
		const failures = await failuresOf(() => {
			const postgres = new CloudSqlPostgres("notes", { location: "asia-southeast1" });
			new CloudRunApp("notes", { ...args, ...COMMANDS, postgres, database: "postgres" });
		});
		expect(failures).toMatch(/not in Postgres yet .* raise move\.attempt/);
		expect(made.of(SERVICE)).toEqual({});
	});
});
