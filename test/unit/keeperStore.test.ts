import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseLocation } from "../../components/backup";
import { loadCredentials } from "../../components/keeper/storeCredentials";

describe("the location of a store", () => {
	it.each([
		["s3://bucket/a/b/", "s3", "bucket", "a/b"],
		["s3://bucket", "s3", "bucket", ""],
		["gs://bucket//a", "gs", "bucket", "a"],
		["file:///backup", "file", "/backup", ""],
		["file:///backup/notes/x", "file", "/backup", "notes/x"],
	])("%s", (url, scheme, bucket, prefix) => {
		expect(parseLocation(url)).toEqual({ scheme, bucket, prefix });
	});

	it.each(["", "s3://", "file://backup", "file:///", "http://x/y", "/backup"])("%j is none", (url) => {
		expect(parseLocation(url)).toBeUndefined();
	});
});

describe("credentials", () => {
	afterEach(() => {
		vi.unstubAllEnvs();
	});

	it("come from files, of the store's names only", () => {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-secrets-"));
		for (const name of ["AWS_ACCESS_KEY_ID", "GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS", "PATH_OF_MINE"]) {
			vi.stubEnv(name, undefined);
		}
		try {
			writeFileSync(join(directory, "AWS_ACCESS_KEY_ID"), "the id");
			// An editor ends a file with a new line, which is part of no key.
			writeFileSync(join(directory, "AWS_SECRET_ACCESS_KEY"), "the key\n");
			writeFileSync(join(directory, "GOOGLE_CREDENTIALS"), "{}");
			writeFileSync(join(directory, "PATH_OF_MINE"), "x");
			vi.stubEnv("AWS_SECRET_ACCESS_KEY", "from the environment");
			loadCredentials(directory);
			expect(process.env).toMatchObject({
				AWS_ACCESS_KEY_ID: "the id",
				AWS_SECRET_ACCESS_KEY: "the key",
				GOOGLE_APPLICATION_CREDENTIALS: join(directory, "GOOGLE_CREDENTIALS"),
			});
			expect(process.env.PATH_OF_MINE).toBeUndefined();
			expect(process.env.GOOGLE_CREDENTIALS).toBeUndefined();
		} finally {
			rmSync(directory, { recursive: true });
		}
	});

	it("may be none", () => {
		expect(() => loadCredentials("/no/such/directory")).not.toThrow();
	});
});
