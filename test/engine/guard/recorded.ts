/** Of a resource's state, what the guard may read. The rest is who made it when, and in which line of which program. */
const STATE = ["type", "id", "inputs", "outputs", "protect", "retainOnDelete"];
const STEP = ["op", "urn", "oldState", "newState", "replaceReasons"];
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
	return `${JSON.stringify(kept).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-11-22T10:00:00Z")}\n`;
}

/** The names that a test makes up, by those that are the same in every run. */
export function renamed(text: string, names: Record<string, string>): string {
	return Object.entries(names).reduce((done, [made, constant]) => done.replaceAll(made, constant), text);
}

/** Of the outputs, what the platform made up, such as a name, an ARN: the rest repeats the inputs, or describes them. */
function state(full: unknown): Fields {
	const { outputs, ...rest } = picked(full as Fields, STATE);
	const inputs = (rest.inputs ?? {}) as Fields;
	const made = Object.entries((outputs ?? {}) as Fields).filter(
		([name, value]) => typeof value === "string" && value !== "" && value !== inputs[name],
	);
	return { ...rest, outputs: Object.fromEntries(made) };
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
