import { createHash } from "node:crypto";
import { chmodSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { command, lastLine } from "./command";
import { KEEPER_NODE } from "./versions";

/** Fetches the Node.js of the keeper from the npm registry to `directory`, and returns the path of the program. */
export async function fetchNode(arch: string, directory: string): Promise<string> {
	const { version, packages } = KEEPER_NODE;
	const found = Object.entries(packages).find(([name]) => name === arch)?.[1];
	if (found === undefined) throw new Error(`there is no Node.js package for ${arch}`);
	const packed = await command("npm", ["pack", `${found.name}@${version}`, "--pack-destination", directory], {
		cwd: directory,
	});
	if (packed.code !== 0) throw new Error(`npm pack ${found.name}@${version}: ${lastLine(packed.output)}`);
	const archive = join(directory, `${found.name}-${version}.tgz`);
	return unpackChecked(archive, found.integrity, "bin/node", join(directory, "node"));
}

/** Takes one file out of an npm package, once the package has shown to be the one that is pinned. */
export async function unpackChecked(archive: string, integrity: string, path: string, to: string): Promise<string> {
	const actual = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
	if (actual !== integrity) {
		throw new Error(
			`wrong checksum of ${archive}: pinned is ${integrity.slice(0, 19)}…, the package has ${actual.slice(0, 19)}…`,
		);
	}
	const directory = `${to}.unpacked`;
	const unpacked = await command("sh", [
		"-c",
		'mkdir -p "$2" && tar -xzf "$1" -C "$2" "$3"',
		"sh",
		archive,
		directory,
		`package/${path}`,
	]);
	if (unpacked.code !== 0) throw new Error(`cannot unpack ${archive}: ${lastLine(unpacked.output)}`);
	renameSync(join(directory, "package", path), to);
	chmodSync(to, 0o755);
	return to;
}
