import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareDirectories } from "../../components/keeper/prepare";
import { Refusal } from "../../components/keeper/refusal";

const user = { uid: 1234, gid: 1235 };
let directory: string;
let settings: { dataDirectory: string; scratch: string; directories: string[]; user?: typeof user };
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "holdfast-prepare-"));
	settings = {
		dataDirectory: join(directory, "data"),
		scratch: join(directory, "deep", "scratch"),
		directories: [],
		user,
	};
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sound = () => ({ lines: ["mounted: yes"], warnings: ["nearly full"] });
function prepared(): string[] {
	const said: string[] = [];
	prepareDirectories(settings, (line) => said.push(line), sound);
	return said;
}
function refusal(): Refusal | undefined {
	try {
		prepared();
	} catch (error) {
		if (error instanceof Refusal) return error;
		throw error;
	}
	return undefined;
}
const ownerOf = (path: string) => {
	const { uid, gid } = statSync(path);
	return { uid, gid };
};

// To give a directory away takes root.
describe.skipIf(process.getuid?.() !== 0)("keeper prepare", () => {
	it("makes both directories, and gives them to the app's user", () => {
		expect(prepared()).toEqual([
			"mounted: yes",
			"warning: nearly full",
			`${settings.dataDirectory} and ${settings.scratch} belong to 1234:1235`,
		]);
		expect([ownerOf(settings.dataDirectory), ownerOf(settings.scratch)]).toEqual([user, user]);
	});

	it("does the same with every directory that is named to it, and refuses what is another's there too", () => {
		settings.directories = [join(directory, "cache"), join(directory, "tmp")];
		expect(prepared().at(-1)).toBe(
			`${[settings.dataDirectory, settings.scratch, settings.directories[0]].join(", ")} and ${settings.directories[1]} belong to 1234:1235`,
		);
		for (const each of settings.directories) expect(ownerOf(each)).toEqual(user);
		writeFileSync(join(directory, "tmp", "stranger"), "");
		expect(refusal()?.found).toContain("stranger belongs to user 0");
	});

	it("finds all as it left it the next time, whatever the app has put there", () => {
		prepared();
		const below = join(settings.dataDirectory, "uploads");
		mkdirSync(below);
		chownSync(below, user.uid, user.gid);
		mkdirSync(join(settings.dataDirectory, "lost+found"));
		expect(refusal()).toBeUndefined();
		expect(ownerOf(join(settings.dataDirectory, "lost+found")).uid).toBe(0);
	});

	it("lets the owner in", () => {
		mkdirSync(settings.dataDirectory);
		chmodSync(settings.dataDirectory, 0o555);
		prepared();
		expect(statSync(settings.dataDirectory).mode & 0o777).toBe(0o755);
	});

	it("throws: files of another user, however deep, and gives nothing away", () => {
		const below = join(settings.dataDirectory, "a");
		mkdirSync(below, { recursive: true });
		chownSync(below, user.uid, user.gid);
		writeFileSync(join(below, "notes.db"), "");
		expect(refusal()).toMatchObject({
			code: "data-directory-not-writable",
			found: `${join(below, "notes.db")} belongs to user 0, not to the app's (1234): nothing of another's is taken`,
		});
		expect(ownerOf(settings.dataDirectory).uid).toBe(0);
	});

	it("throws: a link, which leads to what is another's", () => {
		symlinkSync("/etc", settings.dataDirectory);
		expect(refusal()).toMatchObject({
			code: "data-directory-not-writable",
			found: expect.stringContaining("no directory"),
		});
		expect(ownerOf("/etc").uid).toBe(0);
	});

	it("throws: nobody to give them to", () => {
		delete settings.user;
		expect(refusal()).toMatchObject({ code: "settings-wrong", found: expect.stringContaining("HOLDFAST_USER") });
	});
});
