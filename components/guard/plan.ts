import { splitPreview } from "./split";

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
	/** Its name and ARN, as far as a preview knows them. The rest can be megabytes, and nobody reads it. */
	outputs: { name?: unknown; arn?: unknown };
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
	/** How many resources stay as they are and are not among the steps, for want of --show-sames. @default 0 */
	unseen?: number;
}

/** A file of which nothing can be said: cut off, of another kind, or of a preview that failed. Never "safe". */
export class UnreadablePlan extends Error {
	override readonly name = "UnreadablePlan";
}

/** The command that makes a plan the guard can read. */
const MAKE = "make it with pulumi preview --json --show-sames > plan.json";

/**
 * Reads what `pulumi preview --json` printed. The engine's warnings may stand before it.
 *
 * @param chunks the file, in pieces of any size, or its text
 * @throws UnreadablePlan for everything of which a verdict could be wrong
 */
export function readPlan(chunks: string | Iterable<Buffer>): Plan {
	const steps: Step[] = [];
	const rest = splitPreview(typeof chunks === "string" ? [Buffer.from(chunks)] : chunks, (json) =>
		steps.push(readStep(parsed(json) as unknown as RawStep)),
	);
	if (rest.text === "") throw unreadable("there is no JSON in it");
	if (/^\{"(?:sequence|timestamp)"/.test(rest.text)) {
		throw unreadable("these are the engine's events: unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW");
	}
	if (!rest.isWhole) throw unreadable("it is cut off");
	const raw = parsed(rest.text);
	if (isRecord(raw.deployment)) throw unreadable("this is the state of a stack, not a preview");
	// Without its summary, nobody can tell whether steps are missing.
	if (!isRecord(raw.changeSummary)) throw unreadable("this is not what a preview prints: it has no changeSummary");
	refuseFailed(raw);
	// The engine counts the steps at the end: without that, nobody can tell whether some were taken out.
	if (!isRecord(raw.changeSummary)) throw unreadable("its changeSummary is missing");
	refuseIncomplete(steps, raw.changeSummary as Record<string, number>);
	const [, , stack = "", project = ""] = /^urn:(pulumi):([^:]*)::([^:]*)::/.exec(steps[0]?.urn ?? "") ?? [];
	const { same = 0 } = (raw.changeSummary ?? {}) as Record<string, number>;
	const unseen = Math.max(0, same - steps.filter(({ op }) => op === "same").length);
	return { stack, project, config: (raw.config ?? {}) as Record<string, string>, steps, unseen };
}

interface RawState {
	type?: string;
	id?: string;
	inputs?: Record<string, unknown> | null;
	outputs?: { name?: unknown; arn?: unknown } | null;
	protect?: boolean;
	retainOnDelete?: boolean;
}

interface RawStep {
	op: string;
	urn: string;
	oldState?: RawState | null;
	newState?: RawState | null;
	replaceReasons?: string[];
}

function parsed(json: string): Record<string, unknown> {
	try {
		return JSON.parse(json) as Record<string, unknown>;
	} catch (error) {
		throw unreadable(`it is damaged (${(error as Error).message})`);
	}
}

/** A preview that failed has seen part of the plan at most. */
function refuseFailed({ diagnostics }: Record<string, unknown>): void {
	const said = (Array.isArray(diagnostics) ? (diagnostics as { severity?: string; message?: string }[]) : [])
		.filter(({ severity }) => severity === "error")
		.map(({ message = "" }) => message.trim().replace(/^error: /, ""));
	// The engine says of each failure at the end that there was one.
	const errors = said.filter((message) => message !== "preview failed");
	if (said.length === 0) return;
	throw new UnreadablePlan(
		`the preview failed, so nothing can be said of the data:\n${(errors.length > 0 ? errors : said).join("\n")}`,
	);
}

/** A file from which steps were taken out says less than will happen. */
function refuseIncomplete(steps: Step[], summary: Record<string, number> = {}): void {
	for (const [op, count] of Object.entries(summary)) {
		// Unchanged resources are in it only with --show-sames.
		if (op === "same") continue;
		const found = steps.filter((step) => step.op === op).length;
		if (found < count) throw unreadable(`${count - found} of ${count} steps "${op}" are missing in it`);
	}
}

function readStep({ op, urn, oldState, newState, replaceReasons }: RawStep): Step {
	if (typeof op !== "string" || typeof urn !== "string") throw unreadable("a step has no operation or no URN");
	const old = readState(oldState);
	const planned = readState(newState);
	if (old === undefined && planned === undefined) throw unreadable(`the step "${op}" of ${urn} has no state`);
	return {
		op,
		urn,
		type: (newState ?? oldState)?.type ?? typeOf(urn),
		name: urn.slice(urn.lastIndexOf("::") + 2),
		...(old && { old }),
		...(planned && { new: planned }),
		replaceReasons: replaceReasons ?? [],
	};
}

function readState(state: RawState | null | undefined): State | undefined {
	if (state === undefined || state === null) return undefined;
	const { type = "", id = "", protect = false, retainOnDelete = false } = state;
	const [inputs, { name, arn }] = [state.inputs ?? {}, state.outputs ?? {}];
	return { type, id, inputs, outputs: { name, arn }, protect, retainOnDelete };
}

/** The last type in a URN, after those of the components around it. */
function typeOf(urn: string): string {
	return urn.split("::")[2]?.split("$").pop() ?? "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(reason: string): UnreadablePlan {
	return new UnreadablePlan(`${reason}; ${MAKE}`);
}
