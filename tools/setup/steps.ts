/** One thing that must be on the machine. */
export interface Step {
	title: string;
	/** What is there already, in a few words; undefined when it must be made. No network, well under a second. */
	present(): Promise<string | undefined>;
	/** Makes it and says in a few words what it did. `say` announces what happens next. */
	make(say: (doing: string) => void): Promise<string>;
}

/** Why a step failed, in one line, and in another what to do about it. */
export class StepFailed extends Error {
	constructor(
		reason: string,
		readonly remedy: string,
	) {
		super(reason);
	}
}

/** Runs the steps in order, each skipped when its result is there. Returns whether all of them hold. */
export async function runSteps(steps: Step[], out: (line: string) => void = console.error): Promise<boolean> {
	const start = performance.now();
	let made = 0;
	for (const step of steps) {
		const stepStart = performance.now();
		let stopTicking = () => {};
		try {
			const present = await step.present();
			if (present !== undefined) continue;
			made += 1;
			stopTicking = tick(step.title, out);
			const result = await step.make((doing) => out(`… ${step.title}: ${doing}`));
			if ((await step.present()) === undefined) throw new Error(`${result}, and yet it is still missing`);
			out(`✓ ${step.title}: ${result} (${seconds(stepStart)})`);
		} catch (error) {
			const [reason = ""] = (error instanceof Error ? error.message : `${error}`).split("\n");
			out(`✗ ${step.title}: ${reason} (${seconds(stepStart)})`);
			out(`  ${error instanceof StepFailed ? error.remedy : "This is a defect of tools/setup: please report it."}`);
			return false;
		} finally {
			stopTicking();
		}
	}
	if (made > 0) out(`✓ set-up done (${seconds(start)})`);
	return true;
}

/** Shows every 20 seconds that a long step is alive. */
function tick(title: string, out: (line: string) => void): () => void {
	const start = performance.now();
	const timer = setInterval(() => out(`  ${title}: ${seconds(start)}`), 20_000);
	return () => clearInterval(timer);
}

export function seconds(since: number): string {
	return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
