import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

// biome-ignore lint/suspicious/noExplicitAny: what a mock was given has no type, and tests look deep into it
type Inputs = Record<string, any>;

/** What a program made under mocks, to be asked by type and name. */
export class Made {
	private readonly resources: pulumi.runtime.MockResourceArgs[] = [];

	/**
	 * From now on, resources are recorded instead of made; `computed` says what a platform would add to the outputs of one.
	 * A call of a function throws unless `calls` answers it, by its token.
	 */
	async start(
		computed: (args: pulumi.runtime.MockResourceArgs) => Inputs = () => ({}),
		project = "shop",
		calls: Record<string, (inputs: Inputs) => Inputs> = {},
	): Promise<void> {
		await pulumi.runtime.setMocks(
			{
				newResource: (args) => {
					this.resources.push(args);
					// What has no name gets one from its provider.
					const added = { name: `${args.name}-1a2b3c4`, imageId: `sha256:${args.name}`, exitCode: 0 };
					return { id: `${args.name}-id`, state: { ...added, ...args.inputs, ...computed(args) } };
				},
				call: ({ token, inputs }) => {
					const answer = calls[token];
					if (answer === undefined) throw new Error(`unexpected call of ${token}`);
					return answer(inputs);
				},
			},
			project,
			"test",
		);
	}

	forget(): void {
		this.resources.splice(0);
	}

	/** The inputs of every resource of a type, by name. */
	of(type: string): Record<string, Inputs> {
		const found = this.resources.filter((resource) => resource.type === type);
		return Object.fromEntries(found.map(({ name, inputs }) => [name, inputs]));
	}

	types(): string[] {
		return this.resources.map(({ type }) => type).sort();
	}
}

export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
	return new Promise((resolve) => output.apply(resolve));
}

/**
 * All that fails unseen while a program is made. Pulumi's engine would hear of it; in a unit test it is a rejection that
 * nobody waits for.
 */
export async function failuresOf(program: () => unknown): Promise<string> {
	const listeners = process.listeners("unhandledRejection");
	const failures: string[] = [];
	process.removeAllListeners("unhandledRejection").on("unhandledRejection", (error) => failures.push(`${error}`));
	try {
		program();
		for (let rounds = 0; rounds < 100 && failures.length === 0; rounds += 1) await sleep(20);
		await sleep(100);
		return failures.join("\n");
	} finally {
		process.removeAllListeners("unhandledRejection");
		for (const listener of listeners) process.on("unhandledRejection", listener);
	}
}

/** The problems that a call throws, path and reason. */
export function problemsOf(call: () => unknown): Record<string, string> {
	try {
		call();
	} catch (error) {
		if (pulumi.InputPropertiesError.isInstance(error)) {
			return Object.fromEntries((error.errors ?? []).map(({ propertyPath, reason }) => [propertyPath, reason]));
		}
		throw error;
	}
	return {};
}
