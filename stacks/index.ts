import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../components/validate";

/** The program of a stack is chosen by `holdfast:target`, and only its SDK is loaded. */
const programs: Record<string, () => { program: () => Promise<object> }> = {
	docker: () => require("./local"),
	gcp: () => require("./gcp"),
	aws: () => require("./aws"),
};

export = async () => {
	const target = new pulumi.Config("holdfast").get("target") ?? "docker";
	const load = programs[target];
	if (load === undefined) {
		throw refusal(`holdfast:target must be one of ${Object.keys(programs).join(", ")} (got "${target}")`);
	}
	try {
		return await load().program();
	} catch (error) {
		// The message lists every problem; the engine would print the whole object after it.
		throw error instanceof pulumi.InputPropertiesError ? refusal(error.message) : error;
	}
};
