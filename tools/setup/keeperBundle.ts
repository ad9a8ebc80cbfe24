import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { withLock } from "./lock.mjs";
import { type Step, StepFailed } from "./steps";

const ROOT = join(__dirname, "..", "..");

const OPTIONS = {
	bundle: true,
	platform: "node",
	target: "node24",
	format: "cjs",
	// Node.js keeps the text of its program in memory, so without comments: one letter in them that is not Latin doubles all
	// of it. Names and short lines stay, so that a stack trace from a host can be read.
	minifyWhitespace: true,
	lineLimit: 120,
	legalComments: "external",
	// Where the source lies must not be in the bundle: the same code is the same image on any machine.
	absWorkingDir: ROOT,
	write: false,
	metafile: true,
	logLevel: "silent",
} satisfies BuildOptions;

/** What a bundle was made of: the files of this repo, and a hash over them, the npm packages and the result. */
interface Record {
	inputs: string[];
	hash: string;
}

/** Where the keeper's program goes: the build context of its image. */
export const KEEPER_IMAGE = join(ROOT, "components", "keeper", "image");

const KEEPER_ENTRY = join(ROOT, "components", "keeper", "main.ts");

/** The keeper as one file of JavaScript, which its image needs. */
export const keeperBundleStep: Step = bundleStep(KEEPER_ENTRY, join(KEEPER_IMAGE, "keeper.js"));

/** Bundles `entry` with all that it imports to `output`, anew whenever one of those files changes. */
export function bundleStep(entry: string, output: string): Step {
	return {
		title: "keeper's program",
		present: async () => (isCurrent(output) ? output : undefined),
		make: () =>
			withLock(`${output}.lock`, async () => {
				if (isCurrent(output)) return "bundled by another set-up";
				mkdirSync(dirname(output), { recursive: true });
				const size = await bundle(entry, output);
				return `${output}, ${Math.round(size / 1024)} kB`;
			}),
	};
}

/** The keeper as it was written, in one file: for tests that plant a mistake in it. */
export async function legibleKeeper(): Promise<string> {
	const asWritten = { ...OPTIONS, minifyWhitespace: false, lineLimit: 0 };
	const { outputFiles } = await build({ ...asWritten, entryPoints: [KEEPER_ENTRY], outfile: "keeper.js" });
	return outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
}

async function bundle(entry: string, output: string): Promise<number> {
	const { outputFiles, metafile } = await build({ ...OPTIONS, entryPoints: [entry], outfile: output }).catch(
		(error: Error) => {
			throw new StepFailed(error.message.split("\n").slice(0, 2).join(" "), "Mend that file: npm run check says more.");
		},
	);
	const inputs = Object.keys(metafile.inputs)
		.filter((path) => !path.split(/[/\\]/).includes("node_modules"))
		.sort();
	const text = outputFiles.find(({ path }) => path.endsWith(".js"))?.contents ?? new Uint8Array();
	// There even where no package asks for it, because the image copies it.
	writeWhole(
		`${output}.LEGAL.txt`,
		outputFiles.find(({ path }) => path.endsWith("LEGAL.txt"))?.contents ?? new Uint8Array(),
	);
	writeWhole(output, text);
	// Last, and beside the program instead of in it: a change of a comment must not make another image.
	const record: Record = { inputs, hash: hashOf(inputs, text) };
	writeWhole(recordOf(output), JSON.stringify(record));
	return text.length;
}

function isCurrent(output: string): boolean {
	if (![output, `${output}.LEGAL.txt`, recordOf(output)].every((file) => existsSync(file))) return false;
	const { inputs, hash } = JSON.parse(readFileSync(recordOf(output), "utf8")) as Record;
	return inputs.every((path) => existsSync(join(ROOT, path))) && hashOf(inputs, readFileSync(output)) === hash;
}

function hashOf(inputs: string[], result: Uint8Array): string {
	const hash = createHash("sha256").update(
		JSON.stringify(OPTIONS, (key, value) => (key === "absWorkingDir" ? "" : value)),
	);
	for (const path of ["package-lock.json", ...inputs]) {
		const content = readFileSync(join(ROOT, path));
		hash.update(`${path.replaceAll(sep, "/")}:${content.length}:`).update(content);
	}
	return hash.update(result).digest("hex");
}

function recordOf(output: string): string {
	return `${output}.inputs.json`;
}

function writeWhole(file: string, content: string | Uint8Array): void {
	const staging = `${file}.${process.pid}`;
	writeFileSync(staging, content);
	renameSync(staging, file);
}
