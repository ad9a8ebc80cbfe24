import type * as pulumi from "@pulumi/pulumi";

/**
 * Options for whatever holds data that cannot be made again. The one place that decides it:
 *
 * - `protect`: no update replaces it, and taking it out of the program fails instead of deleting it;
 * - `retainOnDelete`: should it leave the state all the same, the thing itself stays on its platform.
 */
export function stateful(options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
	return { ...options, protect: true, retainOnDelete: true };
}
