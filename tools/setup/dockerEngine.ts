import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cached, cacheRoot } from "./cache";
import { command, lastLine, which } from "./command";
import { type Step, StepFailed } from "./steps";

/** A running Docker engine. On Debian and Ubuntu as root it is installed and started; elsewhere the user is told how. */
export const dockerStep: Step = {
	title: "Docker engine",
	async present() {
		const { code, output } = await answer();
		return code === 0 ? output.trim() : undefined;
	},
	async make(say) {
		if (process.env.DOCKER_HOST !== undefined) {
			const { output } = await answer();
			throw new StepFailed(
				`DOCKER_HOST does not answer: ${lastLine(output)}`,
				"Start the engine there, or unset DOCKER_HOST to use one on this machine.",
			);
		}
		const did: string[] = [];
		if (which("dockerd") === undefined) {
			await installPackages(["docker.io"], say, remedyFor("install"));
			did.push("installed docker.io");
		}
		did.push(await startEngine(say));
		return did.join(", ");
	},
};

/** Installs Debian packages, or says how where that is not ours to do. */
export async function installPackages(packages: string[], say: (doing: string) => void, remedy: string): Promise<void> {
	if (which("apt-get") === undefined || process.getuid?.() !== 0) {
		throw new StepFailed(
			`${packages.join(" ")} is not installed, and only root on Debian or Ubuntu can do that here`,
			remedy,
		);
	}
	say(`installing ${packages.join(" ")} by apt-get`);
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	const steps = [["update"], ["install", "--yes", ...packages]];
	for (const args of steps) {
		const { code, output } = await command("apt-get", args, { env });
		if (code !== 0) throw new StepFailed(`apt-get ${args[0]} failed: ${lastLine(output)}`, remedy);
	}
}

async function startEngine(say: (doing: string) => void): Promise<string> {
	if (process.getuid?.() !== 0) {
		const { output } = await answer();
		throw new StepFailed(`it does not answer: ${lastLine(output)}`, remedyFor("start"));
	}
	say("starting it");
	let started = "started by systemd";
	if (existsSync("/run/systemd/system")) {
		const { code, output } = await command("systemctl", ["start", "docker"]);
		if (code !== 0)
			throw new StepFailed(`systemctl start docker failed: ${lastLine(output)}`, "See journalctl --unit docker.");
	} else {
		mkdirSync(cacheRoot(), { recursive: true });
		const log = cached("dockerd.log");
		const file = openSync(log, "a");
		const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", file, file] });
		daemon.unref();
		started = `started dockerd (process ${daemon.pid}; it goes on running, its log is ${log})`;
	}
	for (let tries = 0; tries < 120; tries += 1) {
		if ((await answer()).code === 0) return started;
		await sleep(500);
	}
	throw new StepFailed("it did not answer within 60 s", `See ${cached("dockerd.log")} or journalctl --unit docker.`);
}

function answer() {
	return command("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 20_000 });
}

function remedyFor(what: "install" | "start"): string {
	if (process.platform === "darwin")
		return "Install and start Docker Desktop (brew install --cask docker; open -a Docker), then run npm run setup again.";
	if (what === "install")
		return "Run: sudo apt-get install docker.io (or see https://docs.docker.com/engine/install), then npm run setup again.";
	return 'Run: sudo systemctl start docker; and if it is a matter of permission: sudo usermod -aG docker "$USER", then log in again.';
}
