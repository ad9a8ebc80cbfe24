import * as pulumi from "@pulumi/pulumi";

/** The program of a stack is chosen by `holdfast:target`, and only its SDK is loaded. */
const programs: Record<string, () => { program: () => Promise<object> }> = {
	docker: () => require("./local"),
};

export = async () => {
	const target = new pulumi.Config("holdfast").get("target") ?? "docker";
	const load = programs[target];
	if (load === undefined) {
		throw new pulumi.RunError(`holdfast:target must be one of ${Object.keys(programs).join(", ")} (got "${target}")`);
	}
	return load().program();
};
