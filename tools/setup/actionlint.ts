import { GoProgram } from "./goBuild";
import type { Step } from "./steps";
import { ACTIONLINT } from "./versions";

/** What checks the workflows of .github/workflows. */
export const actionlint = new GoProgram("actionlint", ACTIONLINT);

export const actionlintStep: Step = {
	title: "actionlint",
	async present() {
		return actionlint.isThere() ? actionlint.path() : undefined;
	},
	async make(say) {
		say("building it from Go modules, some seconds");
		return `built from Go modules, in ${await actionlint.make()}`;
	},
};
