import { spawn } from "node:child_process";
import { DockerCli } from "../components/docker/cli";
import type { Role } from "../components/docker/identity";
import type { Status } from "../components/keeper/status";
import { configuredHost } from "./stackConfig";

/** The program in the keeper's image. */
const KEEPER = ["node", "/keeper/keeper.js"];

/** What `docker inspect` says of one of the stack's containers. */
export interface Found {
	Name: string;
	State: { Running: boolean; Status: string };
	Config: { Image: string; User: string; Env: string[] | null; Labels: Record<string, string> | null };
	HostConfig: { NetworkMode: string };
	NetworkSettings: { Ports: Record<string, { HostIp: string; HostPort: string }[] | null> };
	Mounts: { Type: string; Name?: string; Source: string; Destination: string; RW: boolean }[];
}

/** The containers of a stack on its Docker host, found by their labels: no state and no engine is needed. */
export interface StackContainers {
	docker: DockerCli;
	/** Containers of the app; more than one only after an update that was interrupted. */
	apps: Found[];
	keeper?: Found;
	/** The check before the start, which has the same mounts and settings as the keeper. */
	start?: Found;
}

/** @throws {Error} when the stack has no container at all, saying what to run. */
export async function containersOf(stack: string): Promise<StackContainers> {
	const docker = new DockerCli(configuredHost(stack));
	const listed = await docker.run(["ps", "--all", "--quiet", "--filter", "label=holdfast.app"]);
	if (listed.code !== 0) throw new Error(`the Docker host does not answer: ${listed.reason}`);
	const ids = `${listed.stdout}`.split("\n").filter(Boolean);
	const all = await docker.inspect<Found>("container", ids);
	const mine = all.filter(({ Config }) => Config.Labels?.["holdfast.app"]?.startsWith(`holdfast/${stack}/`));
	const of = (role: Role) => mine.filter(({ Config }) => Config.Labels?.["holdfast.role"] === role);
	if (mine.length === 0) throw new Error(`the stack ${stack} has no containers here: npm run up -- ${stack}`);
	return { docker, apps: of("app"), keeper: of("keeper")[0], start: of("start")[0] };
}

/** The running keeper, or what to do about it. */
export function runningKeeper(stack: string, { keeper }: StackContainers): string {
	if (keeper?.State.Running) return keeper.Name.slice(1);
	if (keeper !== undefined)
		throw new Error(`the keeper is ${keeper.State.Status}: docker start ${keeper.Name.slice(1)}`);
	throw new Error(
		`the stack ${stack} has no keeper: npm run up -- ${stack}, without backup: false in its configuration`,
	);
}

/** Where the keeper's status page is on the Docker host; undefined where none is published. */
export function statusPageOf({ Config, NetworkSettings }: Found): string | undefined {
	const port = Config.Env?.find((variable) => variable.startsWith("HOLDFAST_PORT="))?.split("=")[1];
	const [published] = NetworkSettings.Ports[`${port}/tcp`] ?? [];
	if (published === undefined) return undefined;
	const { HostIp, HostPort } = published;
	return `http://${HostIp.includes(":") ? `[${HostIp}]` : HostIp}:${HostPort}/`;
}

/** What the keeper says of itself; undefined when it does not answer. */
export async function keeperStatus(docker: DockerCli, keeper: string): Promise<Status | undefined> {
	const { stdout } = await docker.run(["exec", keeper, ...KEEPER, "status", "--json"]);
	try {
		return JSON.parse(`${stdout}`) as Status;
	} catch {
		return undefined;
	}
}

/** What a command of the keeper says. @throws {Error} with its own words when it fails. */
export async function keeperOutput(docker: DockerCli, keeper: string, words: string[]): Promise<string> {
	const { code, stdout, errors } = await docker.run(["exec", keeper, ...KEEPER, ...words], { timeout: 24 * 3600_000 });
	if (code !== 0) throw new Error(errors.trim() || `${stdout}`.trim());
	return `${stdout}`;
}

/** Runs a command of the keeper in its container, in this terminal. */
export function inKeeper(docker: DockerCli, keeper: string, words: string[]): Promise<number> {
	return attached(docker, ["exec", keeper, ...KEEPER, ...words]);
}

/** Runs a command of the keeper in a container of its own that sees what the keeper sees. */
export function besideKeeper(docker: DockerCli, like: Found, words: string[]): Promise<number> {
	return attached(docker, besideArgs(like, words));
}

/** The docker command of it. `env` comes last and wins; `readOnly` says of a mount that it may not be written. */
export function besideArgs(
	like: Found,
	words: string[],
	{ env = [], readOnly = () => false }: { env?: string[]; readOnly?: (mount: Found["Mounts"][number]) => boolean } = {},
): string[] {
	const mounts = like.Mounts.flatMap((mount) => {
		const { Type, Name, Source, Destination, RW } = mount;
		const mode = RW && !readOnly(mount) ? "" : ",readonly";
		return ["--mount", `type=${Type},source=${Name ?? Source},target=${Destination}${mode}`];
	});
	const environment = [...(like.Config.Env ?? []), ...env].flatMap((variable) => ["--env", variable]);
	const closed = [
		"--read-only",
		"--tmpfs",
		"/tmp:mode=1777",
		"--cap-drop",
		"ALL",
		"--security-opt",
		"no-new-privileges",
	];
	const identity = ["--user", like.Config.User, "--network", like.HostConfig.NetworkMode];
	return ["run", "--rm", ...identity, ...closed, ...mounts, ...environment, like.Config.Image, ...words];
}

function attached({ host }: DockerCli, args: string[]): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn("docker", host === undefined ? args : ["--host", host, ...args], { stdio: "inherit" });
		child.on("error", reject);
		child.on("close", (code) => resolve(code ?? 130));
	});
}
