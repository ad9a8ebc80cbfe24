/** A program that is up, and what is planned from there. */
export interface Base {
	/** Begins the name of each recording. */
	name: string;
	/** Its lines. `IMAGE` and `PORT` are those of the test. */
	program: string;
	/** Variables with which it is up. @default - none */
	environment?: NodeJS.ProcessEnv;
	scenarios: Scenario[];
}

/** A change of a base's program, and what the guard is to say of the preview. */
export interface Scenario {
	/** What changes, in kebab-case. */
	name: string;
	/** The row of the catalogue of faults. */
	fault?: number;
	/** What stands in the program exactly once, and what takes its place. @default - nothing */
	change?: [from: string, to: string][];
	/** Configuration of the stack beside it. @default - none */
	config?: Record<string, unknown>;
	/** What makes the preview. @default ["preview", "--json"] */
	command?: string[];
	/** Names of resources that the state has lost. `*`: all of them. @default - none */
	forgotten?: string[];
	/** Name that the stack has in the meantime. @default - that of the base */
	stack?: string;
	/** Whether an update would be refused, so that the preview fails. @default false */
	refused?: boolean;
	/** Other scenarios of the same base that the guard reads together with this one. @default - none */
	beside?: string[];
	/** Exit code of the guard. @default 0 */
	exit?: 0 | 2 | 3;
	/** All that is worse than kept and not approved, as `lost replaced: volume shop-test-uploads`. @default - nothing */
	findings?: string[];
	/** Words that its information or the reason of its failure has. @default - none */
	says?: string[];
}

/** With the row of the catalogue of faults, where there is one: `npm run faults` goes by that. */
export function titled(scenarios: Scenario[]): { title: string; scenario: Scenario }[] {
	return scenarios.map((scenario) => {
		const { fault, name } = scenario;
		return { title: fault === undefined ? name : `fault ${fault}: ${name}`, scenario };
	});
}

/** Something more in a program that has a line for it. */
export function more(lines: string): [string, string][] {
	return [["// more", lines]];
}
