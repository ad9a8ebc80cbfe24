import { createHash } from "node:crypto";
import { createWriteStream, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { command, lastLine } from "./command";

/** Where Pulumi publishes its releases. */
const RELEASES = "https://github.com/pulumi/pulumi/releases/download";

interface Options {
	/** @default - the vendor's own site */
	site?: string;
	/** Milliseconds without a byte after which the site counts as out of reach. @default 10000 */
	patience?: number;
}

/**
 * Downloads the vendor's release of the engine into `directory` and checks it against the vendor's checksum before
 * anything of it is used. (The vendor's npm package `pulumi` runs an install script that checks none.)
 *
 * @throws {Error} with the reason in one line: out of reach, interrupted, wrong checksum.
 */
export async function downloadEngine(version: string, directory: string, options: Options = {}): Promise<void> {
	const { site = RELEASES, patience = 10_000 } = options;
	const archive = `pulumi-v${version}-${platform()}.tar.gz`;
	const base = `${site}/v${version}`;
	const checksums = join(directory, "checksums.txt");
	await save(await get(`${base}/pulumi-${version}-checksums.txt`, patience), checksums, patience);
	const sums = readFileSync(checksums, "utf8");
	const wanted = new RegExp(`^([0-9a-f]{64}) [ *]${archive.replaceAll(".", "\\.")}$`, "m").exec(sums)?.[1];
	if (wanted === undefined) throw new Error(`the checksums of ${version} do not name ${archive}`);

	const file = join(directory, archive);
	const found = await save(await get(`${base}/${archive}`, patience), file, patience);
	if (found !== wanted) {
		throw new Error(
			`wrong checksum of ${archive}: the vendor says ${wanted.slice(0, 12)}…, the download has ${found.slice(0, 12)}…`,
		);
	}
	const unpacked = await command("tar", ["-xzf", file, "-C", directory, "--strip-components=1"]);
	if (unpacked.code !== 0) throw new Error(`cannot unpack ${archive}: ${lastLine(unpacked.output)}`);
	for (const done of [file, checksums]) rmSync(done);
}

async function get(url: string, patience: number): Promise<Response> {
	let response: Response;
	try {
		const connected = new AbortController();
		const timer = setTimeout(() => connected.abort(), patience);
		response = await fetch(url, { signal: connected.signal });
		clearTimeout(timer);
	} catch {
		throw new Error(`${new URL(url).host} is out of reach`);
	}
	if (!response.ok) throw new Error(`${url} answers ${response.status}`);
	return response;
}

/** Writes the body to a file and returns its SHA-256. */
async function save(response: Response, file: string, patience: number): Promise<string> {
	const hash = createHash("sha256");
	const stalled = new AbortController();
	const timer = setTimeout(() => stalled.abort(), patience);
	const hashing = new Transform({
		transform(chunk, _encoding, done) {
			timer.refresh();
			hash.update(chunk);
			done(null, chunk);
		},
	});
	try {
		const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
		await pipeline(body, hashing, createWriteStream(file), { signal: stalled.signal });
	} catch {
		throw new Error(`the download of ${new URL(response.url).pathname.split("/").at(-1)} was interrupted`);
	} finally {
		clearTimeout(timer);
	}
	return hash.digest("hex");
}

function platform(): string {
	const system = process.platform === "win32" ? "windows" : process.platform;
	return `${system}-${process.arch}`;
}
