import * as pulumi from "@pulumi/pulumi";
import { DOCKER_NAME_LIMIT, physicalName, shortHash } from "../names";

/** The names on the Docker host, which stay the same for as long as project, stack and component keep theirs. */
export function dockerNames(name: string) {
	const of = (...suffix: string[]) =>
		physicalName([pulumi.getProject(), pulumi.getStack(), name, ...suffix], DOCKER_NAME_LIMIT);
	return {
		container: of(),
		data: of("data"),
		cache: of("cache"),
		secrets: (secrets: string[]) => of("secrets", shortHash([...secrets].sort().join())),
		network: of("network"),
		prepare: of("prepare"),
		migration: of("migration"),
	};
}

/** Says on the host whose a resource is, so that another stack leaves it alone. */
export const STACK_LABEL = "holdfast.stack";

/** Labels of every resource of an app. */
export function labelsOf(name: string) {
	return [
		{ label: STACK_LABEL, value: stackIdentity() },
		{ label: "holdfast.app", value: name },
	];
}

/** Which stack this is. `HOLDFAST_BACKEND` tells stacks of one name in two backends apart; `npm run pulumi` sets it. */
export function stackIdentity(): string {
	const backend = process.env.HOLDFAST_BACKEND;
	return `${pulumi.getProject()}/${pulumi.getStack()}${backend === undefined ? "" : `@${backend}`}`;
}
