import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { hintsFor } from "../../tools/cloud/hints";
import { engineDirectory } from "../../tools/setup/engine";
import { ROOT } from "../../tools/workspace";
import type { Thing } from "./cloudDouble/store";
import { environment, stateful } from "./cloudEnvironment";
import { type CloudStack, refusal } from "./cloudStack";
import { killAll } from "./killing";

// An app component beside its bucket, with a secret and files: its first update is killed, and mended as the documentation
// says; then it is taken out of the program and renamed. The clouds are the doubles of cloudDouble/, the engine is real.

interface Cloud {
	/** The file in stacks/ that the stack begins with. */
	environment: string;
	/** How the clouds call what holds data, and where the documentation of imports has it. */
	stateful: { type: string; name: string; parent: string }[];
	/** What has no name of its own, and is made again where an update is cut off: what is made at once, and after the bucket. */
	unnamed: { first: string[]; later: string[] };
	/** The stack's program with another app component, or none. */
	program(app: AppOf | undefined): string;
	/** Types of what serves requests. */
	serves: RegExp;
}

const KEPT = { GcsBackupBucket: "holdfast:gcp:GcsBackupBucket", CloudRunApp: "holdfast:gcp:CloudRunApp" };

const CLOUDS: Record<string, Cloud> = {
	gcp: {
		environment: "gcp-staging",
		stateful: [
			{ type: "gcp:storage/bucket:Bucket", name: "notes-bucket", parent: KEPT.GcsBackupBucket },
			{ type: "gcp:secretmanager/secret:Secret", name: "notes-secret-ADMIN_KEY", parent: KEPT.CloudRunApp },
		],
		unnamed: { first: [], later: [] },
		program: (app) => program("gcp", "GcsBackupBucket", "CloudRunApp", app),
		serves: /^gcp:cloudrunv2\/service/,
	},
	aws: {
		environment: "aws-staging",
		stateful: [
			{ type: "aws:s3/bucket:Bucket", name: "notes-bucket", parent: "holdfast:aws:S3BackupBucket" },
			{ type: "aws:secretsmanager/secret:Secret", name: "notes-secret-ADMIN_KEY", parent: "holdfast:aws:FargateApp" },
			{ type: "aws:efs/fileSystem:FileSystem", name: "notes-files", parent: "holdfast:aws:FargateApp" },
		],
		unnamed: {
			first: ["aws:iam/role:Role", "aws:ec2/securityGroup:SecurityGroup"],
			later: ["aws:iam/policy:Policy"],
		},
		program: (app) => program("aws", "S3BackupBucket", "FargateApp", app),
		serves: /^aws:(?:ecs|lb)\//,
	},
};

/** An app component of the stack's program. */
interface AppOf {
	name: string;
	/** The one whose name it had. */
	was?: string;
	/** Physical names that it keeps, of secrets and file systems, as the documentation of both components has it. */
	keeping?: Thing[];
}

/** What stacks/gcp.ts and stacks/aws.ts do, with the app as it is asked for. */
function program(cloud: "gcp" | "aws", bucket: string, component: string, app: AppOf | undefined): string {
	const settings = cloud === "gcp" ? "checkedGcpSettings" : "checkedAwsSettings";
	const file = component[0]?.toLowerCase() + component.slice(1);
	const options = app?.was === undefined ? {} : { aliases: [{ name: app.was }] };
	const names = (app?.keeping ?? []).map(({ type, inputs: { name, secretId, creationToken } }) => {
		const part = type.endsWith(":Secret") ? "secret" : "fileSystem";
		return `${part}: (args: object) => ({ ...args, ...${JSON.stringify({ name, secretId, creationToken })} })`;
	});
	return [
		`import { ${bucket} as Bucket } from "${ROOT}/components/${cloud}/backupBucket";`,
		`import { ${component} } from "${ROOT}/components/${cloud}/${file}";`,
		`import { ${settings} } from "${ROOT}/stacks/${cloud}Settings";`,
		`const { name, args, backup } = ${settings}();`,
		"const bucket = new Bucket(name, backup);",
		`const transform: any = { ${names.join(", ")} };`,
		app && `new ${component}("${app.name}", { ...args, backup: bucket, transform }, ${JSON.stringify(options)});`,
	].join("\n");
}

