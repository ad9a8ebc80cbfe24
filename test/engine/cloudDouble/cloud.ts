import type { Properties, Value } from "./values";

/** What the double does with one type of resource. */
export interface Kind {
	/** The name that a second one cannot have; none where adding it again is no fault, or each is a new one. */
	key?(inputs: Properties): string | undefined;
	id(inputs: Properties): string;
	/** What only the cloud knows. */
	outputs?(inputs: Properties, id: string): Properties;
	/** The permission without which a step fails. */
	permission(step: Step): string;
	/** What the cloud says of a name that is taken. */
	taken?(inputs: Properties): string;
	/** Why it cannot be deleted as it is. */
	refusesDelete?(inputs: Properties): string | undefined;
	/** The provider makes up a name where the program gives none, although the cloud wants one. */
	isNamed?: boolean;
	/** Why it is made or changed, and then does not do what it is for. */
	fails?(inputs: Properties): string | undefined;
	/** Its name is not free at once. */
	leaves?(inputs: Properties): boolean;
}

export type Step = "create" | "read" | "update" | "delete";

/** One of the two clouds. */
export interface Cloud {
	kinds: Record<string, Kind>;
	/** What is wrong with the provider's own configuration. */
	configurationProblem(config: Properties): string | undefined;
	/** The provider's configuration, before anything else. */
	configure(config: Properties): void;
	/** What the cloud says where a permission is missing. */
	denied(type: string, step: Step, permission: string, inputs: Properties): string;
	/** The answer to a look-up; none where the double does not know it. */
	invoke(token: string, args: Properties): Value | undefined;
	/** Properties that nobody gave and that the cloud fills in as they are for all. */
	common(): Properties;
}
