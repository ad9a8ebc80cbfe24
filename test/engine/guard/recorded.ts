import { SECRET } from "../../../components/guard/plan";

/** Of a resource's state, what the guard may read. The rest is who made it when, and in which line of which program. */
const STATE = ["type", "urn", "custom", "id", "inputs", "outputs", "parent", "protect", "retainOnDelete", "external"];
const STEP = ["op", "urn", "oldState", "newState", "detailedDiff", "diffReasons", "replaceReasons"];
/** Programs that run in a container are long, and tell the guard nothing. */
const LONGEST = 200;

type Fields = Record<string, unknown>;

/**
 * A preview as it is kept: without the program's lines, the machine's paths, times, and the names that a test makes up.
 * The guard says the same of both, which the engine tests check.
 *
 * @param names what is made up, and what stands for it
 */
export function recorded(preview: string, names: Record<string, string>): string {
	const { config, steps, diagnostics, changeSummary } = JSON.parse(renamed(preview, names)) as Record<string, Fields[]>;
	const errors = diagnostics?.filter(({ severity }) => severity === "error");
	const kept = { config, steps: steps?.map(step), ...(errors?.length && { diagnostics: errors }), changeSummary };
	return `${JSON.stringify(kept, (_, value: unknown) => (typeof value === "string" ? shortened(value) : value))}\n`;
}

/** The names that a test makes up, by those that are the same in every run. */
export function renamed(text: string, names: Record<string, string>): string {
	return Object.entries(names).reduce((done, [made, constant]) => done.replaceAll(made, constant), text);
}

/** Outputs are there as far as they say more than the inputs. */
function state(full: unknown): Fields {
	const { outputs, ...rest } = picked(full as Fields, STATE);
	const inputs = (rest.inputs ?? {}) as Fields;
	const more = Object.entries((outputs ?? {}) as Fields).filter(
		([name, value]) => JSON.stringify(value) !== JSON.stringify(inputs[name]),
	);
	return { ...rest, outputs: Object.fromEntries(more) };
}

function step(full: Fields): Fields {
	const { oldState, newState, ...rest } = picked(full, STEP);
	return {
		...rest,
		...(oldState !== undefined && { oldState: state(oldState) }),
		...(newState !== undefined && { newState: state(newState) }),
	};
}

function picked(fields: Fields, names: string[]): Fields {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

function shortened(text: string): string {
	const plain = text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-11-22T10:00:00Z");
	// JSON stays whole: policies and task definitions are text.
	return plain.length <= LONGEST || /^[[{]/.test(plain) || plain === SECRET ? plain : `${plain.slice(0, LONGEST)}…`;
}
