import { expect, it } from "vitest";
import type { ManifestFile } from "../../components/keeper/manifest";
import { refuseMoved } from "../../components/keeper/moved";
import type { Settings } from "../../components/keeper/settings";

const refused = (moved: object | undefined) =>
	refuseMoved({
		settings: { app: "shop/test/notes" } as Settings,
		manifest: { read: async () => ({ transaction: 7, moved }) } as unknown as ManifestFile,
	});

it("no keeper of an instance begins on SQLite once the data is in Postgres", async () => {
	await expect(refused(undefined)).resolves.toBeUndefined();
	await expect(refused({ to: "postgres", since: "2026-11-22T10:00:00.000Z" })).rejects.toMatchObject({
		code: "moved-to-postgres",
		found: expect.stringContaining("since 2026-11-22T10:00:00.000Z"),
	});
});
