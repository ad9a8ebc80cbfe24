import type { State } from "./plan";

/** What a DockerApp makes for its own work: volumes that each start fills anew. */
const SCRATCH = /::[^:]+-(scratch|rehearsal|gate|cache|secrets|keeper-secrets)$/;
const VOLUME_OF_AN_APP = /(^|\$)holdfast:docker:DockerApp\$docker:index\/volume:Volume$/;

/**
 * Whether a volume is one of Holdfast's own helpers, which hold no data. Whatever holds data is protected and retained by the
 * components, so that a volume that is either of these is never taken for scratch, whatever it is called.
 */
export function isScratch(
	urn: string,
	{ protect, retainOnDelete }: Pick<State, "protect" | "retainOnDelete">,
): boolean {
	// As urn:pulumi:stack::project::types::name, the types from the outermost component to the resource.
	const [, , types = ""] = urn.split("::");
	return !protect && !retainOnDelete && VOLUME_OF_AN_APP.test(types) && SCRATCH.test(urn);
}
