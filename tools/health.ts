import { setTimeout as sleep } from "node:timers/promises";
import type { DockerCli } from "../components/docker/cli";

interface Container {
	State: { Status: string; ExitCode: number };
	RestartCount: number;
	Config: { Healthcheck?: { Test: string[] | null; StartPeriod?: number } };
}

/**
 * Runs a container's own health check until it passes. Docker itself would run it for the first time only after a whole
 * interval. Returns undefined once it is healthy (or, without a check, runs), else in words what it is instead.
 */
export async function waitForHealth(docker: DockerCli, name: string): Promise<string | undefined> {
	const [first] = await docker.inspect<Container>("container", [name]);
	const [kind, ...words] = first?.Config.Healthcheck?.Test ?? [];
	const probe = kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words;
	// As long as Docker itself would not count a failure, and then a little.
	const patience = (first?.Config.Healthcheck?.StartPeriod ?? 0) / 1e6 + 20_000;
	const start = performance.now();
	while (performance.now() - start < patience) {
		const [container] = await docker.inspect<Container>("container", [name]);
		if (container === undefined) return "gone";
		if (container.RestartCount > 0) return `restarting (exit code ${container.State.ExitCode})`;
		if (container.State.Status !== "running")
			return `${container.State.Status} (exit code ${container.State.ExitCode})`;
		if (probe.length === 0 || (await docker.run(["exec", name, ...probe])).code === 0) return undefined;
		await sleep(200);
	}
	return `not healthy after ${Math.round(patience / 1000)} s`;
}

/** The last lines of a container's log. */
export async function lastWords(docker: DockerCli, name: string): Promise<string> {
	const { stdout, errors } = await docker.run(["logs", "--tail", "20", name]);
	return `${stdout}${errors}`.trim().replace(/^/gm, "    ");
}
