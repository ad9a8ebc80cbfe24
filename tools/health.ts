import { setTimeout as sleep } from "node:timers/promises";
import type { DockerCli } from "../components/docker/cli";

interface Container {
	State: { Status: string; Restarting: boolean; ExitCode: number };
	RestartCount: number;
	Config: { Healthcheck?: { Test: string[] | null; StartPeriod?: number } };
}

/** Without a health check, an app that runs for so long without a restart counts as up. */
const STEADY = 3000;

/**
 * Runs a container's own health check until it passes. Docker itself would run it for the first time only after a whole
 * interval. Returns undefined once it is healthy (or, without a check, runs), else in words what it is instead.
 */
export async function waitForHealth(docker: DockerCli, name: string): Promise<string | undefined> {
	const read = async () => (await docker.inspect<Container>("container", [name]))[0];
	const first = await read();
	const [kind, ...words] = first?.Config.Healthcheck?.Test ?? [];
	const probe = kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words;
	// As long as Docker itself would not count a failure, and then a little.
	const patience = (first?.Config.Healthcheck?.StartPeriod ?? 0) / 1e6 + 20_000;
	const start = performance.now();
	let said = "";
	while (performance.now() - start < patience) {
		const container = await read();
		if (container === undefined) return "gone";
		const { Status, Restarting, ExitCode } = container.State;
		// Restarts of earlier days count as well, so it is the change that tells.
		if (Restarting || container.RestartCount > (first?.RestartCount ?? 0)) return `restarting (exit code ${ExitCode})`;
		if (Status !== "running") return `${Status} (exit code ${ExitCode})`;
		if (probe.length === 0) {
			if (performance.now() - start > STEADY) return undefined;
		} else {
			const { code, stdout, reason } = await docker.run(["exec", name, ...probe], { timeout: patience });
			if (code === 0) return undefined;
			said = `${stdout}`.trim() || reason;
		}
		await sleep(200);
	}
	return `not healthy after ${Math.round(patience / 1000)} s (its check says: ${said})`;
}

/** The last lines of a container's log. */
export async function lastWords(docker: DockerCli, name: string): Promise<string> {
	const { stdout, errors } = await docker.run(["logs", "--tail", "20", name]);
	return `${stdout}${errors}`.trim().replace(/^/gm, "    ");
}
