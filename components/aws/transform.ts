import type * as pulumi from "@pulumi/pulumi";

/** Changes the arguments of a child before it is made. */
export type Change<T> = (args: T) => T;

/** The arguments as the user wants them. */
export function changed<T>(change: Change<T> | undefined, args: T): T {
	return change?.(args) ?? args;
}

/** What every part of a component needs to know of the whole. */
export interface Part<Transforms> {
	/** The component's name, with which those of its children begin. */
	name: string;
	/** Project, stack and name: what physical names are made of. */
	identity: string[];
	/** The component as parent of what is made. */
	here: { parent: pulumi.Resource };
	/** The user's changes of what is made. */
	transform: Transforms;
}
