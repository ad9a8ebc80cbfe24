import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { succeeds } from "../../prove/twin";
import { command } from "../../setup/command";
import { SAMPLE_BASE } from "../../setup/versions";
import { pulumiEnvironment } from "../../workspace";
import type { Growth } from "../result";
import { inProject } from "../stages";
import { median, rounded } from "../statistics";
import { Points } from "./points";

const APPS = [1, 5, 20, 50];

/** What the preview of a program takes that has more apps in it: a project of its own with the built package, a real engine. */
export async function byApps(times: number, say: (what: string) => void): Promise<Growth[]> {
	say("building the package");
	return inProject(async (project) => {
		const points = new Points();
		const preview = await previewIn(project);
		// The first reads the disk.
		await preview(1);
		for (const apps of APPS) {
			const taken: number[] = [];
			for (let count = 0; count < times; count += 1) {
				say(`preview of ${apps} apps, ${count + 1} of ${times}`);
				taken.push(await preview(apps));
			}
			points.add(apps, { ours: median(taken) });
		}
		const over = { name: "apps", unit: "apps" };
		const notes = [`Preview of one stack in which nothing is yet, with a keeper for each app. Medians of ${times}.`];
		return [{ name: "preview, by number of apps", unit: "s", over, points: points.all, notes }];
	});
}

/** Gives what measures the seconds of a preview of so many apps. */
async function previewIn(project: string): Promise<(apps: number) => Promise<number>> {
	const state = join(project, "state");
	mkdirSync(state);
	writeFileSync(join(project, "package.json"), '{ "name": "apps", "main": "index.js" }');
	writeFileSync(
		join(project, "Pulumi.yaml"),
		"name: apps\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
	);
	writeFileSync(join(project, "index.js"), PROGRAM);
	const env = {
		...(await pulumiEnvironment()),
		PULUMI_BACKEND_URL: `file://${state}`,
		PULUMI_CONFIG_PASSPHRASE: "of a benchmark",
		PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
		PULUMI_STACK: undefined,
		HOLDFAST_IMAGES: "local",
	};
	const pulumi = (variables: NodeJS.ProcessEnv, ...words: string[]) =>
		succeeds(command("pulumi", [...words, "--non-interactive"], { cwd: project, env: { ...env, ...variables } }));
	await pulumi({}, "stack", "init", "bench");
	return async (apps) => {
		const begun = performance.now();
		const output = await pulumi({ APPS: `${apps}` }, "preview", "--stack", "bench", "--json");
		const seconds = rounded((performance.now() - begun) / 1000);
		const found = output.split('"type": "holdfast:docker:DockerApp"').length - 1;
		if (found < apps) throw new Error(`the preview has ${found} apps instead of ${apps}`);
		return seconds;
	};
}

const PROGRAM = `const { DockerApp } = require("holdfast/docker");
for (let count = 0; count < Number(process.env.APPS); count += 1) {
	new DockerApp("app-" + count, {
		image: ${JSON.stringify(SAMPLE_BASE)},
		port: 8000,
		data: { mountPath: "/app/data", databaseFile: "notes.db" },
		publish: { port: 20000 + count },
	});
}
`;
