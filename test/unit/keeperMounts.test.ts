import { accessSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkDatabaseAccess, diagnose } from "../../components/keeper/diagnostics";
import { kindOf, mountOf, parseMounts } from "../../components/keeper/mounts";
import { Refusal } from "../../components/keeper/refusal";

vi.mock("node:fs", async (original) => {
	const actual = await original<typeof import("node:fs")>();
	return {
		...actual,
		accessSync: vi.fn(actual.accessSync),
		statfsSync: vi.fn(actual.statfsSync),
		writeSync: vi.fn(actual.writeSync),
	};
});

// Lines of real containers and hosts.
const OVERLAY =
	"1529 1290 0:113 / / rw,relatime master:505 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir=/var/lib/docker/overlay2/c/diff,workdir=/var/lib/docker/overlay2/c/work";
const VFS =
	"1529 1290 254:1 /var/lib/docker/vfs/dir/3f2a9c / rw,relatime - ext4 /dev/vda1 rw,discard,errors=remount-ro";
const VOLUME =
	"1545 1529 8:1 /var/lib/docker/volumes/shop-notes-data/_data /app/data rw,relatime master:1 - ext4 /dev/sda1 rw,discard,errors=remount-ro";
const TMPFS = "1541 1529 0:120 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=65536k,mode=1777";
const SECRETS =
	"1549 1529 8:1 /var/lib/docker/volumes/s/_data /run/secrets ro,relatime master:1 - ext4 /dev/sda1 rw,discard";
const READ_ONLY_DISK = "80 1529 8:17 / /mnt/disk rw,relatime shared:30 - xfs /dev/sdb1 ro,attr2,inode64";
const NFS =
	"1550 1529 0:61 / /mnt/efs rw,relatime - nfs4 fs-0a1.efs.eu-west-1.amazonaws.com:/ rw,vers=4.1,rsize=1048576,hard,proto=tcp";
const VIRTIOFS = "1551 1529 0:44 / /mnt/share rw,relatime - virtiofs share0 rw";
const NINE_P = "1552 1529 0:50 / /mnt/c rw,noatime - 9p drvfs rw,dirsync,aname=drvfs;path=C:\\,mmap,access=client";
const GCS_FUSE = "1553 1529 0:70 / /mnt/gcs rw,nosuid,nodev,relatime - fuse.gcsfuse bucket rw,user_id=0,group_id=0";
const FAKEOWNER =
	"1554 1529 0:45 /Users/me/data /mnt/mac rw,nosuid,nodev,relatime - fakeowner /run/host_mark/Users rw,fakeowner";
const SPACED = "1555 1529 8:1 /srv/my\\040data /mnt/my\\040data\\134x rw,relatime - ext4 /dev/sda1 rw";
const ALL = [OVERLAY, VOLUME, TMPFS, SECRETS, READ_ONLY_DISK, NFS, VIRTIOFS, NINE_P, GCS_FUSE, FAKEOWNER, SPACED];
const mounts = parseMounts(`${ALL.join("\n")}\n`);

