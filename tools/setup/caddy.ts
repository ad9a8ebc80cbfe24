import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, lastLine } from "./command";
import { dockerArgs } from "./debian";
import { GoProgram } from "./goBuild";
import { type Step, StepFailed } from "./steps";
import { CADDY, CADDY_IMAGE, KEEPER_BASE } from "./versions";

/** What stands in front of an app with a domain, as a program for this machine or another. */
export const caddy = new GoProgram("caddy", CADDY, "github.com/caddyserver/caddy/v2.CustomVersion");

const CONTEXT = join(__dirname, "..", "..", "components", "docker", "caddy");

const REMEDY = `Without a container registry this takes Go. Elsewhere build it where a registry can be reached (docker build --tag ${CADDY_IMAGE} ${CONTEXT}) and docker load it on the engine.`;

/**
 * The image with Caddy, from a container registry or out of Go modules and the keeper's base, which has the authorities
 * that TLS trusts. It must be on the engine that runs it.
 *
 * @param host the Docker engine. @default - the docker command's own
 */
export function caddyImageStep(host?: string): Step {
	const docker = (args: string[], timeout = 600_000) => command("docker", dockerArgs(host, ...args), { timeout });
	return {
		title: host === undefined ? "Caddy's image" : `Caddy's image on ${host}`,
		async present() {
			return (await docker(["image", "inspect", CADDY_IMAGE], 60_000)).code === 0 ? CADDY_IMAGE : undefined;
		},
		async make(say) {
			say("pulling caddy");
			const pulled = await docker(["build", "--tag", CADDY_IMAGE, CONTEXT]);
			if (pulled.code === 0) {
				await check();
				return `${CADDY_IMAGE} from the public image`;
			}
			say(`${lastLine(pulled.output)}; building it from Go modules instead, 1 to 3 minutes`);
			await compose();
			await check();
			return `${CADDY_IMAGE} from Go modules`;
		},
	};

	async function compose(): Promise<void> {
		const server = await docker(["version", "--format", "{{.Server.Arch}}"], 60_000);
		if (server.code !== 0)
			throw new StepFailed(`the Docker engine does not answer: ${lastLine(server.output)}`, REMEDY);
		const arch = lastLine(server.output);
		const binary = await caddy.make({ system: "linux", arch: arch === "amd64" ? "x64" : arch });
		// In the shape of the official image, so that one recipe fits both.
		const official = `${CADDY_IMAGE}-program`;
		const context = mkdtempSync(join(tmpdir(), "holdfast-caddy-"));
		try {
			copyFileSync(binary, join(context, "caddy"));
			writeFileSync(join(context, "Dockerfile"), `FROM ${KEEPER_BASE}\nCOPY caddy /usr/bin/caddy\n`);
			for (const args of [
				["--tag", official, context],
				["--tag", CADDY_IMAGE, "--build-arg", `OFFICIAL=${official}`, CONTEXT],
			]) {
				const built = await docker(["build", ...args]);
				if (built.code !== 0) throw new StepFailed(`docker build: ${lastLine(built.output)}`, REMEDY);
			}
		} finally {
			rmSync(context, { recursive: true, force: true });
			await docker(["image", "rm", official]);
		}
	}

	/** Starts it as closed as the component does, and takes it away again when it does not: a tag that is there is taken for whole. */
	async function check(): Promise<void> {
		const closed = ["--rm", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"];
		const { code, output } = await docker(["run", ...closed, CADDY_IMAGE, "version"]);
		if (code === 0 && output.includes(CADDY)) return;
		await docker(["image", "rm", CADDY_IMAGE]);
		throw new Error(`${CADDY_IMAGE} does not work: ${lastLine(output)}`);
	}
}
