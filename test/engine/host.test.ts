import { connect, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { addNotes, lost } from "../../tools/prove/load";
import { refusal, sqlite } from "./refusal";
import { dockerOutput, freePort, succeeds, TestStack } from "./testStack";

it("refuses a port that is taken, and says by what: a process, a container", async () => {
	const stack = await TestStack.make();
	const server = createServer().listen(stack.port, "127.0.0.1");
	onTestFinished(() => void server.close());
	const byProcess = await refusal(stack.configure());
	expect(byProcess).toMatch(
		new RegExp(
			`publish.port: must be free on the host \\(got ${stack.port} at 127.0.0.1, which is taken by .*process ${process.pid}\\)`,
		),
	);
	await new Promise((resolve) => server.close(resolve));

	const other = `holdfast-${stack.name}-other`;
	await dockerOutput(
		"run",
		"--detach",
		"--name",
		other,
		"--publish",
		`127.0.0.1:${stack.port}:80`,
		"holdfast/sample-base:2",
		"sleep",
		"300",
	);
	expect(await refusal(stack)).toContain(`taken by the container ${other}`);
	await dockerOutput("rm", "--force", other);

	// The app runs, which must not keep another port from being looked at.
	await succeeds(stack.up());
	const port = await freePort();
	const second = createServer().listen(port, "127.0.0.1");
	onTestFinished(() => void second.close());
	expect(await refusal(stack.configure({}, { publish: { port } }))).toContain(
		`got ${port} at 127.0.0.1, which is taken by`,
	);
});

it("refuses an image that does not exist, and a user that an image does not have; takes one that it has", async () => {
	const stack = await TestStack.make();
	const image = { build: undefined, migration: undefined };
	expect(await refusal(stack.configure({ ...image, image: "127.0.0.1:1/no/such:1" }))).toContain(
		'app.image: must exist on the Docker host or in its registry (got "127.0.0.1:1/no/such:1"',
	);
	const unknown = await refusal(stack.configure({ ...image, image: "holdfast/sample-base:2", user: "nobodyy" }));
	expect(unknown).toMatch(
		/app.user: must be a user of the image holdfast\/sample-base:2 \(got "nobodyy"; it has root, daemon, .*nobody/,
	);

	stack.configure({
		...image,
		image: "holdfast/sample-base:2",
		user: "www-data",
		command: ["sleep", "300"],
		health: false,
	});
	await succeeds(stack.up());
	expect(JSON.parse(await dockerOutput("inspect", await stack.app()))[0].Config.User).toBe("33:33");
});

it("refuses a volume of another user, a read-only one, and another stack's; each with the way out", async () => {
	const stack = await TestStack.make();
	const taken = await stack.madeVolume("data");
	const byName = await refusal(stack.configure());
	expect(byName).toContain(
		`stack: must not clash with another one's: the volume ${taken} belongs to nobody that Holdfast knows`,
	);
	expect(byName).toContain(`set existingData.volume to ${taken} to take it over`);

	await dockerOutput("volume", "rm", taken);
	await stack.madeVolume("data", "--label", "holdfast.app=holdfast/other/notes");
	expect(await refusal(stack)).toContain(
		`the volume ${taken} belongs to holdfast/other/notes (this is holdfast/${stack.name}/notes)`,
	);

	const old = await stack.madeVolume("old");
	await stack.inVolume(
		old,
		`${sqlite("/look/notes.db", "create table x(y)")} && chown -R 1500:1600 /look && chmod 755 /look`,
	);
	const owned = await refusal(stack.configure({}, { existingData: { volume: old } }));
	expect(owned).toContain(
		`existingData.volume: must be writable by user 1000 (got "${old}", which belongs to 1500:1600 with mode 0755)`,
	);
	expect(owned).toContain("set user to 1500 and group to 1600");

	const readOnly = await stack.madeVolume("ro", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=ro");
	expect(await refusal(stack.configure({}, { existingData: { volume: readOnly } }))).toMatch(
		/must be writable .*read-only file system/,
	);
});

it("refuses its own volume for another user than the one who wrote it", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	expect(await refusal(stack.configure({ user: 2000 }))).toContain(
		`data: must be writable by user 2000 (got "${stack.volume}", which belongs to 1000:1000`,
	);
});

it("shows all that is wrong at once: settings, meaning and host", async () => {
	const stack = await TestStack.make();
	const server = createServer().listen(stack.port, "127.0.0.1");
	onTestFinished(() => void server.close());
	stack.configure(
		{ prot: 1, cpus: "two", data: { mountPath: "data", databaseFile: "x.db" }, secrets: ["ADMIN_KEY"], image: "a b" },
		{ nmae: 1 },
	);
	const output = await refusal(stack);
	for (const line of [
		'nmae: is not a setting (got "nmae"): did you mean name?',
		'app.prot: is not a setting (got "prot"): did you mean port?',
		'app.cpus: must be a number (got "two")',
		'app.data.mountPath: must be an absolute path in the container (got "data")',
		"app.secrets.ADMIN_KEY: must have a secret value (got none)",
		"app.image: must be given, or else build (got both)",
		`publish.port: must be free on the host (got ${stack.port}`,
	]) {
		expect(output).toContain(line);
	}
});

it("refuses a secret in the open, and a stack of the same name in another backend", async () => {
	const stack = (await TestStack.make()).configure();
	expect((await stack.pulumi("config", "set", "--path", "--secret", "app.environment.ADMIN_KEY", "hidden")).code).toBe(
		0,
	);
	const output = await refusal(stack);
	expect(output).toContain("app: must not hold a secret");
	expect(output).not.toContain("hidden");

	stack.configure();
	await succeeds(stack.up());
	const acknowledged = await addNotes(stack.url, 20);
	const twin = await TestStack.make(stack.name);
	const refused = await refusal(twin.configure());
	expect(refused).toContain("there is a stack of this name from another backend");
	// The first backend is gone, say; then what the refusal says leads to the data.
	const [, remedy = ""] = /is gone: (.*) \(the data/.exec(refused) ?? [];
	for (const command of remedy.split("; ")) await dockerOutput(...command.split(" ").slice(1));
	await succeeds(twin.up());
	expect(await lost(twin.url, acknowledged)).toEqual([]);
});

it("goes to the host of docker:host with everything, the build of images too, and stays there", async () => {
	const stack = await TestStack.make();
	// A second way to the same engine; the usual one leads nowhere.
	const socket = `${stack.directory("host")}/docker.sock`;
	let connections = 0;
	const proxy = createServer((client) => {
		connections += 1;
		const engine = connect("/var/run/docker.sock");
		client.pipe(engine).pipe(client);
		for (const end of [client, engine]) end.on("error", () => end.destroy());
	}).listen(socket);
	onTestFinished(() => void proxy.close());
	stack.environment = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
	stack.configure({}, { "docker:host": `unix://${socket}` });
	const output = await succeeds(stack.pulumi("up", "--yes", "--skip-preview"));
	expect(output).toContain("notes created");
	expect(connections).toBeGreaterThan(5);

	stack.environment = {};
	stack.configure();
	const moved = await stack.up();
	expect(moved).toMatchObject({
		code: 1,
		output: expect.stringContaining(`docker:host was unix://${socket} and is now this machine's engine`),
	});
});