describe("mounts", () => {
	it.each([
		["/app/data", "/app/data", "ext4", false, "local"],
		["/app/data/sub/deep", "/app/data", "ext4", false, "local"],
		// A name that merely begins the same is another directory.
		["/app/data-cache", "/", "overlay", false, "temporary"],
		["/app", "/", "overlay", false, "temporary"],
		["/tmp/x", "/tmp", "tmpfs", false, "temporary"],
		["/run/secrets", "/run/secrets", "ext4", true, "local"],
		["/mnt/disk", "/mnt/disk", "xfs", true, "local"],
		["/mnt/efs/a", "/mnt/efs", "nfs4", false, "remote"],
		["/mnt/share", "/mnt/share", "virtiofs", false, "remote"],
		["/mnt/c/Users", "/mnt/c", "9p", false, "remote"],
		["/mnt/gcs", "/mnt/gcs", "fuse.gcsfuse", false, "remote"],
		["/mnt/mac", "/mnt/mac", "fakeowner", false, "remote"],
		["/mnt/my data\\x/y", "/mnt/my data\\x", "ext4", false, "local"],
	])("%s lies on %s", (path, at, type, readOnly, kind) => {
		expect(mountOf(path, mounts)).toEqual({ path: at, type, readOnly });
		expect(kindOf(type)).toBe(kind);
	});

	it("takes the last of those at one path, which covers the others", () => {
		const covered = parseMounts([OVERLAY, VOLUME, VOLUME.replace("ext4", "nfs4")].join("\n"));
		expect(mountOf("/app/data", covered)?.type).toBe("nfs4");
		expect(mountOf("/app/data", [])).toBeUndefined();
	});

	it.each(["nfs", "nfs3", "cifs", "smb3", "smbfs", "ceph", "fuse.sshfs", "fuse", "fuse.s3fs", "lustre"])(
		"calls %s remote",
		(type) => expect(kindOf(type)).toBe("remote"),
	);

	it.each(["ext4", "xfs", "btrfs", "zfs", "fuseblk", "f2fs"])("calls %s local", (type) =>
		expect(kindOf(type)).toBe("local"),
	);
});

