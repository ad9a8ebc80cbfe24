import type * as pulumi from "@pulumi/pulumi";

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
