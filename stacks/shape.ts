import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Problem, shown } from "../components/validate";
import { SHAPES, TARGET_NAMES, type Target } from "./shapes";

type Issue = z.core.$ZodIssue;

/** Everything in which `raw` has not the shape: unknown keys with the nearest known one, wrong and missing values. */
export function shapeProblems(raw: unknown, target: Target = "docker"): Problem[] {
	const parsed = SHAPES[target].safeParse(raw, { reportInput: true });
	return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, raw, target));
}

function problemsOf(issue: Issue, raw: unknown, target: Target): Problem[] {
	const propertyPath = issue.path.join(".");
	const got = `got ${shown(valueAt(raw, issue.path)) ?? "nothing"}`;
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) => ({
				propertyPath: [...issue.path, key].join("."),
				reason: unknownSetting(issue.path, key, target),
			}));
		case "invalid_type":
			return [{ propertyPath, reason: `must be ${kindOf(issue.expected)} (${got})` }];
		case "invalid_value":
			return [{ propertyPath, reason: `must be one of ${issue.values.join(", ")} (${got})` }];
		case "invalid_union": {
			const object = issue.errors.find((issues) =>
				issues.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
			);
			if (object === undefined) return [{ propertyPath, reason: `must be of another kind (${got})` }];
			return object.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, raw, target));
		}
		case "invalid_format":
			return [
				{
					propertyPath,
					reason: `must be lower-case letters, digits and -, at most 30, and begin with a letter (${got})`,
				},
			];
		default:
			return [{ propertyPath, reason: `${issue.message} (${got})` }];
	}
}

/** What to say of a key that a target does not know: another one may. */
export function unknownSetting(path: PropertyKey[], key: string, target: Target): string {
	const others = (Object.keys(SHAPES) as Target[]).filter((other) => knownKeys(path, other).includes(key));
	const [first] = others;
	if (first === undefined) return unknownKey(key, knownKeys(path, target));
	const where = others.map((other) => TARGET_NAMES[other]).join(" and ");
	return `is for ${where} (got ${shown(key)}), and this stack's holdfast:target is ${target}: take it out`;
}

/** What to say of a key that nobody knows. */
export function unknownKey(key: string, known: string[]): string {
	const near = closest(key, known);
	const isNear = distance(key.toLowerCase(), near.toLowerCase()) <= Math.max(2, key.length / 3);
	return `is not a setting (got ${shown(key)}): ${isNear ? `did you mean ${near}?` : `there are ${known.join(", ")}`}`;
}

function kindOf(expected: string): string {
	return (
		{
			number: "a number",
			boolean: "true or false",
			string: "a text",
			array: "a list",
			object: "a group of settings",
			record: "a group of names and texts",
		}[expected] ?? expected
	);
}

/** The keys that a target's shape knows at a path. */
export function knownKeys(path: PropertyKey[], target: Target): string[] {
	let at: unknown = SHAPES[target];
	for (const key of path) {
		at = objectIn(at)?.shape[key as string];
	}
	return Object.keys(objectIn(at)?.shape ?? {});
}

function objectIn(schema: unknown): z.ZodObject | undefined {
	if (schema instanceof z.ZodObject) return schema;
	if (schema instanceof z.ZodOptional) return objectIn(schema.unwrap());
	if (schema instanceof z.ZodUnion) return schema.options.map(objectIn).find((option) => option !== undefined);
	return undefined;
}

function valueAt(raw: unknown, path: PropertyKey[]): unknown {
	return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], raw);
}
