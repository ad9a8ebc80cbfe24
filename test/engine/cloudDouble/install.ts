import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { ROOT } from "../../../tools/workspace";

/**
 * Puts the doubles of both providers into a directory, as the executables that an engine looks for on PATH. They are one
 * bundle, for a start in a fraction of a second.
 */
export function installDoubles(directory: string): void {
	mkdirSync(directory, { recursive: true });
	const program = join(directory, "double.js");
	buildSync({
		entryPoints: [join(__dirname, "main.ts")],
		bundle: true,
		platform: "node",
		target: "node20",
		outfile: program,
		logLevel: "error",
	});
	for (const cloud of ["gcp", "aws"]) {
		// The engine asks for the version that the SDK names.
		const sdk = readFileSync(join(ROOT, "node_modules", "@pulumi", cloud, "package.json"), "utf8");
		const { version } = JSON.parse(sdk) as { version: string };
		const line = [process.execPath, program, cloud, version, join(__dirname, "facts")]
			.map((word) => `'${word}'`)
			.join(" ");
		writeFileSync(join(directory, `pulumi-resource-${cloud}`), `#!/bin/sh\nexec ${line}\n`, { mode: 0o755 });
	}
}
