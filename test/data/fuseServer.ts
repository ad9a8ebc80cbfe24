import { spawnSync } from "node:child_process";
import { openSync, readSync, writeSync } from "node:fs";

// Mounts a file system of a type at a path, and is an empty directory there until it is killed (see fuse.ts).

/** Operations of the kernel's FUSE protocol, as far as an empty directory needs them. */
const [LOOKUP, FORGET, GETATTR, SETATTR, STATFS, INIT, OPENDIR, READDIR, RELEASEDIR] = [1, 2, 3, 4, 17, 26, 27, 28, 29];
const [NONE, ENOENT, ENOSYS] = [0, -2, -38];
const HEAD = 16;

const [type = "", path = ""] = process.argv.slice(2);
const device = openSync("/dev/fuse", "r+");
const options = "fd=3,rootmode=40000,user_id=0,group_id=0,allow_other";
const words = ["--internal-only", "--types", type, "--options", options, "bucket", path];
const mounted = spawnSync("mount", words, { stdio: ["ignore", "inherit", "inherit", device] });
if (mounted.status !== 0) process.exit(1);
console.log("mounted");
const request = Buffer.alloc(1 << 17);
for (;;) {
	const length = readSync(device, request, 0, request.length, null);
	const [operation, id] = [request.readUInt32LE(4), request.readBigUInt64LE(8)];
	if (length < 40 || operation === FORGET) continue;
	const [error, body] = answer(operation);
	const reply = Buffer.concat([Buffer.alloc(HEAD), body]);
	reply.writeUInt32LE(reply.length, 0);
	reply.writeInt32LE(error, 4);
	reply.writeBigUInt64LE(id, 8);
	writeSync(device, reply);
}

function answer(operation: number): [error: number, body: Buffer] {
	switch (operation) {
		case INIT: {
			const body = Buffer.alloc(64);
			// Version 7.31, and writes of 4 KiB.
			body.writeUInt32LE(7, 0);
			body.writeUInt32LE(31, 4);
			body.writeUInt32LE(4096, 20);
			return [NONE, body];
		}
		case GETATTR:
		case SETATTR: {
			const body = Buffer.alloc(104);
			body.writeBigUInt64LE(1n, 16);
			// A directory that everybody may write.
			body.writeUInt32LE(0o40777, 76);
			body.writeUInt32LE(2, 80);
			return [NONE, body];
		}
		case STATFS: {
			const body = Buffer.alloc(80);
			for (const at of [0, 8, 16]) body.writeBigUInt64LE(1_000_000n, at);
			for (const at of [40, 48]) body.writeUInt32LE(4096, at);
			return [NONE, body];
		}
		case OPENDIR:
			return [NONE, Buffer.alloc(16)];
		case READDIR:
		case RELEASEDIR:
			return [NONE, Buffer.alloc(0)];
		default:
			return [operation === LOOKUP ? ENOENT : ENOSYS, Buffer.alloc(0)];
	}
}
