import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, lastLine, which } from "./command";
import { installPackages } from "./dockerEngine";
import { StepFailed } from "./steps";

const RELEASE = "bookworm";
const PATH_VARIABLE = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

interface Base {
	/** The tag of the image. */
	image: string;
	packages: string[];
	/** How much of Debian comes with the packages, in mmdebstrap's words. */
	variant: "minbase" | "extract";
	/** In Debian's words. @default - this machine's */
	architecture?: string;
	/** A shell script that runs when the packages are unpacked; `$1` is the tree's directory. */
	unpacked?: string;
	/** The Docker engine that gets it. @default - the docker command's own */
	host?: string;
	/** What to do where this fails, in one line. */
	remedy: string;
}

/** Makes an image out of Debian's packages, for where no image can be pulled. Only on a Linux with apt. */
export async function importDebian(base: Base, say: (doing: string) => void): Promise<void> {
	const { image, packages, variant, architecture, unpacked, host, remedy } = base;
	if (which("mmdebstrap") === undefined) await installPackages(["mmdebstrap"], say, remedy);
	const directory = mkdtempSync(join(tmpdir(), "holdfast-base-"));
	try {
		const root = join(directory, "root.tar");
		const made = await command("mmdebstrap", [
			`--variant=${variant}`,
			`--include=${packages.join(",")}`,
			...(architecture === undefined ? [] : [`--architectures=${architecture}`]),
			...(unpacked === undefined ? [] : [`--extract-hook=${unpacked}`]),
			RELEASE,
			root,
		]);
		if (made.code !== 0) throw new StepFailed(`mmdebstrap failed: ${lastLine(made.output)}`, remedy);
		const platform = architecture === undefined ? [] : ["--platform", `linux/${architecture}`];
		const imported = await command(
			"docker",
			dockerArgs(host, "import", "--change", `ENV ${PATH_VARIABLE}`, ...platform, root, image),
		);
		if (imported.code !== 0) throw new StepFailed(`docker import failed: ${lastLine(imported.output)}`, remedy);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** Arguments of the docker command line, against a host or its own default. */
export function dockerArgs(host: string | undefined, ...args: string[]): string[] {
	return host === undefined ? args : ["--host", host, ...args];
}
