import * as pulumi from "@pulumi/pulumi";
import { type DockerAppArgs, dockerAppProblems } from "../components/docker/args";
import { DockerCli } from "../components/docker/cli";
import { hostProblems } from "../components/docker/host/index";
import { type Problem, throwProblems } from "../components/validate";
import { type Settings, shape, shapeProblems, unknownKey } from "./shape";

const NAMESPACE = "holdfast:";
const KEYS = Object.keys(shape.shape);

/** Stands in for what has the wrong shape, so that the rest can be checked and all errors appear together. */
const STAND_IN = {
	name: "app",
	app: { port: 8000, data: { mountPath: "/app/data", databaseFile: "app.db" } },
};

/** The configuration of a stack on a Docker host, with everything checked that can be before anything is touched. */
export async function checkedDockerSettings() {
	const raw = readConfig();
	const config = new pulumi.Config();
	const host = new pulumi.Config("docker").get("host");
	const wrong = shapeProblems(raw);
	const settings = standIn(raw, wrong) as Settings;
	const backup = settings.backup === "false" ? undefined : settings.backup;
	const secretNames = [...(settings.app.secrets ?? []), ...(backup?.secrets ?? [])];
	const shapes = [...configProblems(secretNames), ...wrong];
	const values = (names: string[] = []) =>
		Object.fromEntries(names.map((name) => [name, config.getSecret(name) ?? ""]));
	const args = {
		...settings.app,
		secrets: values(settings.app.secrets),
		publish: settings.publish,
		domain: settings.domain,
		existingData: settings.existingData,
		keeper: settings.keeper,
		backup: settings.backup === "false" ? false : backup && { ...backup, secrets: values(backup.secrets) },
	} as DockerAppArgs;

	const onHost = await hostProblems(new DockerCli(host), settings.name, args);
	const resolved = { ...args, ...onHost.identity };
	const meaning = [...dockerAppProblems(resolved), ...onHost.problems];
	const problems = [
		...shapes,
		...missingSecrets("app.secrets", settings.app.secrets ?? [], config),
		...missingSecrets("backup.secrets", backup?.secrets ?? [], config),
		...meaning.map(asSetting).filter(isNotAbout(shapes)),
	];
	throwProblems(`the configuration of stack ${pulumi.getStack()}`, problems);
	return { name: settings.name, args: resolved, host };
}

/** Every `holdfast:` key of the stack, parsed, without the secrets' own. */
function readConfig(): Record<string, unknown> {
	const config = new pulumi.Config();
	const entries = KEYS.map((key) => [key, parsed(config.get(key))]).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries);
}

/** Structured values arrive as JSON, plain ones as text. */
function parsed(value: string | undefined): unknown {
	if (value === undefined || !/^[[{]/.test(value.trim())) return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

/** Keys of the namespace that nobody knows, and secrets where they would end up in the open. */
function configProblems(secretNames: string[]): Problem[] {
	const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(NAMESPACE));
	return keys.flatMap((key) => {
		const propertyPath = key.slice(NAMESPACE.length);
		const isSecret = isSecretKey(key);
		if (KEYS.includes(propertyPath)) {
			if (!isSecret) return [];
			const reason =
				"must not hold a secret (got one), for it would be in the open: list its name in app.secrets and run npm run pulumi -- config set --secret NAME";
			return [{ propertyPath, reason }];
		}
		if (isSecret && secretNames.includes(propertyPath)) return [];
		if (isSecret) {
			const reason =
				"is a secret that the app does not get (got a value): add its name to app.secrets (or backup.secrets), or npm run pulumi -- config rm it";
			return [{ propertyPath, reason }];
		}
		return [{ propertyPath, reason: unknownKey(propertyPath, KEYS) }];
	});
}

/** The engine tells a program by this variable; the SDK keeps its own reading of it to itself. */
function isSecretKey(key: string): boolean {
	return (JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[]).includes(key);
}

function missingSecrets(list: string, names: string[], config: pulumi.Config): Problem[] {
	return names
		.filter((name) => config.getSecret(name) === undefined || !isSecretKey(NAMESPACE + name))
		.map((name) => ({
			propertyPath: `${list}.${name}`,
			reason: `must have a secret value (got none): npm run pulumi -- config set --secret ${name}`,
		}));
}

/** `raw` without what has the wrong shape, and with something harmless where something must be. */
function standIn(raw: Record<string, unknown>, problems: Problem[]): unknown {
	const copy = structuredClone(raw);
	for (const { propertyPath } of problems) {
		const path = propertyPath.split(".");
		// Of a list the whole: one without an element would be another list.
		const inList = path.findIndex((key) => /^\d+$/.test(key));
		if (inList >= 0) path.splice(inList);
		const last = path.pop() ?? "";
		const parent = path.reduce<Record<string, unknown> | undefined>(
			(at, key) => at?.[key] as Record<string, unknown>,
			copy,
		);
		if (typeof parent === "object" && parent !== null) delete parent[last];
	}
	return filled(copy, STAND_IN);
}

function filled(value: Record<string, unknown>, standIns: Record<string, unknown>): Record<string, unknown> {
	const result = { ...value };
	for (const [key, standIn] of Object.entries(standIns)) {
		if (result[key] === undefined) result[key] = standIn;
		else if (typeof standIn === "object")
			result[key] = filled(result[key] as Record<string, unknown>, standIn as Record<string, unknown>);
	}
	return result;
}

/** A component's option under the name that it has in the configuration. */
function asSetting({ propertyPath, reason }: Problem): Problem {
	const [first = ""] = propertyPath.split(".");
	return { propertyPath: first in shape.shape.app.shape ? `app.${propertyPath}` : propertyPath, reason };
}

/** Says of a problem of meaning whether its value is the user's own, and not one that stands in. */
function isNotAbout(shapes: Problem[]) {
	const within = (path: string, other: string) => `${path}.`.startsWith(`${other}.`);
	return ({ propertyPath }: Problem) =>
		!shapes.some((wrong) => within(propertyPath, wrong.propertyPath) || within(wrong.propertyPath, propertyPath));
}
