import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Who listens on a TCP port of this machine, in words. */
export async function holderOf(port: number): Promise<string> {
	const answers = [
		// LISTEN 0 511 127.0.0.1:8000 0.0.0.0:* users:(("node",pid=812,fd=21))
		{ command: "ss", args: ["-ltnpH", `sport = :${port}`], pattern: /\(\("([^"]+)",pid=(\d+)/ },
		{
			command: "lsof",
			args: ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"],
			pattern: /p(?<pid>\d+)\s+c(?<name>\S+)/,
		},
	];
	for (const { command, args, pattern } of answers) {
		// Neither tool is everywhere, and either may not be allowed to see whose socket it is.
		const found = await run(command, args).then(
			({ stdout }) => pattern.exec(stdout),
			() => null,
		);
		if (found !== null) {
			const name = found.groups?.name ?? found[1];
			const pid = found.groups?.pid ?? found[2];
			return `${name} (process ${pid})`;
		}
	}
	return "another process";
}
