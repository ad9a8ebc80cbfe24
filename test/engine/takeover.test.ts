import { expect, it } from "vitest";
import { addNotes, lost } from "../../tools/prove/load";
import { refusal, sqlite } from "./refusal";
import { docker, dockerOutput, succeeds, TestStack } from "./testStack";

it("takes over a volume with data, without changing what is in it but the database; refuses a wrong one", async () => {
	const stack = await TestStack.make();
	const old = await stack.madeVolume("old");
	const exists = { existingData: { volume: old } };
	const empty = await refusal(stack.configure({}, exists));
	// All at once, and nobody is told to run as root.
	expect(empty).toMatch(
		/must be writable by user 1000 \(got ".*-old", which belongs to 0:0 with mode 0755\): run docker run/,
	);
	expect(empty).toContain(`must hold the data that is taken over (got "${old}", where notes.db is missing)`);
	await stack.inVolume(old, "chown 1000 /look && touch /look/notes.db && echo text > /look/hancat.db");
	expect(await refusal(stack)).toContain("where notes.db is empty");
	expect(
		await refusal(stack.configure({ data: { mountPath: "/app/data", databaseFile: "hancat.db" } }, exists)),
	).toContain("where hancat.db is something else");
	expect(await refusal(stack.configure({}, { existingData: { volume: "no-such-volume" } }))).toContain(
		"docker volume ls",
	);

	// A database as the app itself left it in another deployment.
	await stack.inVolume(old, sqlite("/look/root.db", "create table x(y)"));
	expect(
		await refusal(stack.configure({ data: { mountPath: "/app/data", databaseFile: "root.db" } }, exists)),
	).toContain(`(got "${old}", where root.db belongs to 0:0 with mode 0644): run docker run`);
	await stack.inVolume(old, "rm /look/*.db && echo mine > /look/upload.txt && chown 1000:1000 /look/upload.txt");
	const before = (await TestStack.make()).configure();
	await succeeds(before.up());
	const acknowledged = await addNotes(before.url, 50);
	await dockerOutput("stop", await before.app());
	await dockerOutput(
		"run",
		"--rm",
		"--volume",
		`${before.volume}:/from`,
		"--volume",
		`${old}:/to`,
		"holdfast/sample-base:2",
		"sh",
		"-c",
		"cp -p /from/notes.db* /to",
	);

	stack.configure({}, exists);
	await succeeds(stack.up());
	expect(await lost(stack.url, acknowledged)).toEqual([]);
	expect(await stack.inVolume(old, "cat /look/upload.txt; ls /look/.holdfast 2>/dev/null || true")).toBe("mine");

	// Somebody else writes it: two writers are one too many.
	const writer = await TestStack.make();
	const app = await stack.app();
	expect(await refusal(writer.configure({}, exists))).toContain(
		`which the container ${app} has mounted): docker stop ${app} first`,
	);
	await succeeds(stack.down());
	expect((await docker.run(["volume", "inspect", old])).code).toBe(0);
});

it("takes over a directory of the host", async () => {
	const stack = await TestStack.make();
	const directory = stack.sampleApp();
	expect(await refusal(stack.configure({}, { existingData: { directory } }))).toContain("where notes.db is missing");
	expect(await refusal(stack.configure({}, { existingData: { directory: `${directory}/none` } }))).toMatch(
		/must be readable by the Docker host .*does not exist/,
	);
	await dockerOutput(
		"run",
		"--rm",
		"--volume",
		`${directory}:/d`,
		"holdfast/sample-base:2",
		"sh",
		"-c",
		`${sqlite("/d/notes.db", "create table mine(x)")} && chown 1000:1000 /d /d/notes.db`,
	);
	stack.configure({}, { existingData: { directory } });
	await succeeds(stack.up());
	const { tables } = (await (await fetch(`${stack.url}/health/data`)).json()) as { tables: object };
	expect(tables).toMatchObject({ mine: 0, notes: 0 });
	await succeeds(stack.down());
	expect(
		await dockerOutput("run", "--rm", "--volume", `${directory}:/d`, "holdfast/sample-base:2", "ls", "/d/notes.db"),
	).toBe("/d/notes.db");
});

it("takes in no file that a running container can still write", async () => {
	const stack = await TestStack.make();
	const directory = stack.directory("old");
	const old = `${stack.container}-old`;
	const mount = `type=bind,source=${directory},target=/d`;
	const script = `${sqlite("/d/notes.db", "create table mine(x)")} && sleep 600`;
	await dockerOutput("run", "--detach", "--name", old, "--mount", mount, "holdfast/sample-base:2", "sh", "-c", script);
	stack.configure({ initialData: `${directory}/notes.db` });
	expect(await refusal(stack)).toContain(
		`app.initialData: must be a file that nothing writes any more (got "${directory}/notes.db", which the container ${old} has mounted): docker stop ${old} first`,
	);
});
