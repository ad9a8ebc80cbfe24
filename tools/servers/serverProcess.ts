import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command, lastLine } from "../setup/command";

/**
 * Runs a server beside a shell that waits for one word on its input. The input closes when this process ends, however it
 * ends, and then the shell ends the server and removes its data. Only after "keep" it leaves the data where it is.
 */
const GUARD = `directory=$1; shift
"$@" >>"$directory/log" 2>&1 </dev/null &
server=$!
echo "$server"
read -r word
kill -KILL "$server" 2>/dev/null
wait "$server" 2>/dev/null
[ "$word" = keep ] || rm -rf -- "$directory"`;

/** A server on a port of its own, with its data in a directory of its own. Both go when this process ends. */
export class ServerProcess {
	private child: ChildProcess | undefined;
	private pid = 0;

	private constructor(
		/** For the server's data. */
		readonly directory: string,
		readonly address: string,
		readonly port: number,
		private readonly program: (server: ServerProcess) => string[],
		private readonly env: NodeJS.ProcessEnv,
	) {}

	/**
	 * Starts a server and waits until it answers.
	 *
	 * @param program the command, of which the first word is the path of the program
	 */
	static async start(
		program: (server: ServerProcess) => string[],
		options: { address: string | undefined; env?: NodeJS.ProcessEnv },
	): Promise<ServerProcess> {
		const address = options.address ?? (await sharedAddress());
		const directory = mkdtempSync(join(tmpdir(), "holdfast-server-"));
		const env = { ...process.env, ...options.env };
		const server = new ServerProcess(directory, address, await freePort(address), program, env);
		await server.accept();
		return server;
	}

	get host(): string {
		return `${this.address}:${this.port}`;
	}

	get endpoint(): string {
		return `http://${this.host}`;
	}

	/** Starts the server (again), on the same port and with the data that is there. */
	async accept(): Promise<void> {
		if (this.child !== undefined) return;
		const child = spawn("sh", ["-c", GUARD, "sh", this.directory, ...this.program(this)], {
			env: this.env,
			stdio: ["pipe", "pipe", "ignore"],
			// So that an interrupt from the terminal reaches this process first; the guard follows it.
			detached: true,
		});
		this.child = child;
		child.stdin.on("error", () => {});
		this.pid = await new Promise<number>((resolve, reject) => {
			child.once("error", reject);
			child.stdout.once("data", (line: Buffer) => resolve(Number(line)));
		});
		// A test that is done ends, even when it has not stopped the server: the guard sees to that.
		child.unref();
		for (const stream of [child.stdin, child.stdout]) (stream as { unref?: () => void }).unref?.();
		const deadline = Date.now() + 60_000;
		while (!(await this.answers())) {
			if (!this.isAlive() || Date.now() > deadline) {
				const log = readFileSync(join(this.directory, "log"), "utf8");
				await this.stop();
				throw new Error(`${this.program(this)[0]} does not start: ${lastLine(log)}`);
			}
			await sleep(50);
		}
	}

	/** Ends the server: from now on connections are refused. The data stays for `accept`. */
	async refuse(): Promise<void> {
		await this.end("keep\n");
	}

	/** Lets connections come in and answers none. */
	async pause(): Promise<void> {
		process.kill(this.pid, "SIGSTOP");
		// The signal has been sent, not yet obeyed: threads that run still answered a request of the next millisecond.
		while (!(await command("ps", ["-o", "stat=", "-p", `${this.pid}`])).output.startsWith("T")) {
			await sleep(5);
		}
	}

	resume(): void {
		process.kill(this.pid, "SIGCONT");
	}

	/** Ends the server and removes its data. */
	async stop(): Promise<void> {
		await this.end("");
		rmSync(this.directory, { recursive: true, force: true });
	}

	private async end(word: string): Promise<void> {
		const child = this.child;
		if (child === undefined) return;
		this.child = undefined;
		if (child.exitCode !== null) return;
		child.ref();
		await new Promise((resolve) => {
			child.once("exit", resolve);
			child.stdin?.end(word);
		});
	}

	/** Any answer will do. */
	private async answers(): Promise<boolean> {
		try {
			await (await fetch(this.endpoint, { signal: AbortSignal.timeout(2_000) })).arrayBuffer();
			return true;
		} catch {
			return false;
		}
	}

	private isAlive(): boolean {
		try {
			return readFileSync(`/proc/${this.pid}/stat`, "utf8").split(") ")[1]?.[0] !== "Z";
		} catch {
			// Not on this system: then the time tells.
			return process.platform !== "linux";
		}
	}
}

/** An address of this machine that its containers can reach too. */
async function sharedAddress(): Promise<string> {
	const format = "{{range .IPAM.Config}}{{.Gateway}} {{.Subnet}} {{end}}";
	const { code, output } = await command("docker", ["network", "inspect", "bridge", "--format", format]);
	// A daemon that has made its bridge itself names the address only once it has started again: it is the network's first.
	const address = /\d+\.\d+\.\d+\.\d+(?= )/.exec(output)?.[0] ?? /\d+\.\d+\.\d+\.(?=0\/)/.exec(output)?.[0].concat("1");
	if (code !== 0 || address === undefined) throw new Error(`Docker's bridge has no address: ${lastLine(output)}`);
	return address;
}

/** One that the kernel does not hand out to others (those are 32768 and up), so that it is still free for `accept`. */
async function freePort(address: string): Promise<number> {
	for (;;) {
		const port = 10_000 + randomInt(10_000);
		const free = await new Promise<boolean>((resolve, reject) => {
			const server = createServer().once("error", (error: NodeJS.ErrnoException) =>
				error.code === "EADDRINUSE" ? resolve(false) : reject(error),
			);
			server.listen(port, address, () => server.close(() => resolve(true)));
		});
		if (free) return port;
	}
}

/** What every store for tests can be made to do: to be out of reach in either way, and to come back. */
export class StoreServer {
	constructor(protected readonly server: ServerProcess) {}

	get endpoint(): string {
		return this.server.endpoint;
	}

	/** Lets requests come in and answers none. */
	pause(): Promise<void> {
		return this.server.pause();
	}

	resume(): void {
		this.server.resume();
	}

	/** From now on connections are refused. The data stays. */
	refuse(): Promise<void> {
		return this.server.refuse();
	}

	accept(): Promise<void> {
		return this.server.accept();
	}

	/** Ends it and removes its data. */
	stop(): Promise<void> {
		return this.server.stop();
	}
}
