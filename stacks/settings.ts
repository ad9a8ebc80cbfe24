import * as pulumi from "@pulumi/pulumi";
import { approvalProblems } from "../components/guard/approvals";
import { type Problem, throwProblems } from "../components/validate";
import { knownKeys, shapeProblems, unknownSetting } from "./shape";
import { type Settings, SHAPES, type Target } from "./shapes";

const NAMESPACE = "holdfast:";

/** Stands in for what has the wrong shape, so that the rest can be checked and all errors appear together. */
const STAND_IN = {
	name: "app",
	app: { port: 8000, data: { mountPath: "/app/data", databaseFile: "app.db" } },
};

/** A stack's configuration: what was read, and all that is wrong with it. */
export interface Configuration<T extends Target> {
	/** What was read; where the shape is wrong, something harmless. */
	settings: Settings<T>;
	/** The values of secrets, by name. */
	secrets(names: string[] | undefined): Record<string, pulumi.Input<string>>;
	/**
	 * Throws everything that is wrong at once: what the shape says, what components say of their options, and what the
	 * stack itself says of its settings.
	 */
	check(options: Problem[], own?: Problem[]): void;
}

/**
 * Reads the configuration of a stack.
 *
 * @param secretLists the lists of secrets' names in it, by their path
 */
export function readConfiguration<T extends Target>(
	target: T,
	secretLists: (settings: Settings<T>) => Record<string, string[] | undefined>,
): Configuration<T> {
	const config = new pulumi.Config();
	const raw = rawConfig(target);
	const wrong = shapeProblems(raw, target);
	const settings = standIn(raw, wrong) as Settings<T>;
	const lists = Object.entries(secretLists(settings)).map(([list, names]) => ({ list, names: names ?? [] }));
	const shapes = [
		...configProblems(
			target,
			lists.flatMap(({ names }) => names),
		),
		...wrong,
		...wrongApprovals(raw.approvals),
	];
	return {
		settings,
		secrets: (names = []) => Object.fromEntries(names.map((name) => [name, config.getSecret(name) ?? ""])),
		check: (options, own = []) =>
			throwProblems(`the configuration of stack ${pulumi.getStack()}`, [
				...shapes,
				...lists.flatMap(({ list, names }) => missingSecrets(list, names, config)),
				...own,
				...options.map(asSetting(target)).filter(isNotAbout(shapes)),
			]),
	};
}

/** Puts the options of a component below the group of the configuration that has them. */
export function below(group: string) {
	return ({ propertyPath, reason }: Problem): Problem => ({ propertyPath: `${group}.${propertyPath}`, reason });
}

/** The guard reads them from a preview; a mistake in them is told here as well, before anything is touched. */
function wrongApprovals(approvals: unknown): Problem[] {
	if (approvals === undefined) return [];
	return approvalProblems(approvals).map(({ path, reason }) => ({
		propertyPath: path.slice(NAMESPACE.length),
		reason,
	}));
}

/** Every `holdfast:` key of the stack, parsed, without the secrets' own. */
function rawConfig(target: Target): Record<string, unknown> {
	const config = new pulumi.Config();
	const entries = knownKeys([], target)
		.map((key) => [key, parsed(config.get(key))])
		.filter(([, value]) => value !== undefined);
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
function configProblems(target: Target, secretNames: string[]): Problem[] {
	const known = knownKeys([], target);
	const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(NAMESPACE));
	return keys.flatMap((key) => {
		const propertyPath = key.slice(NAMESPACE.length);
		const isSecret = isSecretKey(key);
		if (known.includes(propertyPath)) {
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
		return [{ propertyPath, reason: unknownSetting([], propertyPath, target) }];
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
function asSetting(target: Target) {
	const { app } = SHAPES[target].shape;
	const own = knownKeys([target], target);
	return ({ propertyPath, reason }: Problem): Problem => {
		const [first = ""] = propertyPath.split(".");
		const group = first in app.shape ? "app" : own.includes(first) ? target : undefined;
		return { propertyPath: group === undefined ? propertyPath : `${group}.${propertyPath}`, reason };
	};
}

/** Says of a problem of meaning whether its value is the user's own, and not one that stands in. */
function isNotAbout(shapes: Problem[]) {
	const within = (path: string, other: string) => `${path}.`.startsWith(`${other}.`);
	return ({ propertyPath }: Problem) =>
		!shapes.some((wrong) => within(propertyPath, wrong.propertyPath) || within(wrong.propertyPath, propertyPath));
}
