/** One line of `/proc/self/mountinfo`, as far as it matters here. */
export interface Mount {
	path: string;
	/** Type of the file system, such as ext4. */
	type: string;
	readOnly: boolean;
}

/** File systems that other machines share: SQLite's locks and its shared memory do not hold across them. */
const REMOTE = /^(nfs\d?|cifs|smb\w*|9p|virtiofs|fakeowner|vboxsf|ceph|glusterfs|afs|fuse\..*|fuse|lustre|gpfs)$/;
/** File systems that are gone with the container or the machine's next start. */
const TEMPORARY = /^(tmpfs|ramfs|overlay|aufs)$/;

/** The mounts that `/proc/self/mountinfo` lists. */
export function parseMounts(mountinfo: string): Mount[] {
	return mountinfo
		.split("\n")
		.filter(Boolean)
		.map((line) => {
			const [before = "", after = ""] = line.split(" - ");
			const [, , , , path = "", options = ""] = before.split(" ");
			const [type = "", , superOptions = ""] = after.split(" ");
			const readOnly = [...options.split(","), ...superOptions.split(",")].includes("ro");
			// A space in a path is written \040.
			return {
				path: path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
				type,
				readOnly,
			};
		});
}

/** The mount that a path lies on: of the longest path, and of those the last, which covers the others. */
export function mountOf(path: string, mounts: Mount[]): Mount | undefined {
	const over = mounts.filter((mount) => mount.path === "/" || `${path}/`.startsWith(`${mount.path}/`));
	return over.reduce<Mount | undefined>(
		(best, mount) => (best === undefined || mount.path.length >= best.path.length ? mount : best),
		undefined,
	);
}

/** What speaks against a file system as the place of a SQLite database. */
export function kindOf(type: string): "remote" | "temporary" | "local" {
	if (REMOTE.test(type)) return "remote";
	return TEMPORARY.test(type) ? "temporary" : "local";
}
