/** What `pulumi preview --json` says, as far as the guard needs it. */

/** In place of a value that is known only after the update: the engine's own mark. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** In place of a secret: the engine's own word. */
export const SECRET = "[secret]";

/** A resource before or after the update. */
export interface State {
	type: string;
	/** What the platform calls it. Empty for what is not there yet. */
	id: string;
	/** Of a custom resource. Empty for components. */
	inputs: Record<string, unknown>;
	/** As far as a preview knows them. */
	outputs: Record<string, unknown>;
	protect: boolean;
	retainOnDelete: boolean;
}

export interface Step {
	/** As `same`, `create`, `update`, `replace`, `create-replacement`, `delete-replaced`, `delete`, `import`, `refresh`. */
	op: string;
	urn: string;
	type: string;
	/** The last part of the URN. */
	name: string;
	old?: State;
	new?: State;
	/** Top-level properties that make it a replacement. */
	replaceReasons: string[];
}

export interface Plan {
	/** From the URNs; empty for a plan without steps. */
	stack: string;
	project: string;
	/** The stack's configuration in plain text; secrets are hidden by the engine. */
	config: Record<string, string>;
	steps: Step[];
}

/** A file of which nothing can be said: cut off, of another kind, or of a preview that failed. Never "safe". */
export class UnreadablePlan extends Error {
	override readonly name = "UnreadablePlan";
}
