import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { parse, stringify } from "yaml";
import { ROOT } from "../../tools/workspace";
import { CloudStack } from "./cloudStack";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
/** The program of stacks/. */
export const PROGRAM = `module.exports = require("${ROOT}/stacks/index");`;
/** What must never go. */
export const STATEFUL = new Set([
	"gcp:storage/bucket:Bucket",
	"gcp:secretmanager/secret:Secret",
	"gcp:sql/databaseInstance:DatabaseInstance",
	"gcp:sql/database:Database",
	"gcp:sql/user:User",
	"aws:s3/bucket:Bucket",
	"aws:secretsmanager/secret:Secret",
	"aws:efs/fileSystem:FileSystem",
]);
/** What the app's secret says. */
export const VALUE = "a-value-that-nobody-may-read";
type Settings = Record<string, Record<string, unknown>>;

/** A stack of one of stacks/'s files, with a secret of the app beside what the file says. */
export async function environment(test: TestContext, name: string, more: (config: Settings) => void = () => {}) {
	const content = parse(readFileSync(join(ROOT, "stacks", `Pulumi.${name}.yaml`), "utf8")) as { config: Settings };
	const app = content.config["holdfast:app"] ?? {};
	delete app.build;
	app.image = `ghcr.io/me/notes@${DIGEST}`;
	app.secrets = ["ADMIN_KEY"];
	content.config["holdfast:keeper"] = { ...content.config["holdfast:keeper"], image: `ghcr.io/me/keeper@${DIGEST}` };
	more(content.config);
	const stack = await CloudStack.make(test, PROGRAM, { name, project: "holdfast", file: stringify(content) });
	await stack.succeeds("config", "set", "--secret", "ADMIN_KEY", VALUE);
	return stack;
}

/** What the clouds have of it, by type and id. */
export function stateful(stack: CloudStack): string[] {
	return stack
		.contents()
		.filter(({ type }) => STATEFUL.has(type))
		.map(({ type, id }) => `${type} ${id}`)
		.sort();
}
