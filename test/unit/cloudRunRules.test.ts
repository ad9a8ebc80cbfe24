import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { args, DIGEST, cloudRunProblemsOf as problems, startGoogle } from "./cloudRun";
import { Made } from "./mocks";

const made = new Made();
beforeAll(() => startGoogle(made));
beforeEach(() => made.forget());
// Whatever is wrong, nothing is made but the component itself.
afterEach(() => expect(made.types().filter((type) => !type.startsWith("holdfast:"))).toEqual([]));

const withBackup = (change: object) => ({ backup: { ...args.backup, ...change } });
const health = (check: object) => ({ health: check });

describe("what an app on Cloud Run must say", () => {
	it.each([
		// A zone is the mistake that people make.
		[
			"location",
			{ location: "asia-southeast1-a" },
			'got "asia-southeast1-a"): that is a zone of it: write asia-southeast1',
		],
		["location", { location: "EU" }, "write something like asia-southeast1"],
		["location", { location: undefined }, "must be a region"],
		["backup.location", withBackup({ location: "europe-west1" }), 'must be where the app is, "asia-southeast1"'],
		["backup.location", withBackup({ location: "EU" }), 'got "EU"'],
		["backup.location", withBackup({ location: "NAM4" }), 'got "NAM4"'],
		["backup.store.url", withBackup({ store: { url: "s3://vault/app" } }), "use a GcsBackupBucket"],
		["image", { image: "ghcr.io/me/notes:1" }, "docker buildx imagetools inspect ghcr.io/me/notes:1 prints it"],
		["image", { image: `quay.io/me/notes@${DIGEST}` }, "pulls from nowhere else"],
		["image", { image: `localhost:5000/notes@${DIGEST}` }, "must be in Artifact Registry"],
		["keeper.image", { keeper: { image: "ghcr.io/me/keeper" } }, "must end in its digest"],
		["keeper.drillHours", { keeper: { ...args.keeper, drillHours: -1 } }, "0 to 8760"],
		["scale", { scale: "to-one" }, 'must be to-zero or always-on (got "to-one")'],
		["acknowledge", { acknowledge: "local" }, "no processor to bring the write into the backup"],
		["door", { door: false }, "must not be false"],
		["door.onStoreOutage", { door: { onStoreOutage: "accept" } }, 'must be refuse with scale: "to-zero"'],
		["stopGraceSeconds", { stopGraceSeconds: 6 }, "must be 5 or less on Cloud Run (got 6)"],
		["door.drainSeconds", { door: { drainSeconds: 60 } }, "must be 45 or less on Cloud Run (got 60)"],
		["migration", { migration: ["alembic", "upgrade", "head"] }, "must come with command"],
		["deploy.rehearsal", { deploy: { rehearsal: {} } }, "runs on the new instance's own copy"],
		["logs", { logs: { maxFiles: 2 } }, "leave it out"],
		["deploy.rollback", { deploy: { rollback: "keep-data" } }, "deploy the image of before"],
		["instances", { instances: 2 }, "moves to Postgres"],
		["health.startPeriodSeconds", health({ startPeriodSeconds: 200 }), "which is 290"],
		["health.timeoutSeconds", health({ intervalSeconds: 5, timeoutSeconds: 6 }), "got 6 and 5"],
		["environment.K_SERVICE", { environment: { K_SERVICE: "x" } }, "sets itself"],
		["secrets.X_GOOGLE_KEY", { secrets: { X_GOOGLE_KEY: "x" } }, "sets itself"],
		["domain", { domain: "https://notes.example.com" }, "without https://"],
		["domain", { domain: "localhost" }, "must be a host name"],
		["disk.sizeMiB", { disk: { sizeMiB: 32 } }, "from 64"],
		["disk.medium", { disk: { medium: "ssd" } }, "must be memory or disk"],
		["disk.sizeMiB", { disk: { sizeMiB: 16_384 } }, "set disk.medium to disk"],
		["memoryMiB", { memoryMiB: 256 }, "must be 512 or more on Cloud Run's second generation (got 256)"],
		["memoryMiB", { memoryMiB: 40_000, disk: { medium: "disk" } }, "must leave the instance at 32768 MiB or less"],
		["cpus", { cpus: 0.5 }, "must be 1 or more on Cloud Run (got 0.5): with less it takes only one request at a time"],
		["cpus", { cpus: 3 }, "must be one of 1, 2, 4, 6, 8 on Cloud Run (got 3)"],
		[
			"cpus",
			{ cpus: 1, memoryMiB: 4096 },
			"must go with the app's memory of 4608 MiB (got 1, which takes 128 to 4096 MiB)",
		],
		["cpus", { cpus: 4 }, "which takes 2048 to 16384 MiB"],
		["cpus", { cpus: 8, memoryMiB: 8192 }, "8 cores or less (got 9: 1 for the keeper and 8 for the app)"],
	])("throws: %s, %j", (path, change, reason) => {
		const found = problems(change);
		expect(Object.keys(found)).toEqual([path]);
		expect(found[path]).toContain(reason);
	});

	it.each([
		{ location: "northamerica-northeast1", ...withBackup({ location: "NORTHAMERICA-NORTHEAST1" }) },
		{ location: "europe-west12", ...withBackup({ location: "EU" }) },
		{ location: "us-central1", ...withBackup({ location: "NAM4" }) },
		withBackup({ location: undefined }),
		withBackup({ store: { url: pulumi.output("gs://vault/app") } }),
		{ image: `notes@${DIGEST}` },
		{ image: `me/notes:1.2@${DIGEST}` },
		{ image: `europe-west1-docker.pkg.dev/shop/apps/notes@${DIGEST}` },
		{ image: `eu.gcr.io/shop/notes@${DIGEST}` },
		{ scale: "always-on", acknowledge: "local" },
		{ stopGraceSeconds: 5 },
		{ migration: ["alembic"], command: ["app"] },
		{ deploy: { rehearsal: false, mayLose: ["sessions"] } },
		health({ startPeriodSeconds: 150 }),
		{ cpus: 4, memoryMiB: 2048 },
	])("takes %j", (change) => {
		const reasons = problems({ ...change, instances: 2 });
		expect(Object.keys(reasons)).toEqual(["instances"]);
	});

	it("throws all of it at once", () => {
		const backup = { ...args.backup, store: { url: "file:///backup" } };
		const wrong = { location: "EU", image: "notes", scale: "x", cpus: 3, domain: "x", port: 0, backup };
		const paths = ["location", "backup.store.url", "port", "image", "scale", "cpus", "domain"];
		expect(Object.keys(problems(wrong))).toEqual(paths);
	});
});

describe("the project", () => {
	const forget = () => pulumi.runtime.setAllConfig({});
	afterEach(() => pulumi.runtime.setConfig("gcp:project", "my-project"));

	it("throws where nobody knows it, before anything is touched", () => {
		forget();
		expect(gcp.config.project).toBeUndefined();
		expect(problems({})["gcp:project"]).toContain("config set gcp:project");
	});

	it("may be that of a provider", () => {
		forget();
		const provider = new gcp.Provider("google", { project: "other" });
		expect(Object.keys(problems({ instances: 2 }, { provider }))).toEqual(["instances"]);
		made.forget();
	});
});
