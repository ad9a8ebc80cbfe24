import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import type { DockerCli } from "../cli";

/** Whose a file or directory is. */
export interface Owned {
	uid: number;
	gid: number;
	/** Permission bits, such as 0o755. */
	mode: number;
}

/** What is known of a data directory on the Docker host without starting anything in it. */
export interface Look {
	directory: Owned;
	/** Whether nothing at all is in it. */
	isEmpty: boolean;
	/** Why it cannot be written at all, such as "read-only file system". */
	readOnly?: string;
	/** What is at the path of the database. */
	database: "missing" | "empty" | "sqlite" | "other";
	/** Whose the database is, where there is one. */
	file?: Owned;
}

const BLOCK = 512;
const AT = "/look";
/** An image without any file: Docker has nothing that it could copy into an empty volume. */
const EMPTY_IMAGE = "holdfast-look:1";

/**
 * Looks into a volume or a directory of the Docker host. It works on any host and with any image, because nothing runs:
 * a container that never starts mounts it, and `docker cp` reads the headers. Returns a sentence when that fails.
 */
export async function lookInto(docker: DockerCli, source: string, databaseFile: string): Promise<Look | string> {
	const name = `holdfast-look-${randomBytes(6).toString("hex")}`;
	const type = source.startsWith("/") ? "bind" : "volume";
	if ((await docker.inspect("image", [EMPTY_IMAGE])).length === 0) {
		const made = await docker.run(["import", "-", EMPTY_IMAGE], { input: Buffer.alloc(2 * BLOCK) });
		if (made.code !== 0) return made.reason;
	}
	const mount = `type=${type},source=${source},target=${AT}`;
	const created = await docker.run(["create", "--name", name, "--network", "none", "--mount", mount, EMPTY_IMAGE, "x"]);
	try {
		if (created.code !== 0) return created.reason;
		const head = await docker.run(["cp", `${name}:${AT}`, "-"], { enough: 4 * BLOCK });
		if (head.code !== 0) return head.reason;
		const root = firstHeader(head.stdout);
		// The same header back: it changes nothing, and fails where nothing can be written.
		const same = Buffer.concat([head.stdout.subarray(0, root.end), Buffer.alloc(2 * BLOCK)]);
		const written = await docker.run(["cp", "-", `${name}:/`], { input: same });
		const beside = posix.dirname(`${AT}/${databaseFile}`);
		const inner = await docker.run(["cp", `${name}:${beside}`, "-"], { enough: 4 * BLOCK });
		const found = await docker.run(["cp", "--follow-link", `${name}:${AT}/${databaseFile}`, "-"], {
			enough: 4 * BLOCK,
		});
		return {
			// SQLite's journal lies beside the database, which may be in a directory further down.
			directory: inner.code === 0 ? firstHeader(inner.stdout) : root,
			// Then the end of the archive, which is zeros, follows its own header.
			isEmpty: head.stdout.subarray(root.end, root.end + BLOCK).equals(Buffer.alloc(BLOCK)),
			...(written.code !== 0 && { readOnly: written.reason }),
			...(found.code !== 0
				? { database: "missing" as const }
				: { database: kindOf(found.stdout), file: firstHeader(found.stdout) }),
		};
	} finally {
		await docker.run(["rm", "--force", "--volumes=false", name]);
	}
}

/** Whether a user may write it; of a directory: make files in it, which SQLite needs for its journal. */
export function isWritable(
	{ uid, gid, mode }: Owned,
	user: number,
	group: number,
	kind: "file" | "directory",
): boolean {
	const bits = kind === "directory" ? 0o3 : 0o2;
	const shift = uid === user ? 6 : gid === group ? 3 : 0;
	// Root too: the app runs without capabilities, and so without the one that overrides permissions.
	return ((mode >> shift) & bits) === bits;
}

/** The first real header of a tar stream, and where it ends; extended headers (`x`, `g`) come before it. */
function firstHeader(tar: Buffer): Owned & { size: number; end: number } {
	let at = 0;
	while ("xg".includes(String.fromCharCode(tar[at + 156] ?? 0))) {
		at += BLOCK + Math.ceil(octal(tar, at + 124, 12) / BLOCK) * BLOCK;
	}
	return {
		mode: octal(tar, at + 100, 8) & 0o7777,
		uid: octal(tar, at + 108, 8),
		gid: octal(tar, at + 116, 8),
		size: octal(tar, at + 124, 12),
		end: at + BLOCK,
	};
}

function octal(tar: Buffer, start: number, length: number): number {
	return Number.parseInt(tar.toString("latin1", start, start + length).replace(/[^0-7]/g, ""), 8) || 0;
}

function kindOf(tar: Buffer): Look["database"] {
	const { size, end } = firstHeader(tar);
	if (size === 0) return "empty";
	return tar.toString("latin1", end, end + 15) === "SQLite format 3" ? "sqlite" : "other";
}
