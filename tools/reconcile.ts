import { hostname } from "node:os";
import type { DockerCli } from "../components/docker/cli";
import { remove, removeLooks, thingsOn } from "./reconcile/host";
import { leftovers, type Thing } from "./reconcile/leftovers";
import { isAbandoned, isPulumi, locksOf } from "./reconcile/lock";
import { readState, type State } from "./reconcile/state";
import { pulumi } from "./stackConfig";
import { localBackendUrl } from "./workspace";

/** Whose update this is. */
export interface Scene {
	stack: string;
	env: NodeJS.ProcessEnv;
	docker: DockerCli;
}

/** How a way was cleared: another exit code than 0 where it was not, and what is to go after the update. */
interface Cleared {
	code: number;
	after: Thing[];
}

const CLEAR: Cleared = { code: 0, after: [] };

/** Takes away the lock of an update that was killed on this machine. One whose process lives is left to it. */
export async function unlock({ stack, env }: Pick<Scene, "stack" | "env">): Promise<void> {
	const locks = locksOf(stack, env);
	if (locks.length === 0) return;
	// Pulumi takes all of them away at once.
	const abandoned = await Promise.all(locks.map((lock) => isAbandoned(lock, hostname(), isPulumi)));
	if (abandoned.includes(false)) return;
	const { code } = await pulumi(stack, ["cancel", "--yes", "--stack", stack], env, "pipe");
	const when = locks[0] === undefined ? "" : ` of ${locks[0].timestamp.slice(0, 19)}Z (process ${locks[0].pid})`;
	if (code === 0) console.log(`The update${when} was cut off; its lock is taken away.`);
}

/** What to say after a failure that may come from a lock that only a person can judge. */
export function lockHint({ stack, env }: Pick<Scene, "stack" | "env">): void {
	if (env.PULUMI_BACKEND_URL === localBackendUrl() && locksOf(stack, env).length === 0) return;
	const cancel = `npm run pulumi -- cancel --yes --stack ${stack}`;
	console.error(`  Where it says that the stack is locked, and it is certain that no other update runs: ${cancel}`);
}

/** What an update that was cut off has left in the way of the next one; nothing of that is there as a rule, and then it asks once. */
export async function clearTheWay(scene: Scene, state: State | undefined): Promise<Cleared> {
	const { stack, env, docker } = scene;
	// Of organization/project/stack, which other backends have, the labels say the last.
	const whose = { stack: stack.split("/").at(-1) ?? stack, backend: env.HOLDFAST_BACKEND };
	const lost = async (known: State | undefined) =>
		leftovers(await thingsOn(docker), { ...whose, ids: known?.ids ?? new Set() });
	const [first] = await Promise.all([lost(state), removeLooks(docker)]);
	if (state === undefined) {
		// Then nothing of the stack is known, and all of it would look left behind.
		if (first.before.length + first.after.length > 0)
			console.log("The state cannot be read, so nothing that an earlier update may have left behind is removed.");
		return CLEAR;
	}
	if (state.pending + first.before.length + first.after.length === 0) return CLEAR;

	// It forgets what was under way; and it needs the stack's lock, so that it fails where another update runs right now,
	// whose containers are not in the state yet either.
	const target = state.urn === undefined ? [] : ["--target", state.urn];
	const refresh = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...target];
	const { code, output } = await pulumi(stack, refresh, env, "pipe");
	if (code !== 0) {
		console.error(output.trim());
		lockHint(scene);
		return { code, after: [] };
	}
	console.log("An earlier update was cut off; what it left behind is cleared away.");
	const now = await readState(stack, env);
	if (now === undefined) return { code: 1, after: [] };
	const { before, after } = await lost(now);
	await remove(docker, before);
	return { code: 0, after };
}

/** Removes what had to stay until the update had succeeded. */
export async function clearAfter({ docker }: Scene, after: Thing[], state: State | undefined): Promise<void> {
	if (state === undefined) return;
	await remove(
		docker,
		after.filter(({ id }) => !state.ids.has(id)),
	);
}
