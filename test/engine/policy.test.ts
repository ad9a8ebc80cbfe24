import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RULES } from "../../components/guard/rules/index";
import type { Ended } from "../../tools/setup/command";
import { ROOT } from "../../tools/workspace";
import { environment } from "./cloudEnvironment";
import { CloudStack } from "./cloudStack";
import { TestStack } from "./testStack";

// A real engine and the pack as a user names it. Docker's provider is the real one, the clouds' are the doubles of cloudDouble/.

const PACK = ["--policy-pack", join(ROOT, "components", "policy")];

/** What the pack reports, as `rule name`, sorted. */
function reported({ output }: Ended): string[] {
	return [...output.matchAll(/- \[(?:mandatory|advisory)\] +(\S+) +\(\S+ (\S+)\)/g)]
		.map(([, rule, name]) => `${rule} ${name}`)
		.sort();
}

function preview(stack: { pulumi(...args: string[]): Promise<Ended> }, ...options: string[]): Promise<Ended> {
	return stack.pulumi("preview", ...PACK, ...options);
}

const SDKS = ["docker", "gcp", "aws"]
	.map((sdk) => `import * as ${sdk} from "@pulumi/${sdk}";`)
	.concat(`import * as pulumi from "@pulumi/pulumi";`, `const kept = { protect: true };`)
	.join("\n");

/** One resource for each name, which breaks the rule of that name and no other. */
const PLANTED = `${SDKS}
const name = "notes-1", location = "EU", publicAccessPrevention = "enforced", image = "notes:1", family = "notes";
const statement = (Action: string, Resource: string) =>
	JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
const anybody = JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Web", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::notes/*" }] });
const environment = (value: string) => JSON.stringify([{ name: "app", image, environment: [{ name: "DB_PASSWORD", value }] }]);

new docker.Volume("data-is-protected", {});
new gcp.sql.DatabaseInstance("data-is-backed-up", { name, databaseVersion: "POSTGRES_15", region: "europe-west1", settings: { tier: "db-f1-micro" } }, kept);
new gcp.storage.BucketIAMMember("no-public-bucket", { bucket: "notes", role: "roles/storage.objectViewer", member: "allUsers" });
new gcp.storage.Bucket("no-public-bucket-prevention", { name, location }, kept);
new aws.s3.BucketPolicy("no-public-bucket-policy", { bucket: "notes", policy: anybody });
new aws.s3.BucketPublicAccessBlock("no-public-bucket-block", { bucket: "notes", blockPublicAcls: true });
new aws.iam.Policy("no-wildcard-iam", { policy: statement("s3:*", "*") });
new gcp.projects.IAMMember("no-wildcard-iam-role", { project: "shop-1", role: "roles/editor", member: "user:me@example.com" });
new gcp.storage.Bucket("no-force-destroy", { name, location, publicAccessPrevention, forceDestroy: true }, kept);
new docker.Container("no-secret-in-environment", { image, envs: ["API_TOKEN=hunter2-of-docker"] });
new docker.Container("no-secret-in-environment-secret", { image, envs: [pulumi.secret("API_TOKEN=hunter2-of-pulumi")] });
new aws.ecs.TaskDefinition("no-secret-in-environment-task", { family, containerDefinitions: environment("hunter2-of-ecs") });
new gcp.cloudrunv2.Service("no-secret-in-environment-service", { name, location, template: { containers: [{ image, envs: [{ name: "DATABASE_URL", value: "postgres://app:hunter2@db/notes" }] }] } });
new docker.Volume("no-sqlite-on-network-file-system", { driver: "local", driverOpts: { type: "nfs", o: "addr=10.0.0.2", device: ":/data" } }, kept);
new aws.ecs.TaskDefinition("no-sqlite-on-network-file-system-task", {
	family,
	volumes: [{ name: "files", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
	containerDefinitions: JSON.stringify([{ name: "app", image, environment: [{ name: "DATABASE_URL", value: "sqlite:////data/notes.db" }], mountPoints: [{ sourceVolume: "files", containerPath: "/data" }] }]),
});
`;

/** As PLANTED, and right; with what a preview does not know yet, or keeps secret. */
const CLEAN = `${SDKS}
const name = "notes-1", location = "EU", publicAccessPrevention = "enforced", image = "notes:1", family = "notes";
const volume = new docker.Volume("data", {}, kept);
new docker.Container("app", { image, envs: ["DATABASE_URL=sqlite:////data/notes.db", "API_TOKEN_FILE=/run/secrets/token"], volumes: [{ volumeName: volume.name, containerPath: "/data" }] });
const bucket = new gcp.storage.Bucket("bucket", { name, location, publicAccessPrevention }, kept);
new gcp.storage.BucketIAMMember("reader", { bucket: bucket.name, role: "roles/storage.objectViewer", member: "user:me@example.com" });
const store = new aws.s3.Bucket("store", {}, kept);
new aws.s3.BucketVersioning("versions", { bucket: store.id, versioningConfiguration: { status: "Enabled" } });
const files = new aws.efs.FileSystem("files", {}, kept);
new aws.efs.BackupPolicy("backup", { fileSystemId: files.id, backupPolicy: { status: "ENABLED" } });
new aws.iam.Policy("policy", { policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: store.arn }] }) });
const task = { name: "app", image, environment: [{ name: "DATABASE_URL", value: "sqlite:////data/notes.db" }], mountPoints: [{ sourceVolume: "files", containerPath: "/app/files" }] };
new aws.ecs.TaskDefinition("task", { family, volumes: [{ name: "files", efsVolumeConfiguration: { fileSystemId: files.id } }], containerDefinitions: pulumi.jsonStringify([task]) });
`;

