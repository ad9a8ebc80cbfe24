import { isHidden, isObject, list, parsed } from "./values";

/** One environment variable whose value stands in the definition of what runs. */
export interface Variable {
	name: string;
	value: string;
}

/** What platforms call an environment: Docker, Cloud Run, ECS, Lambda, Kubernetes, Azure and others. */
const ENVIRONMENTS = new Set([
	"env",
	"envs",
	"environment",
	"environmentVariables",
	"buildEnvironmentVariables",
	"runtimeEnvironmentVariables",
	"variables",
]);

/** Options that hold definitions as a JSON text: of ECS and of AWS Batch. */
const JSON_TEXTS = new Set(["containerDefinitions", "containerProperties"]);

/** All variables in plain text below some properties, at whatever depth: also those of several containers. */
export function plainEnvironment(value: unknown): Variable[] {
	const found: Variable[] = [];
	collect(value, found);
	return found;
}

function collect(value: unknown, found: Variable[]): void {
	if (Array.isArray(value)) {
		for (const each of value) collect(each, found);
	} else if (isObject(value)) {
		for (const key of Object.keys(value)) {
			if (ENVIRONMENTS.has(key)) found.push(...variables(value[key]));
			collect(JSON_TEXTS.has(key) ? parsed(value[key]) : value[key], found);
		}
	}
}

function variables(environment: unknown): Variable[] {
	const entries = isObject(environment) ? Object.entries(environment) : list(environment).map(entry);
	return entries.flatMap(([name, value]) =>
		typeof name === "string" && typeof value === "string" && !isHidden(value) ? [{ name, value }] : [],
	);
}

/** `NAME=value`, or an object that says both. What is a reference to a secret has no value, or says of what type it is. */
function entry(each: unknown): [unknown, unknown] {
	if (typeof each === "string") {
		const [, name, value] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
		return [name, value];
	}
	if (!isObject(each)) return [undefined, undefined];
	const isReference = typeof each.type === "string" && !/^(?:PLAINTEXT|GENERAL)$/.test(each.type);
	return [each.name ?? each.key, isReference ? undefined : each.value];
}
