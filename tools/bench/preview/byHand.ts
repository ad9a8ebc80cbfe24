/** A resource of `pulumi stack export`, as far as whoever makes it again must say it. */
interface Resource extends Options {
	urn: string;
	type: string;
	parent?: string;
	inputs?: Record<string, unknown>;
	outputs?: Record<string, unknown>;
	dependencies?: string[];
}

interface Options {
	protect?: boolean;
	retainOnDelete?: boolean;
	ignoreChanges?: string[];
	replaceOnChanges?: string[];
	/** In seconds. */
	customTimeouts?: Record<string, number>;
}

/** What `pulumi stack export --show-secrets` prints. */
export interface State {
	deployment: { resources: Resource[] };
}

/** What the classes of `@pulumi/docker` are called by their types, with the output by which others name such a resource. */
const CLASSES: Record<string, { called: string; referred?: string }> = {
	"docker:index/container:Container": { called: "Container" },
	"docker:index/network:Network": { called: "Network", referred: "name" },
	"docker:index/remoteImage:RemoteImage": { called: "RemoteImage", referred: "imageId" },
	"docker:index/volume:Volume": { called: "Volume", referred: "name" },
};

/**
 * What a person would write who makes the same resources with `@pulumi/docker` alone: each by itself, one naming the other,
 * nothing to check and nothing to compute, in plain JavaScript, which is what Pulumi starts the soonest.
 */
export function programByHand({ deployment: { resources } }: State): string {
	const references = new Map<unknown, string>();
	const lines = ['const docker = require("@pulumi/docker");'];
	for (const { urn, type, inputs, outputs, dependencies = [], ...rest } of resources) {
		if (!isOfProvider(type)) continue;
		const kind = CLASSES[type];
		if (kind === undefined) throw new Error(`the program by hand has no class for ${type}, of ${urn}`);
		const dependsOn = dependencies.map(variableOf);
		lines.push(
			`const ${variableOf(urn)} = new docker.${kind.called}(${JSON.stringify(urn.split("::").at(-1))}, ${literal(inputs, references)}, { ...${JSON.stringify(optionsOf(rest))}, dependsOn: [${dependsOn}] });`,
		);
		if (kind.referred !== undefined) {
			references.set(outputs?.[kind.referred], `${variableOf(urn)}.${kind.referred}`);
		}
	}
	return `${lines.join("\n")}\n`;
}

/** The same state as that of another project in which nothing is part of a component: what its own first update would leave. */
export function stateByHand(state: State, project: string): State {
	const { resources } = state.deployment;
	const components = resources.filter(({ type }) => type.startsWith("holdfast:"));
	let text = JSON.stringify({
		...state,
		deployment: { ...state.deployment, resources: resources.filter((each) => !components.includes(each)) },
	});
	const [root] = resources;
	for (const { urn, type } of components) {
		text = text.replaceAll(`"parent":${JSON.stringify(urn)}`, `"parent":${JSON.stringify(root?.urn)}`);
		text = text.replaceAll(`${type}$`, "");
	}
	return JSON.parse(
		text.replaceAll("::holdfast::", `::${project}::`).replaceAll("Stack::holdfast-", `Stack::${project}-`),
	) as State;
}

function isOfProvider(type: string): boolean {
	return type.startsWith("docker:");
}

/** A volume and a container may have one name. */
function variableOf(urn: string): string {
	const [, , type = "", name] = urn.split("::");
	return `${name}-${type.split(":").at(-1)}`.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Without what the provider fills in by itself, which the state names in `__defaults`. */
function literal(value: unknown, references: ReadonlyMap<unknown, string>): string {
	const reference = references.get(value);
	if (reference !== undefined) return reference;
	if (Array.isArray(value)) return `[${value.map((each) => literal(each, references)).join(", ")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const { __defaults: filled = [], ...written } = value as Record<string, unknown> & { __defaults?: string[] };
	const properties = Object.entries(written)
		.filter(([key]) => key !== "__internal" && !filled.includes(key))
		.map(([key, each]) => `${JSON.stringify(key)}: ${literal(each, references)}`);
	return `{ ${properties.join(", ")} }`;
}

function optionsOf({ protect, retainOnDelete, ignoreChanges, replaceOnChanges, customTimeouts }: Options) {
	const timeouts = Object.entries(customTimeouts ?? {}).map(([operation, seconds]) => [operation, `${seconds}s`]);
	return {
		protect,
		retainOnDelete,
		ignoreChanges,
		replaceOnChanges,
		...(timeouts.length > 0 && { customTimeouts: Object.fromEntries(timeouts) }),
	};
}
