import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong: the option, and in `reason` the rule, the value received and the fix. */
export type Problem = pulumi.InputPropertyErrorDetails;

/** Throws everything that is wrong with a configuration at once, before anything is touched; the list is in the message too. */
export function throwProblems(subject: string, problems: Problem[]): void {
	if (problems.length === 0) return;
	const lines = problems.map(({ propertyPath, reason }) => `  - ${propertyPath}: ${reason}`);
	const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
	const error = new pulumi.InputPropertiesError({
		message: `${subject} has ${count}, nothing was changed:\n${lines.join("\n")}`,
		errors: problems,
	});
	hideStack(error);
	throw error;
}

/**
 * An error of which the user sees only the message. It has no stack: node's `util.inspect`, which Pulumi calls on every
 * error, runs for up to a minute on a stack with Pulumi's own frames (Node.js 20, seen 2026-11-22).
 */
export function refusal(message: string): pulumi.RunError {
	const error = new pulumi.RunError(message);
	hideStack(error);
	return error;
}

function hideStack(error: Error): void {
	error.stack = `Error: ${error.message}`;
}

/** The value as an error shows it. */
export function shown(value: unknown): string {
	return pulumi.Output.isInstance(value) ? "a value that is not known yet" : JSON.stringify(value);
}

/** A problem unless `value` is a whole number from `least` to `most`; `undefined` is the default and so no problem. */
export function wholeNumber(propertyPath: string, value: unknown, least: number, most: number): Problem[] {
	if (value === undefined) return [];
	if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return [];
	return [
		{
			propertyPath,
			reason: `must be a whole number from ${least} to ${most} (got ${shown(value)})`,
		},
	];
}
