/** What a cloud's double knows of one property of a resource, or of a nested object. */
export interface PropertyFacts {
	/** `number` is one whose kind the source does not tell; `any` is not checked. */
	type: "string" | "bool" | "int" | "float" | "number" | "list" | "set" | "map" | "object" | "any";
	required?: boolean;
	/** May be left out: the cloud then chooses. */
	computed?: boolean;
	/** Only the cloud gives it. */
	outputOnly?: boolean;
	/** A change makes a new resource. */
	replaces?: boolean;
	/** The values that the cloud takes. */
	values?: (string | number)[];
	/** Kind of the elements of a list or a map without fields. */
	of?: "string" | "bool" | "number";
	/** What an object has, or each object of a list. */
	fields?: Facts;
	/** A string of JSON, with objects such as these in a list. */
	json?: Facts;
}

export type Facts = Record<string, PropertyFacts>;
