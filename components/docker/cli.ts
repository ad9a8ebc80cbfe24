import { spawn } from "node:child_process";

/** What a run of the docker command line gave. */
export interface Answer {
	code: number;
	stdout: Buffer;
	/** All that it said on standard error. */
	errors: string;
	/** The last line of what it said on standard error, which is where docker puts the reason. */
	reason: string;
}

/** The docker command line, against `host` (`unix://`, `tcp://` or `ssh://`) or its own default. It never throws. */
export class DockerCli {
	constructor(readonly host?: string) {}

	/** Runs a command. `enough` bytes of output end it early: for the head of a stream. `timeout` is in milliseconds, for a host that does not answer. */
	run(
		args: string[],
		{ input, enough, timeout = 60_000 }: { input?: Buffer; enough?: number; timeout?: number } = {},
	): Promise<Answer> {
		const all = this.host === undefined ? args : ["--host", this.host, ...args];
		return new Promise((resolve) => {
			const child = spawn("docker", all, { stdio: ["pipe", "pipe", "pipe"], timeout });
			const chunks: Buffer[] = [];
			let size = 0;
			let errors = "";
			child.stdout.on("data", (chunk: Buffer) => {
				chunks.push(chunk);
				size += chunk.length;
				if (enough !== undefined && size >= enough) child.kill();
			});
			child.stderr.on("data", (chunk: Buffer) => {
				errors += chunk;
			});
			child.on("error", (error) => resolve({ code: 127, stdout: Buffer.alloc(0), errors, reason: error.message }));
			child.on("close", (code, signal) => {
				const done = enough !== undefined && size >= enough;
				const reason = lastLine(errors) || (signal === null ? "it said nothing" : `no answer within ${timeout} ms`);
				resolve({ code: done ? 0 : (code ?? 1), stdout: Buffer.concat(chunks), errors, reason });
			});
			// A command that ends without reading its input closes the pipe; its exit code says why.
			child.stdin.on("error", () => {});
			child.stdin.end(input);
		});
	}

	/** The parsed output of an `inspect`, or undefined when there is no such thing. */
	async inspect<T>(kind: "image" | "volume" | "container" | "network", names: string[]): Promise<T[]> {
		if (names.length === 0) return [];
		const { stdout } = await this.run([kind, "inspect", ...names]);
		// With several names, docker prints what it found and fails for the rest.
		return stdout.length === 0 ? [] : (JSON.parse(stdout.toString()) as T[]);
	}

	/** Whether the Docker host is this machine. */
	get isLocal(): boolean {
		const host = this.host ?? process.env.DOCKER_HOST ?? "unix:";
		return host.startsWith("unix:") || host.startsWith("npipe:");
	}
}

function lastLine(text: string): string {
	return text.trim().split("\n").at(-1)?.trim() ?? "";
}
