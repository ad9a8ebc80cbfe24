import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Problem, shown } from "../components/validate";

const words = z.record(z.string(), z.string());

/** The shape of a stack's configuration. What the values mean is checked by the components. */
export const shape = z.strictObject({
	target: z.literal("docker").optional(),
	name: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/),
	app: z.strictObject({
		image: z.string().optional(),
		build: z
			.strictObject({ context: z.string(), dockerfile: z.string().optional(), args: words.optional() })
			.optional(),
		port: z.number(),
		data: z.strictObject({
			mountPath: z.string(),
			databaseFile: z.string(),
			variables: z.record(z.string(), z.enum(["directory", "file", "url"])).optional(),
			urlScheme: z.string().optional(),
		}),
		cache: z.strictObject({ mountPath: z.string(), variables: z.array(z.string()).optional() }).optional(),
		environment: words.optional(),
		secrets: z.array(z.string()).optional(),
		command: z.array(z.string()).optional(),
		health: z
			.union([
				z.literal(false),
				z.strictObject({
					path: z.string().optional(),
					intervalSeconds: z.number().optional(),
					timeoutSeconds: z.number().optional(),
					retries: z.number().optional(),
					startPeriodSeconds: z.number().optional(),
				}),
			])
			.optional(),
		migration: z.array(z.string()).optional(),
		user: z.union([z.number(), z.string()]).optional(),
		group: z.number().optional(),
		cpus: z.number().optional(),
		memoryMiB: z.number().optional(),
		logs: z.strictObject({ maxSizeMB: z.number().optional(), maxFiles: z.number().optional() }).optional(),
		stopGraceSeconds: z.number().optional(),
		initialData: z.string().optional(),
		deploy: z
			.strictObject({
				rehearsal: z.union([z.literal(false), z.strictObject({ network: z.boolean().optional() })]).optional(),
				mayLose: z.array(z.string()).optional(),
			})
			.optional(),
		acknowledge: z.enum(["local", "replicated"]).optional(),
		door: z
			.union([
				z.literal(false),
				z.strictObject({
					mostHeld: z.number().optional(),
					mostHeldMiB: z.number().optional(),
					longestHoldSeconds: z.number().optional(),
					drainSeconds: z.number().optional(),
					mostBodyMiB: z.number().optional(),
					onStoreOutage: z.enum(["refuse", "accept"]).optional(),
					acknowledgeSeconds: z.number().optional(),
				}),
			])
			.optional(),
	}),
	publish: z.strictObject({ port: z.number().optional(), address: z.string().optional() }).optional(),
	existingData: z.strictObject({ volume: z.string().optional(), directory: z.string().optional() }).optional(),
	keeper: z
		.strictObject({
			drillHours: z.number().optional(),
			staleSeconds: z.number().optional(),
			leaseSeconds: z.number().optional(),
		})
		.optional(),
	backup: z
		.union([
			z.literal("false"),
			z.strictObject({
				volume: z.string().optional(),
				directory: z.string().optional(),
				url: z.string().optional(),
				environment: words.optional(),
				secrets: z.array(z.string()).optional(),
				retentionDays: z.number().optional(),
			}),
		])
		.optional(),
});

/** What a configuration looks like once it has the right shape. */
export type Settings = z.infer<typeof shape>;

type Issue = z.core.$ZodIssue;

/** Everything in which `raw` has not the shape: unknown keys with the nearest known one, wrong and missing values. */
export function shapeProblems(raw: unknown): Problem[] {
	const parsed = shape.safeParse(raw, { reportInput: true });
	return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, raw));
}

function problemsOf(issue: Issue, raw: unknown): Problem[] {
	const propertyPath = issue.path.join(".");
	const got = `got ${shown(valueAt(raw, issue.path)) ?? "nothing"}`;
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) => ({
				propertyPath: [...issue.path, key].join("."),
				reason: unknownKey(key, knownKeys(issue.path)),
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
			return object.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, raw));
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

/** The keys that the shape knows at a path. */
function knownKeys(path: PropertyKey[]): string[] {
	let at: unknown = shape;
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
