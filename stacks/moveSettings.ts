import type { Database, MoveArgs } from "../components/postgres";
import type { Problem } from "../components/validate";

/** Of a stack's settings, those that every target with a Postgres has. */
interface MoveSettings {
	database?: Database;
	postgres?: MoveArgs;
}

/** The server's own options and the move's, which a stack has in one group. Undefined where nothing names Postgres. */
export function moveSettings<S extends MoveSettings>({ database, postgres }: S) {
	if (database !== "postgres" && postgres === undefined) return undefined;
	const {
		replace,
		return: back,
		settled,
		urlScheme,
		attempt,
		...server
	} = (postgres ?? {}) as NonNullable<S["postgres"]> & { attempt?: number };
	const given = Object.entries({ replace, return: back, settled, urlScheme, attempt }).filter(
		([, value]) => value !== undefined,
	);
	return { server, move: given.length === 0 ? undefined : (Object.fromEntries(given) as MoveArgs) };
}

/** An option of the move under the name that it has in a stack's configuration. */
export function asMoveSetting({ propertyPath, reason }: Problem): Problem {
	return { propertyPath: propertyPath.replace(/^move(?=\.|$)/, "postgres"), reason };
}
