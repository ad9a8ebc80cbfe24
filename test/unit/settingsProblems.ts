import { Refusal } from "../../components/keeper/refusal";
import { readSettings } from "../../components/keeper/settings";

/** What the keeper says is wrong with its environment; nothing where it takes it. */
export function settingsProblems(environment: NodeJS.ProcessEnv): string[] {
	try {
		readSettings(environment);
	} catch (error) {
		if (error instanceof Refusal && error.code === "settings-wrong") return error.found.split("; ");
		throw error;
	}
	return [];
}
