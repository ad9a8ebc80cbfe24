import { pulumi } from "../stackConfig";

/** What the tools need to know of a stack's state. */
export interface State {
	/** The stack's outputs; a secret one reads `[secret]`. */
	outputs: Record<string, string>;
	/** Ids of everything that the state knows. */
	ids: ReadonlySet<string>;
	/** Operations that were under way when an update was cut off. */
	pending: number;
	/** The stack itself; undefined where no update has got so far. */
	urn?: string;
}

interface Export {
	deployment?: {
		resources?: { type: string; urn: string; id?: string; outputs?: Record<string, unknown> }[];
		pending_operations?: { resource: { id?: string } }[];
	} | null;
}

/** Reads a stack's state, in which secrets stay encrypted. Undefined where Pulumi cannot; it says why by itself. */
export async function readState(stack: string, env: NodeJS.ProcessEnv): Promise<State | undefined> {
	const { code, output } = await pulumi(stack, ["stack", "export", "--stack", stack], env, "pipe");
	return code === 0 ? stateOf(output) : undefined;
}

/** What an export says; undefined when it is none. */
export function stateOf(text: string): State | undefined {
	let deployment: NonNullable<Export["deployment"]>;
	try {
		deployment = (JSON.parse(text) as Export).deployment ?? {};
	} catch {
		return undefined;
	}
	const { resources = [], pending_operations: pending = [] } = deployment;
	const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
	const ids = [...resources, ...pending.map(({ resource }) => resource)]
		.map(({ id }) => id)
		.filter((id) => id !== undefined);
	const outputs = Object.entries(root?.outputs ?? {}).map(([name, value]) => [
		name,
		typeof value === "string" ? value : "[secret]",
	]);
	return {
		outputs: Object.fromEntries(outputs) as Record<string, string>,
		ids: new Set(ids),
		pending: pending.length,
		...(root !== undefined && { urn: root.urn }),
	};
}
