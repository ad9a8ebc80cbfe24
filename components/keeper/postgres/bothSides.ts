import { checkAll } from "./check";
import { type Plan, planOf, type Replacements } from "./plan";
import { problemsRefusal } from "./problems";
import type { MoveProgress } from "./report";
import { lookingAtBytes } from "./rows";
import type { Server } from "./server";
import type { Source } from "./source";
import { type Target, targetOf } from "./target";
import { type Sums, verifyTables } from "./verify";

/** What both sides hold, in a transaction of Postgres that only reads and sees one moment. */
export async function bothSides(
	source: Source,
	server: Server,
	replacements: Replacements,
	tell: (progress: MoveProgress) => void,
): Promise<{ target: Target; plan: Plan; sums: Sums }> {
	await server.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	const target = await targetOf(server);
	// Where values were replaced, which ones is known only by the same look at all of them.
	return lookingAtBytes(Object.keys(replacements).length > 0, async (bytes) => {
		const plan = planOf(source, target, replacements, bytes);
		const { problems } = checkAll(source, plan);
		if (problems.length > 0) throw problemsRefusal(problems);
		return { target, plan, sums: await verifyTables(source, server, plan.tables, tell) };
	});
}
