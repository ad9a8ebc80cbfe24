const CONTAINER = "docker:index/container:Container";

interface Step {
	op: string;
	urn: string;
	oldState?: {
		type: string;
		protect?: boolean;
		outputs?: { name?: string; imageId?: string; exitCode?: number; mustRun?: boolean };
	};
}

/** A `pulumi preview --json`, as far as `npm run up` needs it. */
interface Preview {
	steps?: Step[];
	changeSummary?: Record<string, number>;
	diagnostics?: { severity: string; message: string }[];
}

/** What an update would do. */
export class Plan {
	private readonly preview: Preview;

	constructor(private readonly output: string) {
		this.preview = parsed(output);
	}

	/** Why the preview failed, in its own words. */
	get errors(): string {
		const { diagnostics = [] } = this.preview;
		const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
		return [...new Set(errors)].join("\n") || this.output.trim();
	}

	/** Whether everything is as it should be, as far as the state knows. */
	get changesNothing(): boolean {
		return Object.keys(this.preview.changeSummary ?? { unknown: 1 }).every((operation) => operation === "same");
	}

	/** The volumes that the state knows and that hold data, by name, with their URN. */
	get keptVolumes(): Map<string, string> {
		const kept = (this.preview.steps ?? []).filter(
			({ oldState }) => oldState?.type === "docker:index/volume:Volume" && oldState.protect,
		);
		return new Map(kept.map(({ urn, oldState }) => [oldState?.outputs?.name ?? "", urn]));
	}

	/** The images that would stay as they are, by id, with their URN. */
	get keptImages(): Map<string, string> {
		const kept = (this.preview.steps ?? []).filter(
			({ op, oldState }) => op === "same" && oldState?.type === "docker:index/remoteImage:RemoteImage",
		);
		return new Map(kept.map(({ urn, oldState }) => [oldState?.outputs?.imageId ?? "", urn]));
	}

	/** The URNs of the steps of a deploy that failed in their last run: each has to be run again, not remembered. */
	get failedSteps(): string[] {
		const steps = this.preview.steps ?? [];
		return steps.filter(({ op, oldState }) => op !== "delete" && hasFailed(oldState)).map(({ urn }) => urn);
	}

	/** The URN of the container with a name. */
	containerUrn(name: string): string | undefined {
		return this.preview.steps?.find(({ oldState }) => oldState?.type === CONTAINER && oldState.outputs?.name === name)
			?.urn;
	}
}

/** A container that ran to its end, and not to a good one. A migration that failed is for a person to look at. */
function hasFailed(state: Step["oldState"]): boolean {
	const { name = "", exitCode = 0, mustRun } = state?.outputs ?? {};
	return state?.type === CONTAINER && mustRun === false && exitCode !== 0 && !/-(prepare|migration)$/.test(name);
}

function parsed(output: string): Preview {
	try {
		return JSON.parse(output) as Preview;
	} catch {
		// A preview that fails early speaks plain text; then that text is the error.
		return {};
	}
}