describe("the diagnosis of a data directory", () => {
	let directory: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "holdfast-mounts-"));
	});
	afterEach(() => {
		rmSync(directory, { recursive: true, force: true });
		vi.mocked(statfsSync).mockReset();
		vi.mocked(writeSync).mockReset();
		vi.mocked(accessSync).mockReset();
	});

	const mountedAt = (path: string, line = VOLUME) => [OVERLAY, line.replace("/app/data", path)].join("\n");
	function refusal(path: string, mountinfo: string): Refusal {
		try {
			diagnose(path, mountinfo);
		} catch (error) {
			if (error instanceof Refusal) return error;
			throw error;
		}
		throw new Error("it was not refused");
	}
	const free = (bytes: number) =>
		vi.mocked(statfsSync).mockReturnValue({ bavail: bytes / 4096, bsize: 4096 } as ReturnType<typeof statfsSync>);

	it("tells what the guide's checklist asks, and leaves nothing behind", () => {
		free(50e9);
		expect(diagnose(directory, mountedAt(directory))).toEqual({
			lines: [
				`directory ${directory}: there`,
				"mounted: yes, ext4",
				`writable by user ${process.getuid?.()}: yes`,
				"free space: 50 GB",
			],
			warnings: [],
			freeBytes: 50e9,
		});
		expect(readdirSync(directory)).toEqual([]);
	});

	it("takes, where the disk goes with its instance, what forgets everything, and still no disk that others share", () => {
		const inMemory = mountedAt(directory, VOLUME.replace("ext4", "tmpfs"));
		expect(refusal(directory, OVERLAY).code).toBe("data-directory-not-mounted");
		expect(refusal(directory, inMemory).code).toBe("data-directory-temporary");
		for (const mountinfo of [OVERLAY, inMemory]) {
			expect(diagnose(directory, mountinfo, "temporary").warnings).toEqual([]);
		}
		const shared = mountedAt(directory, VOLUME.replace("ext4", "nfs4"));
		expect(() => diagnose(directory, shared, "temporary")).toThrow("data-directory-remote");
	});

	it("takes a directory below a mounted one", () => {
		mkdirSync(join(directory, "sub"));
		expect(diagnose(join(directory, "sub"), mountedAt(directory)).lines).toContain("mounted: yes, ext4");
	});

	it("refuses a directory that is not there, or is a file", () => {
		expect(refusal(join(directory, "no"), mountedAt(directory)).code).toBe("data-directory-missing");
		writeFileSync(join(directory, "file"), "");
		expect(refusal(join(directory, "file"), mountedAt(directory)).code).toBe("data-directory-missing");
	});

	it.each([
		["overlay", OVERLAY],
		["one of Docker's other storage drivers", VFS],
	])("refuses one in the container's own file system, on %s", (_what, root) => {
		const { code, remedy } = refusal(directory, root);
		expect(code).toBe("data-directory-not-mounted");
		expect(remedy).toContain("mount the data volume at just this path");
		expect(refusal(directory, "").code).toBe("data-directory-not-mounted");
	});

	it("refuses one below memory, and memory itself", () => {
		const below = [OVERLAY, TMPFS.replace(" /tmp ", ` ${tmpdir()} `)].join("\n");
		expect(refusal(directory, below).code).toBe("data-directory-not-mounted");
		const itself = [OVERLAY, TMPFS.replace(" /tmp ", ` ${directory} `)].join("\n");
		expect(refusal(directory, itself).code).toBe("data-directory-temporary");
	});

	it.each([NFS, VIRTIOFS, NINE_P, GCS_FUSE, FAKEOWNER])("fault 13: refuses a disk of others: %s", (line) => {
		const mountinfo = line.replace(/ \/mnt\/\w+ /, ` ${directory} `);
		const { code, found } = refusal(directory, [OVERLAY, mountinfo].join("\n"));
		expect(code).toBe("data-directory-remote");
		expect(found).toContain("SQLite's locks do not hold");
	});

	it("fault 12: refuses what cannot be written, and names user, owner and mount", () => {
		// Nobody can make a file there, root neither.
		const closed = "/proc/self";
		const { code, found, remedy } = refusal(closed, mountedAt(closed));
		expect(code).toBe("data-directory-not-writable");
		expect(found).toMatch(
			new RegExp(`^user ${process.getuid?.()} cannot write /proc/self, which belongs to \\d+:\\d+ with mode 0\\d{3} `),
		);
		expect(remedy).toContain(`chown -R ${process.getuid?.()}:${process.getgid?.()} /proc/self`);
		const readOnly = refusal(closed, mountedAt(closed, VOLUME.replace("rw,relatime", "ro,relatime")));
		expect(readOnly.found).toContain("is mounted read-only");
		expect(readOnly.remedy).toBe("mount it read-write, then start again");
	});

	it("refuses a full disk as what it is, and warns of one that is nearly full", () => {
		free(8e6);
		expect(refusal(directory, mountedAt(directory))).toMatchObject({
			code: "disk-full",
			found: expect.stringContaining("has 8 MB free"),
		});
		free(99e6);
		expect(diagnose(directory, mountedAt(directory)).warnings).toEqual([
			`the disk is nearly full: 99 MB free in ${directory}`,
		]);
		free(0);
		vi.mocked(writeSync).mockImplementation(() => {
			throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
		});
		expect(refusal(directory, mountedAt(directory)).code).toBe("disk-full");
		expect(readdirSync(directory)).toEqual([]);
	});

	it("refuses a database whose log belongs to another user, and names it", () => {
		const database = join(directory, "notes.db");
		expect(() => checkDatabaseAccess(database)).not.toThrow();
		for (const suffix of ["", "-wal", "-shm"]) writeFileSync(`${database}${suffix}`, "", { mode: 0o640 });
		expect(() => checkDatabaseAccess(database)).not.toThrow();
		for (const suffix of ["", "-wal", "-shm"]) {
			vi.mocked(accessSync).mockImplementation((path) => {
				if (path === `${database}${suffix}`) throw new Error("EACCES: permission denied");
			});
			const { uid, gid } = { uid: process.getuid?.(), gid: process.getgid?.() };
			expect(() => checkDatabaseAccess(database)).toThrow(
				expect.objectContaining({
					code: "data-directory-not-writable",
					found: expect.stringContaining(`${database}${suffix}, which belongs to ${uid}:${gid} with mode 0640`),
					remedy: expect.stringContaining(`chown -R ${uid}:${gid} ${directory}`),
				}),
			);
		}
	});
});
