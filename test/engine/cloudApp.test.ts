import { expect, it } from "vitest";
import { ROOT } from "../../tools/workspace";
import { killedUp } from "./cloudKilled";
import { CloudStack, names, refusal } from "./cloudStack";

// A real engine and real plugin processes; the clouds behind them are the doubles of cloudDouble/.

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
/** What must never go while an app is renamed or taken out of the program. */
const STATEFUL = /storage\/bucket:|s3\/bucket:|secrets?manager\/secret(Version)?:|efs\/fileSystem:/;

interface Described {
	/** The image's tag, as it were. */
	version?: string;
	name?: string;
	options?: string;
}

const app = (component: string, args: string) => {
	return ({ version = "1", name = "notes", options = "{}" }: Described = {}) =>
		`new ${component}("${name}", {
	backup, port: 8000, data: { mountPath: "/app/data", databaseFile: "notes.db" },
	image: "ghcr.io/me/notes${version}@${DIGEST}", keeper: { image: "ghcr.io/me/keeper@${DIGEST}" },
	secrets: { ADMIN_KEY: pulumi.secret("a-value-that-nobody-may-read") }, ${args}
}, ${options});`;
};

const CLOUDS = {
	gcp: {
		before: `import * as pulumi from "@pulumi/pulumi";
import { CloudRunApp } from "${ROOT}/components/gcp/cloudRunApp";
const backup = new GcsBackupBucket("notes", { location: "asia-southeast1" });`,
		app: app("CloudRunApp", `location: "asia-southeast1"`),
		change: ["update notes-service"],
		stateful: 3,
	},
	aws: {
		before: `import * as pulumi from "@pulumi/pulumi";
import { FargateApp } from "${ROOT}/components/aws/fargateApp";
const backup = new S3BackupBucket("notes", {});`,
		app: app("FargateApp", `files: { mountPath: "/app/files" }`),
		change: ["replace notes-task", "update notes-service"],
		stateful: 4,
	},
};

it.concurrent.for(Object.entries(CLOUDS))(
	"%s: an app that is changed, killed, renamed or taken out leaves bucket, secret and files as they are",
	async ([, cloud], test) => {
		const stack = await CloudStack.make(test, `${cloud.before}\n${cloud.app()}`);
		await stack.upAtOnce();
		const kept = () =>
			stack
				.contents()
				.filter(({ type }) => STATEFUL.test(type))
				.map(({ type, id }) => `${type} ${id}`)
				.sort();
		const stateful = kept();
		expect(stateful).toHaveLength(cloud.stateful);

		// Killed in the middle of a deploy: the next one is the same deploy again, whole.
		stack.program(`${cloud.before}\n${cloud.app({ version: "2" })}`);
		const begun = performance.now();
		const killed = await killedUp(stack, () => performance.now() - begun > 1500 + Math.random() * 2000);
		const again = await stack.preview();
		console.log(
			`killed ${killed ? "in time" : "too late"}; the next update is to ${names(again).join(", ") || "do nothing"}`,
		);
		for (const step of names(again)) expect([...cloud.change, "create notes-task"]).toContain(step);
		await stack.upAtOnce();
		await stack.succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");
		expect(kept()).toEqual(stateful);

		// Out of the program, another name, another name with an alias: refused, and nothing has gone.
		const before = stack.contents();
		const others = [
			"",
			cloud.app({ version: "2", name: "other" }),
			cloud.app({ version: "2", name: "other", options: `{ aliases: [{ name: "notes" }] }` }),
		];
		for (const other of others) {
			stack.program(`${cloud.before}\n${other}`);
			expect(refusal(await stack.preview())).toMatch(/-(secret|files)[^"]*".*protect/s);
		}
		expect((await stack.up()).code).toBe(255);
		expect(stack.contents()).toEqual(before);

		// Who insists loses the app, and none of the data.
		stack.program(`${cloud.before}\n`);
		await stack.succeeds("state", "unprotect", "--all", "--yes");
		await stack.upAtOnce();
		expect(kept()).toEqual(stateful);
		expect(stack.contents().filter(({ type }) => /service:Service|loadBalancer:/.test(type))).toEqual([]);
	},
);
