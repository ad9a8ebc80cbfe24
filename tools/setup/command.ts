import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** How a command ended; `output` is what it printed, standard output and errors together. */
export interface Ended {
	code: number;
	output: string;
}

interface Options {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Milliseconds after which it is stopped. @default - never */
	timeout?: number;
}

/** Runs a command to its end and keeps what it prints. A command that cannot be started has code 127. */
export function command(program: string, args: string[], options: Options = {}): Promise<Ended> {
	return new Promise((resolve) => {
		const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		const keep = (chunk: string) => {
			output += chunk;
		};
		// Decoded as a whole: a chunk may end in the middle of a character.
		child.stdout.setEncoding("utf8").on("data", keep);
		child.stderr.setEncoding("utf8").on("data", keep);
		child.on("error", (error) => resolve({ code: 127, output: error.message }));
		child.on("close", (code) => resolve({ code: code ?? 1, output }));
	});
}

/** The last line of an output that says something: mostly the reason of a failure. */
export function lastLine(output: string): string {
	return output.trim().split("\n").at(-1)?.trim() || "it printed nothing";
}

/** The path of a program on PATH. */
export function which(program: string): string | undefined {
	for (const directory of (process.env.PATH ?? "").split(delimiter)) {
		const path = join(directory, program);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {
			// Not in this one.
		}
	}
	return undefined;
}
