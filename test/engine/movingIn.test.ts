import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Acknowledged, addNotes, answering, lost } from "../../tools/prove/load";
import { SAMPLE_BASE } from "../../tools/setup/versions";
import { environment } from "./cloudEnvironment";
import { type Chapter, Page, type Settings } from "./page";
import { sqlite } from "./refusal";
import { dockerOutput, freePort, succeeds, TestStack } from "./testStack";

// The commands and settings of MOVING-IN.md as they stand there. What is replaced: the names of the old app's containers,
// volumes, directories and images, the stack's name, and the image with Python. Swarm, docker compose, Railway and gcloud
// are not here: plain containers stand for the first three.

const PAGE = new Page("MOVING-IN.md");
const FUNCTIONS = PAGE.chapter("What").commands[""]?.join("\n").replace("python:3-slim", SAMPLE_BASE);
const OLD = "alembic upgrade head && exec gunicorn --config gunicorn.conf.py notes:app";

/** A reader of one chapter, with an old app that runs somewhere and a stack to move into. */
class Reader {
	/** Where the page says /srv. */
	readonly srv: string;
	/** The old app's image. */
	image = "";
	readonly chapter: Chapter;

	private constructor(
		readonly stack: TestStack,
		number: string,
		readonly old: { container: string; port: number },
		private readonly names: Record<string, string>,
	) {
		this.chapter = PAGE.chapter(number);
		this.srv = stack.directory("srv");
	}

	static async of(number: string, oldName: string): Promise<Reader> {
		const stack = await TestStack.make();
		const container = `${stack.container}-${oldName}`;
		const reader = new Reader(stack, number, { container, port: await freePort() }, { [oldName]: container });
		reader.image = await stack.sampleImage();
		return reader;
	}

	get oldUrl(): string {
		return `http://127.0.0.1:${this.old.port}`;
	}

	/** Starts the old app, as root like most images, and gives it notes. */
	async startOld(database: string, ...mounts: string[]): Promise<Acknowledged[]> {
		const { container, port } = this.old;
		const options = [`--publish=127.0.0.1:${port}:8000`, "--user=0", `--env=DATABASE_URL=sqlite:///${database}`];
		await dockerOutput("run", "--detach", "--name", container, ...options, ...mounts, this.image, "sh", "-c", OLD);
		await answering(this.oldUrl);
		// One that stays connected: what is written meanwhile stays in the WAL.
		const connected = `import sqlite3, time; c = sqlite3.connect("${database}"); c.execute("select count(*) from notes").fetchone(); time.sleep(600)`;
		await dockerOutput("exec", "--detach", container, "python3", "-c", connected);
		return addNotes(this.oldUrl, 40);
	}

	/** The stack's file as the chapter shows it. */
	configure(): void {
		const { "holdfast:app": app = {}, ...rest } = JSON.parse(
			this.named(JSON.stringify(this.chapter.settings)),
		) as Settings;
		const others = Object.entries(rest).map(([key, value]) => [key.replace("holdfast:", ""), value]);
		this.stack.configure(
			{ build: undefined, migration: undefined, ...app, image: this.image },
			Object.fromEntries(others),
		);
	}

	/** Goes through the chapter to its first heading below. As many rows must be there afterwards as before. */
	async movesIn(before: Acknowledged[], notes = before.length): Promise<string> {
		this.configure();
		const said = await this.run();
		expect(said).toMatch(new RegExp(`integrity ok\\n(.*\\n)*notes ${notes}\\n[\\s\\S]+notes ${notes}`));
		expect(await lost(this.stack.url, before)).toEqual([]);
		return said;
	}

	/** Writes some more, and goes back to the old app, which must have these. */
	async goesBack(before: Acknowledged[], kept: "all" | "before"): Promise<string> {
		const since = await addNotes(this.stack.url, 5);
		const said = await this.run("Going back", 0);
		await answering(this.oldUrl);
		expect(await lost(this.oldUrl, kept === "all" ? [...before, ...since] : before)).toEqual([]);
		return said;
	}

	/** Runs what stands under the chapter's own heading, or under one below it. */
	run(heading = "", block?: number): Promise<string> {
		const commands = (this.chapter.commands[heading] ?? []).filter(
			(_, index) => block === undefined || index === block,
		);
		expect(commands).not.toEqual([]);
		return this.shell(this.named(commands.join("\n")));
	}

	/** Runs a script after the functions that the page begins with. */
	shell(script: string): Promise<string> {
		return succeeds(this.stack.shell(`${FUNCTIONS}\n${script}`));
	}

	private named(text: string): string {
		let named = text.replaceAll("/srv/", `${this.srv}/`);
		for (const [name, other] of Object.entries(this.names))
			named = named.replaceAll(new RegExp(`(?<![/\\w-])${name}`, "g"), other);
		return named.replaceAll(/(-- |--stack |holdfast-)vps/g, `$1${this.stack.name}`);
	}
}

