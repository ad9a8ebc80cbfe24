import type { Plan } from "./plan";
import { planned } from "./planned";
import { isHidden, shown } from "./rules/values";
import type { Finding, Information } from "./verdict";

/** Where a provider's resources are: on which host, in which account, project or region. */
const PLACES = ["host", "endpoint", "region", "project", "subscriptionId", "cluster", "context"];
const PROVIDER = "pulumi:providers:";

/**
 * Providers that are given explicitly and lead to another place. The engine leaves what is there as it is, looks for it in
 * the new place, and makes it there, empty, once it is not found. Of its default providers, a preview shows nothing.
 */
export function changedProviders(plan: Plan): { findings: Finding[]; information: Information[] } {
	const findings = planned(plan).flatMap(({ urn, type, name, before, after }) => {
		if (!type.startsWith(PROVIDER) || before === undefined || after === undefined) return [];
		const subject = `provider ${name} of ${type.slice(PROVIDER.length)}`;
		return PLACES.flatMap((place): Finding[] => {
			const [was, is] = [before.inputs[place], after.inputs[place]];
			// What was not set may have been the same by the environment.
			if (was === undefined || was === is || isHidden(was)) return [];
			const to = isHidden(is) ? "a value that the preview does not show" : shown(is);
			const reason = `Its ${place} goes from ${shown(was)} to ${to}: what it manages is looked for there, and made there without its data.`;
			const wayOut = `Set ${place} back to ${shown(was)}; or move the data there first, then approve.`;
			return [{ urn, subject, verdict: "at risk", rule: "provider-changed", reason, wayOut }];
		});
	});
	return { findings, information: [] };
}
