import { describe, expect, it } from "vitest";
import type { DockerAppArgs } from "../../components/docker/args";
import { dockerAppProblems } from "../../components/docker/args";
import { args } from "./docker";

const wrong = (change: unknown) =>
	Object.fromEntries(
		dockerAppProblems({ ...args, ...(change as Partial<DockerAppArgs>) }).map(({ propertyPath, reason }) => [
			propertyPath,
			reason,
		]),
	);

describe("the backup of a DockerApp is refused", () => {
	it.each([
		["no days", { backup: { retentionDays: 0 } }, "backup.retentionDays", "from 1 to 3650 (got 0)"],
		["days of a bucket", { backup: { url: "s3://b/p", retentionDays: 4000 } }, "backup.retentionDays", "(got 4000)"],
		["two places", { backup: { volume: "v1", directory: "/d" } }, "backup", '(got both "v1" and "/d"): leave one out'],
		["a bucket and a directory", { backup: { url: "s3://b/p", directory: "/d" } }, "backup", "(got url and directory)"],
		["a relative directory", { backup: { directory: "d" } }, "backup.directory", '(got "d")'],
		["the root directory", { backup: { directory: "//" } }, "backup.directory", "not / itself"],
		["a wrong volume", { backup: { volume: "../v" } }, "backup.volume", 'docker volume ls shows it (got "../v")'],
		["a URL of the host", { backup: { url: "file:///backup" } }, "backup.url", "give volume or directory instead"],
		["a URL of the web", { backup: { url: "https://b/p" } }, "backup.url", "must be s3://bucket/prefix or gs:"],
		["another secret", { backup: { url: "s3://b/p", secrets: { KEY: "x" } } }, "backup.secrets.KEY", '(got "KEY")'],
		[
			"a secret in the open",
			{ backup: { url: "s3://b/p", environment: { AWS_SECRET_ACCESS_KEY: "x" } } },
			"backup.environment.AWS_SECRET_ACCESS_KEY",
			"move it to backup.secrets",
		],
		[
			"a setting of the keeper",
			{ backup: { url: "s3://b/p", environment: { HOLDFAST_APP: "x" } } },
			"backup.environment.HOLDFAST_APP",
			"(got HOLDFAST_APP)",
		],
		["initial data", { backup: false, initialData: "/a.db" }, "initialData", "leave one of the two out"],
		[
			"a deploy that nobody leads back",
			{ backup: false, deploy: { mayLose: ["a"] } },
			"deploy",
			"leave one of the two out",
		],
		["no drill number", { keeper: { drillHours: -1 } }, "keeper.drillHours", "from 0 to 8760 (got -1)"],
		["no stale number", { keeper: { staleSeconds: 1 } }, "keeper.staleSeconds", "from 5 to 3600 (got 1)"],
		["no lease number", { keeper: { leaseSeconds: 1.5 } }, "keeper.leaseSeconds", "from 5 to 3600 (got 1.5)"],
	])("for %s", (_what, change, path, reason) => {
		const problems = wrong(change);
		expect(Object.keys(problems)).toEqual([path]);
		expect(problems[path]).toContain(reason);
		expect(problems[path]).toMatch(/^(must|needs) /);
	});

	it.each([
		[{ volume: "v1" }, { volume: "v1" }],
		[{ directory: "/srv/notes" }, { directory: "/srv/notes/" }],
		[{ directory: "/srv/notes/backup" }, { directory: "/srv/notes" }],
		[{ directory: "/srv" }, { directory: "/srv/notes" }],
	])("for %j where the data %j is, for both would be lost together", (backup, existingData) => {
		expect(wrong({ backup, existingData }).backup).toContain("must not lie where the data lies");
	});

	it("but not beside the data", () => {
		expect(wrong({ backup: { directory: "/srv/notes-backup" }, existingData: { directory: "/srv/notes" } })).toEqual(
			{},
		);
	});
});