it("1: from a volume of Dokploy, and back", async () => {
	const reader = await Reader.of("1", "sora2api");
	const before = await reader.startOld("/app/data/hancat.db", `--volume=${reader.old.container}-data:/app/data`);
	expect(await reader.movesIn(before)).toMatch(/-data \S+ -> \/app\/data/);
	await reader.goesBack(before, "all");
	await reader.run("The old");
	expect(await dockerOutput("volume", "ls", "--quiet", "--filter", `name=${reader.old.container}`)).toBe(
		`${reader.old.container}-data`,
	);
});

it("2: from a directory of docker compose, and back", async () => {
	const reader = await Reader.of("2", "llm-orchestrator");
	const { srv } = reader;
	const data = join(srv, "llm-orchestrator", "data");
	const before = await reader.startOld(
		"/app/data/llm_orchestrator.db",
		`--volume=${data}:/app/data`,
		"--restart=always",
	);
	expect(await reader.movesIn(before)).toContain(`${data} -> /app/data`);
	await reader.goesBack(before, "all");
	expect(existsSync(`${data}-before/llm_orchestrator.db`)).toBe(true);
	await reader.run("The old");
	expect(readdirSync(join(srv, "llm-orchestrator"))).toEqual(["data"]);
});

it("3: from a file in the image, which has an older one; back, and in once more", async () => {
	const reader = await Reader.of("3", "gemini-keys");
	await bakeIn(reader);
	const before = await reader.startOld("/app/instance/gemini_keys.db");
	// One more is built in.
	const said = await reader.movesIn(before, 41);
	expect(said).toContain("removed-when-stopped=false []");
	expect(said).toContain("A /app/instance/gemini_keys.db-wal");
	expect(await reader.goesBack(before, "before")).toContain("notes 46");

	const later = await addNotes(reader.oldUrl, 7);
	await reader.run("Going back", 1);
	await reader.movesIn([...before, ...later], 48);
	await reader.run("The old");
});

/** An image with a database in it, as `COPY . .` makes it. */
async function bakeIn(reader: Reader): Promise<void> {
	const context = reader.stack.sampleApp();
	const bake = `RUN mkdir instance && export DATABASE_URL=sqlite:////app/instance/gemini_keys.db && alembic upgrade head && python3 -c "import sqlite3; c = sqlite3.connect('instance/gemini_keys.db'); c.execute(\\"insert into notes (text, created_at) values ('built in', '')\\"); c.commit()"`;
	const dockerfile = `FROM ${reader.image}\nUSER 0\n${bake}\nUSER 1000\n`;
	writeFileSync(join(context, "Baked"), dockerfile);
	reader.image = reader.image.replace("-sample:1", "-baked:1");
	await dockerOutput("build", "--quiet", "--tag", reader.image, "--file", join(context, "Baked"), context);
}

it("4: from a volume of Railway, whose app was killed and left a WAL, and back", async () => {
	const reader = await Reader.of("4", "railway");
	const { stack, srv } = reader;
	const { container } = reader.old;
	const before = await reader.startOld("/app/data/personalfinance.db", `--volume=${container}-data:/app/data`);
	// In Railway's place: a service that sleeps with the volume, and its program that copies the volume out.
	await dockerOutput("kill", container);
	await dockerOutput("cp", `${container}:/app/data`, join(srv, "moving-in"));
	expect(readdirSync(join(srv, "moving-in"))).toContain("personalfinance.db-wal");
	await reader.movesIn(before);
	expect(await stack.saidBy("start")).toContain("with its personalfinance.db-wal");

	await addNotes(stack.url, 5);
	expect(await reader.run("Going back")).toContain("notes 45");
	await reader.run("The old");
});

it("5: what was copied out of a bucket is counted", async () => {
	const reader = await Reader.of("5", "backend");
	const copied = `type=bind,source=${reader.srv},target=/d`;
	const made = `mkdir /d/moving-in && ${sqlite("/d/moving-in/users.db", "create table users as values (1), (2), (3)")}`;
	await dockerOutput("run", "--rm", "--mount", copied, SAMPLE_BASE, "sh", "-c", made);
	expect(await reader.shell(`cd ${reader.srv}\n${reader.chapter.commands[""]?.join("\n")}`)).toContain("users 3");
});

it("5: from a bucket to Cloud Run: the stack lets its account read it, until initialData is taken out again", async (test) => {
	const { "holdfast:app": app } = PAGE.chapter("5").settings;
	const stack = await environment(test, "gcp-staging", (config) => {
		config["holdfast:app"] = { ...config["holdfast:app"], ...app };
	});
	await stack.upAtOnce();
	const readers = () =>
		stack
			.contents("gcp:storage/bucketIAMMember:BucketIAMMember")
			.filter(({ inputs }) => inputs.role === "roles/storage.objectViewer");
	expect(readers()).toMatchObject([{ inputs: { bucket: "my-project-moving-in" } }]);
	expect(JSON.stringify(stack.contents("gcp:cloudrunv2/service:Service"))).toContain(
		"gs://my-project-moving-in/users.db",
	);
	stack.configure((config) => delete (config["holdfast:app"] as Settings[string]).initialData);
	await stack.upAtOnce();
	expect(readers()).toEqual([]);
});
