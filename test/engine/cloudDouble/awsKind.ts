import { hex, of } from "./awsNames";
import type { Kind, Step } from "./cloud";

// TEST PART: what kinds of AWS's resources have in common.

/** `Create`, `Delete` and so on of one noun; `verbs` where the API calls a step otherwise. */
export function actions(service: string, noun: string, verbs: Partial<Record<Step, string>> = {}): Kind["permission"] {
	const usual = { create: "Create", read: "Get", update: "Update", delete: "Delete" };
	return (step) => `${service}:${verbs[step] ?? `${usual[step]}${noun}`}`;
}

/** Known by a name that no other has in its region, with an ARN made of it. */
export function named(property: string, permission: Kind["permission"], arnOf: (name: string) => string): Kind {
	return {
		key: (inputs) => of(inputs, property),
		id: (inputs) => of(inputs, property),
		outputs: (_, id) => ({ arn: arnOf(id) }),
		permission,
	};
}

/** Known by an id that AWS makes. */
export function numbered(prefix: string, permission: Kind["permission"], outputs: Kind["outputs"]): Kind {
	return { id: () => `${prefix}${hex(17)}`, permission, ...(outputs !== undefined && { outputs }) };
}

/** A setting of something that exists: putting it again is no fault. */
export function setting(property: string, service: string, action: string): Kind {
	const permission = (step: Step) =>
		`${service}:${step === "read" ? "Get" : step === "delete" ? "Delete" : "Put"}${action}`;
	return { id: (inputs) => of(inputs, property), permission };
}
