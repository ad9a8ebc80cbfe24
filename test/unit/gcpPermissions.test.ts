import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GcsBackupBucket } from "../../components/gcp/backupBucket";
import { CloudRunApp } from "../../components/gcp/cloudRunApp";
import type { CloudRunAppArgs } from "../../components/gcp/cloudRunArgs";
import { CloudSqlPostgres } from "../../components/gcp/cloudSqlPostgres";
import { args, startGoogle } from "./cloudRun";
import { Made } from "./mocks";

const made = new Made();
beforeAll(() => startGoogle(made));
beforeEach(() => made.forget());

/** What a component's doc says that it grants: the list below `Permissions:`. */
function documented(file: string): string[] {
	const source = readFileSync(join(__dirname, "..", "..", "components", "gcp", file), "utf8");
	const [, list = ""] = /^ \* Permissions:\n((?: \* - .+\n)+)/m.exec(source) ?? [];
	return list
		.trimEnd()
		.split("\n")
		.map((line) => line.replace(/^ \* - /, ""))
		.sort();
}

const ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole";

/** How the doc names the place of a binding. A kind of binding that nobody thought of fails. */
const PLACES: Record<string, (binding: Record<string, string>, condition?: string) => string> = {
	"gcp:storage/bucketIAMMember:BucketIAMMember": ({ bucket }, condition) => {
		if (bucket === "vault") return "the bucket of initialData, only with it";
		const below = /^resource\.name\.startsWith\("projects\/_\/buckets\/[^/]+\/objects\/([^"*]+)\/state\/"\)$/;
		if (condition === undefined) return "the bucket";
		const prefix = below.exec(condition)?.[1];
		return prefix === undefined ? condition : "objects below PREFIX/state/";
	},
	"gcp:projects/iAMMember:IAMMember": (_, condition) =>
		condition ===
		'resource.name == "projects/my-project/instances/shop-test-db" && resource.service == "sqladmin.googleapis.com"'
			? "the one instance, only with postgres"
			: `the whole project (${condition})`,
	"gcp:secretmanager/secretIamMember:SecretIamMember": ({ secretId }) =>
		/^[a-z0-9-]+$/.test(`${secretId}`) ? "each secret of the app" : `${secretId}`,
	"gcp:cloudrunv2/serviceIamMember:ServiceIamMember": ({ name }) =>
		name === "shop-test-notes" ? "the service, only with ingress public" : `${name}`,
};

/** Every binding that was made, as the doc would say it. */
function granted(): string[] {
	const bindings = made.types().filter((type) => /iam/i.test(type) && type !== ROLE);
	const lines = [...new Set(bindings)].flatMap((type) =>
		Object.values(made.of(type)).map(({ role, member, condition, ...binding }) => {
			const place = PLACES[type];
			if (place === undefined) throw new Error(`the test does not know ${type}`);
			return `${who(member)}: ${what(role)} on ${place(binding, condition?.expression)}`;
		}),
	);
	return [...new Set(lines)].sort();
}

function who(member: string): string {
	return /^serviceAccount:(writer|restorer)[^@]*@/.exec(member)?.[1] ?? member;
}

/** The permissions of a role of our own; the name of one of Google's. */
function what(role: string): string {
	const [name] = Object.keys(made.of(ROLE)).filter((known) => `${known}-id` === role);
	if (name === undefined) return role;
	const permissions: string[] = made.of(ROLE)[name]?.permissions ?? [];
	return permissions.join(", ");
}

async function makeApp(change: Partial<CloudRunAppArgs> = {}) {
	new CloudRunApp("notes", { ...args, secrets: { API_KEY: "a", MAIL_KEY: "b" }, ...change });
	await pulumi.runtime.disconnect();
}

describe("what is granted on Google Cloud is what the docs say", () => {
	it("GcsBackupBucket", async () => {
		new GcsBackupBucket("notes", { location: "EU", prefix: "a/b", keys: true });
		await pulumi.runtime.disconnect();
		expect(granted()).toEqual(documented("backupBucket.ts"));
		expect(granted()).toHaveLength(3);
		// No role that nobody has.
		const roles = Object.values(made.of("gcp:storage/bucketIAMMember:BucketIAMMember")).map(({ role }) => role);
		expect(roles.sort()).toEqual(
			Object.keys(made.of(ROLE))
				.map((name) => `${name}-id`)
				.sort(),
		);
	});

	it("CloudRunApp, public, with all that it can have", async () => {
		await makeApp({
			ingress: "public",
			scale: "always-on",
			domain: "notes.example.com",
			alerts: { email: "ops@example.com" },
			initialData: "gs://vault/seed.db",
			postgres: new CloudSqlPostgres("db", { location: args.location }),
		});
		expect(granted()).toEqual(documented("cloudRunApp.ts"));
		expect(granted()).toHaveLength(4);
	});

	it("CloudSqlPostgres grants nothing by itself", async () => {
		new CloudSqlPostgres("db", { location: "asia-southeast1" });
		await pulumi.runtime.disconnect();
		expect(granted()).toEqual([]);
	});

	it.each([{ ingress: "private" as const }, {}])("nobody is let in with %j", async (change) => {
		await makeApp(change);
		const always = (line: string) => !line.startsWith("allUsers") && !line.includes("only with");
		expect(granted()).toEqual(documented("cloudRunApp.ts").filter(always));
		expect(JSON.stringify(made.of("gcp:cloudrunv2/service:Service"))).not.toContain("allUsers");
	});

	it("one grant for each secret, and on no more than that secret", async () => {
		await makeApp();
		const grants = Object.values(made.of("gcp:secretmanager/secretIamMember:SecretIamMember"));
		const secrets = Object.values(made.of("gcp:secretmanager/secret:Secret"));
		expect(grants.map(({ secretId }) => secretId).sort()).toEqual(secrets.map(({ secretId }) => secretId).sort());
		expect(grants).toHaveLength(2);
	});

	it("no wildcard, no broad role, nothing for a whole project", async () => {
		new GcsBackupBucket("data", { location: "EU" });
		await makeApp({ ingress: "public" });
		for (const role of Object.values(made.of(ROLE))) {
			for (const permission of role.permissions) expect(permission).toMatch(/^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$/);
		}
		for (const line of granted()) {
			expect(line).not.toContain("*");
			expect(line).not.toMatch(/roles\/(owner|editor|viewer)|\.admin/i);
			expect(line).not.toContain("allAuthenticatedUsers");
		}
		expect(made.types().filter((type) => /projects\/iAM(Member|Binding|Policy)/.test(type))).toEqual([]);
	});
});