it.concurrent.for(Object.values(CLOUDS))(
	"faults 26, 27 and 28: $environment: killed, mended; its app removed, renamed",
	async (cloud, test) => {
		const stack = await environment(test, cloud.environment, (config) => {
			if (cloud.environment !== "aws-staging") return;
			config["holdfast:aws"] = { ...config["holdfast:aws"], files: { mountPath: "/app/files" } };
		});
		const types = cloud.stateful.map(({ type }) => type);

		// The cloud makes whatever holds data, and the engine dies before it hears of that.
		await upKilled(stack, [...types, ...cloud.unnamed.first]);
		const made = stateful(stack);
		expect(made).toHaveLength(types.length);
		const refused = await stack.up("--skip-preview");
		expect(refused.code).toBe(255);
		const hints = hintsFor(refused.output, cloud.environment);
		expect(hints.join("\n")).toContain("--parent 'component=");
		for (const it of cloud.stateful) await imported(stack, it);

		// Now it dies where nothing has a name that the next one would meet.
		if (cloud.unnamed.later.length > 0) await upKilled(stack, cloud.unnamed.later);
		await stack.upAtOnce();
		expect(stateful(stack)).toEqual(made);
		const state = await stack.state();
		const known = new Set(state.map(({ id }) => id));
		expect(made.filter((it) => !known.has(it.split(" ")[1]))).toEqual([]);
		expectHarmless(stack, cloud, known);

		// Without the app: a preview refuses it, and without one the update does, after it took away what holds no data.
		const before = stack.contents();
		stack.program(cloud.program(undefined));
		const removed = await stack.up("--skip-preview");
		expect(removed).toMatchObject({ code: 255, output: expect.stringContaining("because it is protected") });
		expect(withVersions(stack)).toEqual(withVersions(before));

		// Another name: an alias alone would have the secret replaced, whose name on the platform is made of the app's.
		stack.program(cloud.program({ name: "renamed", was: "notes" }));
		expect(refusal(await stack.preview())).toContain("unable to replace resource");
		const keeping = before.filter(({ type }) => /:Secret$|:FileSystem$/.test(type));
		stack.program(cloud.program({ name: "renamed", was: "notes", keeping }));
		await stack.upAtOnce();
		expect(stateful(stack)).toEqual(made);
		expect(withVersions(stack)).toEqual(expect.arrayContaining(withVersions(before)));

		// Without an alias it is another app, beside which the first one stays.
		stack.program(cloud.program({ name: "third" }));
		const third = await stack.up("--skip-preview");
		expect(third).toMatchObject({ code: 255, output: expect.stringContaining("because it is protected") });
		expect(withVersions(stack)).toEqual(expect.arrayContaining(withVersions(before)));

		// With the protection taken away, as a person does who wants it so: what serves goes, what holds data stays.
		await stack.succeeds("state", "unprotect", "--all", "--yes");
		stack.program(cloud.program(undefined));
		await stack.upAtOnce();
		expect(withVersions(stack)).toEqual(expect.arrayContaining(withVersions(before)));
		expect(stack.contents().filter(({ type }) => cloud.serves.test(type) && !/taskDefinition/.test(type))).toEqual([]);
	},
);

/** What holds data, and the values of the secrets, as the cloud has them. */
function withVersions(from: CloudStack | Thing[]): string[] {
	const contents = Array.isArray(from) ? from : from.contents();
	const data = /:Bucket$|:Secret$|:SecretVersion$|:FileSystem$/;
	return contents
		.filter(({ type }) => data.test(type))
		.map(({ type, id, inputs }) => `${type} ${id} ${JSON.stringify(inputs.name ?? inputs.secretId ?? "")}`)
		.sort();
}

/** What the state does not know grants nothing and holds nothing, for nothing that it knows refers to it. */
function expectHarmless(stack: CloudStack, cloud: Cloud, known: Set<string | undefined>): void {
	const unnamed = [...cloud.unnamed.first, ...cloud.unnamed.later];
	const contents = stack.contents();
	const lost = contents.filter(({ id }) => !known.has(id));
	console.log(`${cloud.environment}: made and forgotten: ${lost.map(({ type }) => type).join(", ") || "nothing"}`);
	expect([...new Set(lost.map(({ type }) => type))].sort()).toEqual(unnamed.sort());
	const used = contents.filter(({ id }) => known.has(id)).map(({ inputs }) => JSON.stringify(inputs));
	for (const { id } of lost) expect(used.filter((inputs) => inputs.includes(id))).toEqual([]);
}

/**
 * An update that dies once the cloud has made one of each of these, of which the engine never hears, and once the engine has
 * written down everything else.
 */
async function upKilled(stack: CloudStack, types: string[]): Promise<void> {
	const counted = () => types.map((type) => stack.contents(type).length);
	const before = counted();
	const earlier = stack.contents().map(({ id }) => id);
	const begun = () => counted().every((count, index) => count > (before[index] ?? 0));
	stack.environment.HOLDFAST_DOUBLE_SILENT = types.join(",");
	const options = { cwd: stack.directory, env: stack.env(), detached: true, stdio: "ignore" } as const;
	const child = spawn(join(await engineDirectory(), "pulumi"), stack.args(["up", "--yes", "--skip-preview"]), options);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	const deadline = Date.now() + 60_000;
	try {
		for (let quiet = 0; quiet < 10; quiet = begun() && isKnown(stack, earlier, types) ? quiet + 1 : 0) {
			if (child.exitCode !== null) throw new Error(`the update ended by itself: exit code ${child.exitCode}`);
			if (Date.now() > deadline) throw new Error(`of ${types.join(", ")} there were ${before} and are ${counted()}`);
			await sleep(50);
		}
	} finally {
		// All with this variable, plugins too, so that nothing of it goes on beside what follows.
		await killAll(`PULUMI_HOME=${join(stack.home, "pulumi")}`);
		await ended;
	}
	delete stack.environment.HOLDFAST_DOUBLE_SILENT;
	await stack.succeeds("cancel", "--yes");
}

/** Whether the engine has written down all that the cloud has, but for what it had earlier and for these types. */
function isKnown(stack: CloudStack, earlier: string[], but: string[]): boolean {
	const file = join(stack.home, "backend", ".pulumi", "stacks", "holdfast", `${stack.name}.json`);
	const state = existsSync(file) ? readFileSync(file, "utf8") : "";
	const others = stack.contents().filter(({ id, type }) => !earlier.includes(id) && !but.includes(type));
	return others.every(({ id }) => state.includes(JSON.stringify(id)));
}

/** What the component's documentation says for what exists. */
async function imported(stack: CloudStack, { type, name, parent }: Cloud["stateful"][number]): Promise<void> {
	const [thing] = stack.contents(type);
	if (thing === undefined) throw new Error(`the cloud has no ${type}`);
	const component = `component=urn:pulumi:${stack.name}::holdfast::${parent}::notes`;
	await stack.succeeds("import", type, name, thing.id, "--parent", component, "--yes", "--generate-code=false");
}
