/** A value as it crosses the line between engine and plugin: secrets are wrapped, what is not known yet has a mark. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export type Properties = Record<string, Value>;

/** The engine's own marks (sdk/proto: "signature" of special values). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isObject(value: Value | undefined): value is { [key: string]: Value } {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value without the wraps of secrets, however deep. */
export function bare(value: Value): Value {
	if (Array.isArray(value)) return value.map(bare);
	if (!isObject(value)) return value;
	if (value[SIGNATURE] === SECRET) return bare(value.value ?? null);
	return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, bare(of)]));
}

export function bareProperties(properties: Properties): Properties {
	return bare(properties) as Properties;
}

/** A property as text, where it is one that is known. */
export function text(properties: Properties, name: string): string | undefined {
	const value = properties[name];
	return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}
