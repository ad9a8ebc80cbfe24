import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, lastLine } from "./setup/command";
import { home, localBackendUrl, ROOT, writeWhole } from "./workspace";

/** Commands that read or write the configuration of a stack, and so take `--config-file`. */
const READS_CONFIG = [
	"up",
	"update",
	"preview",
	"pre",
	"destroy",
	"down",
	"dn",
	"refresh",
	"import",
	"watch",
	"config",
];
/** Where the output goes: to the terminal, to the caller alone, or to both. */
type Output = "inherit" | "pipe" | "tee";

const SALT = /^encryptionsalt: .*\n/m;
/** Whatever says in a stack's configuration how its secrets are encrypted. */
const SECRETS = /^(?:encryptionsalt|encryptedkey|secretsprovider):/m;

/**
 * Runs Pulumi, in the terminal or for its output, and returns how it ended.
 *
 * Pulumi keeps the salt of the passphrase in the stack's configuration file. That of the local stack is committed, while
 * each clone has a passphrase of its own. So Pulumi gets a copy that has the salt, and what it changes goes back.
 */
export async function pulumi(stack: string, args: string[], env: NodeJS.ProcessEnv, output: Output = "inherit") {
	const file = configFile(stack);
	const named = args.some((arg) => arg.startsWith("--config-file"));
	if (named || !READS_CONFIG.includes(args[0] ?? "")) return run(args, env, output);
	const salt = saltFile(stack);
	const original = existsSync(file) ? readFileSync(file, "utf8") : "";
	if (env.PULUMI_BACKEND_URL !== localBackendUrl() || !existsSync(salt) || SALT.test(original)) {
		return run(withFile(args, file), env, output);
	}
	const copy = join(home(), `Pulumi.${stack}.yaml`);
	writeWhole(copy, `${original.trimEnd()}\n${readFileSync(salt, "utf8")}`);
	const ended = await run(withFile(args, copy), env, output);
	const changed = readFileSync(copy, "utf8").replace(SALT, "");
	if (changed.trimEnd() !== original.trimEnd()) writeFileSync(file, changed);
	return ended;
}

/** Before the rest, which may end in `--` and a value. */
function withFile([command = "", ...rest]: string[], file: string): string[] {
	return [command, "--config-file", file, ...rest];
}

/** Makes a stack that has a configuration file but is new to the local backend. Other backends are their owner's. */
export async function ensureStack(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
	const state = join(home(), "backend", ".pulumi", "stacks", "holdfast", `${stack}.json`);
	if (env.PULUMI_BACKEND_URL !== localBackendUrl() || !existsSync(configFile(stack))) return;
	if (existsSync(state)) return keepSalt(stack, state);
	// In a directory of its own, so that the salt does not go into the committed file.
	const directory = mkdtempSync(join(tmpdir(), "holdfast-stack-"));
	try {
		copyFileSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
		mkdirSync(join(directory, "stacks"));
		const made = await command("pulumi", ["stack", "init", stack, "--cwd", directory], { env });
		if (made.code !== 0) {
			throw new Error(`cannot make the stack ${stack}: ${lastLine(made.output)}`);
		}
		const config = join(directory, "stacks", `Pulumi.${stack}.yaml`);
		const salt = existsSync(config) ? SALT.exec(readFileSync(config, "utf8"))?.[0] : undefined;
		if (salt !== undefined) writeWhole(saltFile(stack), salt);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/**
 * Whoever was killed right after it made the stack has not kept its salt, and Pulumi would write a new one into the
 * committed file. The state has it too.
 */
function keepSalt(stack: string, state: string): void {
	if (existsSync(saltFile(stack)) || SECRETS.test(readFileSync(configFile(stack), "utf8"))) return;
	const salt = /"type":\s*"passphrase",\s*"state":\s*\{\s*"salt":\s*"([^"]+)"/.exec(readFileSync(state, "utf8"))?.[1];
	if (salt !== undefined) writeWhole(saltFile(stack), `encryptionsalt: ${salt}\n`);
}

/** The Docker host that a stack's configuration names. */
export function configuredHost(stack: string): string | undefined {
	const file = configFile(stack);
	return existsSync(file) ? /^\s+docker:host:\s*["']?([^\s"']+)/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
}

/** Whether a stack's configuration names a domain. */
export function hasDomain(stack: string): boolean {
	const file = configFile(stack);
	return existsSync(file) && /^\s+["']?holdfast:domain\b/m.test(readFileSync(file, "utf8"));
}

/** Whether a stack's configuration names Postgres: to run on it, or to rehearse the move to it. */
export function hasPostgres(stack: string): boolean {
	const file = configFile(stack);
	return (
		existsSync(file) &&
		/^\s+["']?holdfast:(?:postgres\b|database["']?:\s*["']?postgres\b)/m.test(readFileSync(file, "utf8"))
	);
}

/** The configuration file of a stack. `HOLDFAST_CONFIG` names another one. */
export function configFile(stack: string): string {
	return process.env.HOLDFAST_CONFIG ?? join(ROOT, "stacks", `Pulumi.${stack}.yaml`);
}

function saltFile(stack: string): string {
	return join(home(), `encryptionsalt.${stack}`);
}

function run(args: string[], env: NodeJS.ProcessEnv, to: Output): Promise<{ code: number; output: string }> {
	const [stdout, stderr] = [to === "inherit" ? "inherit" : "pipe", to === "tee" ? "pipe" : "inherit"] as const;
	return new Promise((resolve, reject) => {
		const child = spawn("pulumi", args, { cwd: ROOT, env, stdio: ["inherit", stdout, stderr] });
		let output = "";
		for (const [stream, terminal] of [
			[child.stdout, process.stdout],
			[child.stderr, process.stderr],
		] as const) {
			// So that no character is cut at the end of a chunk.
			stream?.setEncoding("utf8").on("data", (chunk) => {
				output += chunk;
				if (to === "tee") terminal.write(chunk);
			});
		}
		// An interrupt from the terminal reaches Pulumi too, which ends in order; this process waits for that.
		const interrupt = () => {};
		const terminate = () => child.kill("SIGTERM");
		process.on("SIGINT", interrupt).on("SIGTERM", terminate);
		child.on("error", reject);
		child.on("close", (code) => {
			process.off("SIGINT", interrupt).off("SIGTERM", terminate);
			resolve({ code: code ?? 130, output });
		});
	});
}
