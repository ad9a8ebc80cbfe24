import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Litestream, RestoreFailed } from "../../components/keeper/litestream";
import { restoreChecked } from "../../components/keeper/restore";

it.each([
	["write /data/.holdfast-restoring-1.tmp: no space left on device", "disk-full", "larger disk"],
	["database or disk is full", "disk-full", "larger disk"],
	["cannot decode the header", "replica-corrupt", "an earlier point"],
])("a restore that fails with %j is refused as %s", async (said, code, remedy) => {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-restore-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const litestream = { restore: () => Promise.reject(new RestoreFailed(said)) } as unknown as Litestream;
	await expect(restoreChecked(litestream, join(directory, "notes.db"), "newest")).rejects.toMatchObject({
		code,
		found: expect.stringContaining(said),
		remedy: expect.stringContaining(remedy),
	});
});
