import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { addNotes, answering, Load, lost, notesOf, slowNote } from "../../tools/prove/load";
import { ROOT } from "../../tools/workspace";
import { docker, dockerOutput, succeeds, TestStack } from "./testStack";

it("fault 25: 1,000 notes stay through a deploy, a destroy and another up; a second up changes nothing", async () => {
	const stack = (await TestStack.make()).configure();
	const first = await stack.up();
	expect(first.output).toContain(`app      ${stack.url}`);
	expect(first.output).toContain(`volume ${stack.volume}`);
	expect(first.output).toMatch(/backend {2}file:\/\//);
	expect(first.code).toBe(0);

	const acknowledged = await addNotes(stack.url, 1000);
	expect(acknowledged).toHaveLength(1000);
	const stays = async () => {
		expect(await notesOf(stack.url)).toHaveLength(1000);
		expect(await lost(stack.url, acknowledged)).toEqual([]);
	};
	await stays();

	const same = await stack.up();
	expect(same.output).toContain("No change.");

	stack.configure({ build: { context: "stacks/sample-app", args: { VERSION: "2" } } });
	await succeeds(stack.up());
	expect(await answering(stack.url)).toBe("2");
	await stays();

	const down = await stack.down();
	expect(down).toMatchObject({ code: 0, output: expect.stringContaining("its data is kept") });
	expect(await dockerOutput("ps", "--all", "--quiet", "--filter", `name=${stack.container}`)).toBe("");
	expect(await stack.labelled()).toEqual([]);
	expect(await dockerOutput("volume", "ls", "--quiet", "--filter", `name=${stack.volume}`)).toBe(stack.volume);

	await succeeds(stack.up());
	expect(await answering(stack.url)).toBe("2");
	await stays();
});

it("fault 29: the volume is found again by its name where the state has lost it", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const acknowledged = await addNotes(stack.url, 20);
	await succeeds(stack.down());
	const urn = `urn:pulumi:${stack.name}::holdfast::holdfast:docker:DockerApp$docker:index/volume:Volume::notes-data`;
	expect(await stack.pulumi("state", "delete", "--yes", "--force", "--target-dependents", urn)).toMatchObject({
		code: 0,
	});
	const again = await stack.up();
	expect(again.output).toContain("Volume notes-data created");
	expect(await lost(stack.url, acknowledged)).toEqual([]);
	// The labels that Docker keeps are the first ones: they must not make the volume look changed for ever.
	expect((await stack.up()).output).toContain("No change.");
});

it("fault 5: a stop under load loses no acknowledged note: docker stop, and a deploy", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());

	const stopped = new Load(stack.url, { writers: 8 });
	await sleep(1000);
	const app = await stack.app();
	await dockerOutput("stop", app);
	const acknowledged = await stopped.stop();
	expect(acknowledged.length).toBeGreaterThan(50);
	await dockerOutput("start", app);
	expect(await answering(stack.url)).toBe("1");
	expect(await lost(stack.url, acknowledged)).toEqual([]);

	// A request that is under way when the old version is told to stop is finished, not cut off.
	const slow = slowNote(stack.url, 12_000);
	const deployed = new Load(stack.url, { writers: 8 });
	stack.configure({ build: { context: "stacks/sample-app", args: { VERSION: "2" } } });
	await succeeds(stack.up());
	const more = await deployed.stop();
	const all = deployed.failed + more.length;
	console.log(`${deployed.failed} of ${all} requests failed during the deploy: ${[...deployed.reasons].join("; ")}`);
	// New connections are held. One that was kept open between two requests ends with the old version, and a request that
	// its client begins on it in that moment has no answer: at most one for each connection.
	expect(deployed.failed).toBeLessThanOrEqual(8);
	expect(await answering(stack.url)).toBe("2");
	expect(await lost(stack.url, [...acknowledged, ...more, await slow])).toEqual([]);
});

it("faults 25 and 27: protects the data: a plain destroy is refused, and so is taking the component out of the program", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const acknowledged = await addNotes(stack.url, 20);

	const destroy = await stack.pulumi("destroy", "--yes", "--skip-preview");
	expect(destroy).toMatchObject({ code: 255, output: expect.stringContaining("protected") });
	// Another name in the configuration is another component, and the first is no longer in the program.
	stack.configure({}, { name: "other" });
	const renamed = await stack.up();
	expect(renamed).toMatchObject({ code: 1, output: expect.stringContaining("protected") });
	expect(await dockerOutput("volume", "ls", "--quiet", "--filter", `name=holdfast-${stack.name}-other`)).toBe("");

	stack.configure();
	await succeeds(stack.up());
	expect(await lost(stack.url, acknowledged)).toEqual([]);
});

it("deletes the data for good by the commands of the README, and by nothing less", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const readme = readFileSync(join(ROOT, "README.md"), "utf8");
	const [, commands = ""] = /To delete the data on purpose[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? [];
	const lines = commands.trim().split("\n");
	expect(lines).toHaveLength(3);
	for (const line of lines) {
		expect((await docker.run(["volume", "inspect", stack.volume])).code).toBe(0);
		const words = line.replaceAll("holdfast-local-notes", stack.container).split(" ");
		if (words[0] === "docker") await dockerOutput(...words.slice(1));
		else await succeeds(stack.pulumi(...words.slice(4)));
	}
	for (const volume of [stack.volume, `${stack.container}-backup`]) {
		expect((await docker.run(["volume", "inspect", volume])).code).toBe(1);
	}
});

it("brings back a container that was removed by hand, and refuses to go on without the volume", async () => {
	const stack = (await TestStack.make()).configure();
	await succeeds(stack.up());
	const acknowledged = await addNotes(stack.url, 20);
	// A crash of earlier days is no reason to call the app ill today.
	const app = await stack.app();
	await dockerOutput(
		"exec",
		app,
		"python3",
		"-c",
		"import os; [os.kill(int(p), 9) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]",
	).catch(() => {});
	expect(await answering(stack.url)).toBe("1");
	expect(await dockerOutput("inspect", "--format", "{{.RestartCount}}", app)).toBe("1");
	expect(await succeeds(stack.up())).toContain("No change.");

	await dockerOutput("rm", "--force", app);
	await succeeds(stack.up());
	expect(await lost(stack.url, acknowledged)).toEqual([]);

	await succeeds(stack.down());
	await dockerOutput("volume", "rm", stack.volume);
	const refused = await stack.up();
	expect(refused).toMatchObject({
		code: 1,
		output: expect.stringContaining(`the volume ${stack.volume}, which holds the data of this stack, is gone`),
	});
	expect((await docker.run(["volume", "inspect", stack.volume])).code).toBe(1);
	const [, remedy = ""] = /npm run pulumi -- (.*)/.exec(refused.output) ?? [];
	await succeeds(stack.pulumi(...remedy.replaceAll("'", "").split(" ")));
	await succeeds(stack.up());
});