it.concurrent("fault 31: each planted violation is reported by its rule, without a secret's value", async (test) => {
	const stack = await CloudStack.make(test, PLANTED);
	const found = await preview(stack);
	expect(found.code).not.toBe(0);
	const planted = [...PLANTED.matchAll(/^new \S+\("(\S+?)"/gm)].map(([, name = ""]) => name);
	const ruleOf = (name: string) => RULES.find((rule) => name.startsWith(rule.name))?.name;
	expect(reported(found)).toEqual(planted.map((name) => `${ruleOf(name)} ${name}`).sort());
	expect(new Set(planted.map(ruleOf))).toEqual(new Set(RULES.map(({ name }) => name)));
	expect(found.output).toContain("Environment variable API_TOKEN holds");
	expect(found.output).not.toContain("hunter2");

	// What only the whole stack shows is asked once nothing else is wrong.
	stack.program(`${CLEAN}new aws.s3.Bucket("alone", {}, kept);\nnew aws.efs.FileSystem("lonely", {}, kept);`);
	expect(reported(await preview(stack))).toEqual(["data-is-backed-up alone", "data-is-backed-up lonely"]);
});

it.concurrent("a clean program passes, and a configuration can soften a rule or leave it out", async (test) => {
	const stack = await CloudStack.make(test, CLEAN);
	expect(await preview(stack)).toMatchObject({ code: 0, output: expect.stringContaining("✅ holdfast@v") });

	stack.program(`${CLEAN}new docker.Volume("more", {});`);
	expect((await preview(stack)).code).not.toBe(0);
	const config = join(stack.home, "policy.json");
	const configured = async (level: string) => {
		writeFileSync(config, JSON.stringify({ "data-is-protected": level }));
		return preview(stack, "--policy-pack-config", config);
	};
	const softened = await configured("advisory");
	expect(softened.code).toBe(0);
	expect(reported(softened)).toEqual(["data-is-protected more"]);
	const without = await configured("disabled");
	expect(without.code).toBe(0);
	expect(reported(without)).toEqual([]);
});

it.concurrent.for(["gcp-staging", "gcp-prod", "aws-staging", "aws-prod"])("%s keeps all rules", async (name, test) => {
	const stack = await environment(test, name, (config) => {
		if (name === "aws-staging")
			config["holdfast:aws"] = { ...config["holdfast:aws"], files: { mountPath: "/app/files" } };
		if (name === "gcp-staging") config["holdfast:postgres"] = {};
	});
	if (name.endsWith("-prod")) {
		// The engine's own passphrase goes on, as in cloudEnvironments.test.ts.
		const shown = join(stack.home, "shown.yaml");
		writeFileSync(shown, `secretsprovider: ${name.startsWith("gcp") ? "gcpkms" : "awskms"}://a-key\n`);
		stack.environment.HOLDFAST_CONFIG = shown;
	}
	const keepsAll = async () => {
		const found = await preview(stack);
		expect(reported(found)).toEqual([]);
		expect(found).toMatchObject({ code: 0, output: expect.stringContaining("✅ holdfast@v") });
	};
	// Of a new stack little is known before it is up: policies and task definitions are there afterwards.
	await keepsAll();
	await stack.upAtOnce();
	await keepsAll();
});

it.concurrent("the local stack keeps all rules, with a secret, a cache and Postgres", async () => {
	const stack = await TestStack.make();
	stack.secrets = { ADMIN_KEY: "hunter2-of-the-app" };
	stack.configure({ secrets: ["ADMIN_KEY"], cache: { mountPath: "/app/cache" } }, { postgres: {} });
	await stack.setSecrets();
	const found = await preview(stack);
	expect(reported(found)).toEqual([]);
	expect(found).toMatchObject({ code: 0, output: expect.stringContaining("✅ holdfast@v") });
	expect(found.output).not.toContain("hunter2");
	// It was a preview of something.
	expect(found.output).toContain("notes-data");
});

it("the pack has the version of the package", () => {
	const versionIn = (directory: string) =>
		(JSON.parse(readFileSync(join(ROOT, directory, "package.json"), "utf8")) as { version: string }).version;
	expect(versionIn("components/policy")).toBe(versionIn("."));
});
