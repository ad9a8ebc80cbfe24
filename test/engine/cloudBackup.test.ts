import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { engineDirectory } from "../../tools/setup/engine";
import { CloudStack, names, refusal } from "./cloudStack";
import { killAll } from "./killing";

// A real engine and real plugin processes; the clouds behind them are the doubles of cloudDouble/.

const GCP = (name: string, args = "", options = "{}") =>
	`new GcsBackupBucket("${name}", { location: "asia-southeast1", ${args} }, ${options});`;
const BUCKET = "shop-test-notes-backup";

it.concurrent("faults 25, 26 and 27: a bucket outlives changes, a rename, its removal from the program, and destroy", async (test) => {
	const stack = await CloudStack.make(test, GCP("notes"));
	await stack.upAtOnce();
	expect(stack.contents("gcp:storage/bucket:Bucket").map(({ id }) => id)).toEqual([BUCKET]);
	const before = stack.contents();

	// Nothing but the update: so a program that stays the same changes nothing either.
	stack.program(GCP("notes", "graceDays: 30"));
	expect(names(await stack.preview())).toEqual(["update notes-bucket"]);

	// Without the bucket, or with another name alone: cloudEnvironments.test.ts.
	stack.program(GCP("other", `bucketName: "${BUCKET}"`));
	expect(refusal(await stack.preview())).toContain('notes-bucket" cannot be deleted\nbecause it is protected');
	stack.program(GCP("notes", `bucketName: "elsewhere"`));
	expect(refusal(await stack.preview())).toContain("unable to replace resource");
	expect(await stack.destroy()).toMatchObject({
		code: 255,
		output: expect.stringContaining("because it is protected"),
	});
	expect(stack.contents()).toEqual(before);

	// The way of the documentation of names: the alias, and the name that the bucket has.
	stack.program(GCP("other", `bucketName: "${BUCKET}"`, `{ aliases: [{ name: "notes" }] }`));
	await stack.upAtOnce();
	expect(stack.contents("gcp:storage/bucket:Bucket").map(({ id }) => id)).toEqual([BUCKET]);
	expect(stack.contents()).toHaveLength(before.length);

	await stack.succeeds("destroy", "--yes", "--skip-preview", "--exclude-protected");
	expect(stack.contents().map(({ id }) => id)).toEqual([BUCKET]);
	// What is in the state and in the cloud is brought back with all the rest.
	await stack.upAtOnce();
	expect(stack.contents()).toHaveLength(before.length);
});

it.concurrent("fault 29: a bucket that the state has lost stays; a second one is refused until it is imported", async (test) => {
	const stack = await CloudStack.make(test, GCP("notes"));
	await stack.upAtOnce();
	await stack.succeeds("state", "unprotect", "--all", "--yes");
	await stack.succeeds("destroy", "--yes", "--skip-preview");
	expect(stack.contents().map(({ id }) => id)).toEqual([BUCKET]);

	const again = await stack.up("--skip-preview");
	expect(again.code).toBe(255);
	expect(again.output).toContain("googleapi: Error 409: Your previous request to create the named bucket succeeded");
	const component = "component=urn:pulumi:test::shop::holdfast:gcp:GcsBackupBucket::notes";
	const imported = ["gcp:storage/bucket:Bucket", "notes-bucket", BUCKET, "--parent", component];
	await stack.succeeds("import", ...imported, "--yes", "--generate-code=false");
	await stack.upAtOnce();
	await stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");
	expect(stack.contents("gcp:storage/bucket:Bucket")).toHaveLength(1);
});

it.concurrent("fault 28: a missing permission is named; an update that is killed is finished by the next", async (test) => {
	const stack = await CloudStack.make(test, `new S3BackupBucket("notes", { bucketName: "${BUCKET}" });`);
	stack.environment = { HOLDFAST_DOUBLE_DENY: "iam:CreatePolicy" };
	const denied = await stack.up("--skip-preview");
	expect(denied.code).toBe(255);
	expect(denied.output).toContain("is not authorized to perform: iam:CreatePolicy");
	// What was made before stays known.
	expect((await stack.state()).map(({ id }) => id)).toContain(BUCKET);

	// As slow as a cloud, so that the end comes in the middle of something. cloudKilled.test.ts has the worst moments of whole
	// stacks, this one any moment.
	stack.environment = { HOLDFAST_DOUBLE_DELAY: "250" };
	const names = ["notes", "more", "most"];
	stack.program(names.map((name) => `new S3BackupBucket("${name}", { graceDays: 8 });`).join("\n"));
	const moment = stack.contents().length + 1 + Math.floor(Math.random() * 8);
	const options = { cwd: stack.directory, env: stack.env(), detached: true, stdio: "ignore" } as const;
	const child = spawn(`${await engineDirectory()}/pulumi`, stack.args(["up", "--yes", "--skip-preview"]), options);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	while (stack.contents().length < moment && child.exitCode === null) await sleep(10);
	// Plugins too, so that nothing is made beside what follows.
	await killAll(`PULUMI_HOME=${join(stack.home, "pulumi")}`);
	await ended;
	stack.environment = {};
	await stack.succeeds("cancel", "--yes");
	const orphans: string[] = [];
	for (let next = await stack.up("--skip-preview"); next.code !== 0; next = await stack.up("--skip-preview")) {
		// One that was made while the engine died is in no state: the real cloud refuses a second one just so.
		const orphan = /Bucket \((.+?)\): operation error S3: CreateBucket/.exec(next.output)?.[1];
		if (orphan === undefined || orphans.includes(orphan)) throw new Error(next.output);
		orphans.push(orphan);
		await imported(stack, orphan);
	}
	console.log(`killed when the cloud had ${moment} things; to be imported: ${orphans.join(", ") || "no bucket"}`);
	const buckets = names.map((name) => `shop-test-${name}-backup`).sort();
	const ids = (all: { id?: string }[]) => all.map(({ id }) => id).sort();
	expect(ids(stack.contents("aws:s3/bucket:Bucket"))).toEqual(buckets);
	expect(ids((await stack.state()).filter(({ type }) => type === "aws:s3/bucket:Bucket"))).toEqual(buckets);
});

/** What the component's documentation says for a bucket that exists. */
async function imported(stack: CloudStack, bucket: string): Promise<void> {
	const name = bucket.replace("shop-test-", "").replace("-backup", "");
	const component = `component=urn:pulumi:test::shop::holdfast:aws:S3BackupBucket::${name}`;
	const what = ["aws:s3/bucket:Bucket", `${name}-bucket`, bucket, "--parent", component];
	await stack.succeeds("import", ...what, "--yes", "--generate-code=false");
}

it.concurrent("bad input has the error that the real provider gives, before anything is made", async (test) => {
	const wrong = `(args: any) => ({ bucket: args.bucket, versioningConfiguration: { status: "Maybe" } })`;
	const stack = await CloudStack.make(test, `new S3BackupBucket("notes", { transform: { versioning: ${wrong} } });`);
	const found = refusal(await stack.preview());
	expect(found).toContain('expected status to be one of ["Enabled" "Suspended"], got Maybe');
	expect(found).toContain("Examine values at 'notes-versioning.versioningConfiguration.status'");
	expect(stack.contents()).toEqual([]);
});
