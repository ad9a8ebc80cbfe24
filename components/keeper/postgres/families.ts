import type { Conversion, Family, TargetType } from "./conversion";
import { NUMBERS } from "./numbers";
import { ENUM, TEXTS } from "./texts";
import { TIMES } from "./times";

const FAMILIES: Record<string, Family> = { ...NUMBERS, ...TEXTS, ...TIMES };

/** How values go to a type; undefined for a type that nobody has written a rule for. */
export function conversionOf(value: string, held: string, type: TargetType): Conversion | undefined {
	const family =
		type.labels !== undefined ? ENUM : Object.hasOwn(FAMILIES, type.name) ? FAMILIES[type.name] : undefined;
	return family?.(value, held, type);
}

/** The types with a rule, for a message. */
export const KNOWN = [...Object.keys(FAMILIES), "enums"].join(", ");
