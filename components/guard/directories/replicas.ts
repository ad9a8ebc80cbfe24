import { parseLocation } from "../../backup";
import type { Plan } from "../plan";
import { isHidden } from "../rules/values";
import type { Finding, Information } from "../verdict";
import { changesOf } from "./changes";
import { findingOf } from "./compare";
import type { Workload } from "./workload";

interface Replica {
	workload: Workload;
	urn: string;
	/** Who writes it: of two with the same name, in two stacks, it is the stack. */
	owner: string;
	stack: string;
	place: string;
	/** Whether it was there before the update. */
	isOld: boolean;
}

/**
 * Two apps, or one app in two stacks, with one replica: each would take the other's data for its own. What lies on a Docker
 * host is compared within a stack alone, since another stack may have a host of its own.
 */
export function sharedReplicas(plans: Plan[]): { findings: Finding[]; information: Information[] } {
	const replicas = plans.flatMap(replicasOf);
	const findings: Finding[] = [];
	const information: Information[] = [];
	for (const replica of replicas) {
		const other = replicas.find((each) => isShared(replica, each));
		if (other === undefined) continue;
		const whose =
			other.stack === replica.stack ? other.workload.name : `${other.workload.name} of stack ${other.stack}`;
		const reason = `its replica ${replica.workload.store} is also that of ${whose}: each would restore the other's data`;
		if (replica.isOld && other.isOld) {
			information.push({ urn: replica.urn, text: `${replica.workload.name}: ${reason}; it was so before` });
		} else {
			const wayOut = "give each app a prefix of its own";
			findings.push(
				findingOf(replica.urn, replica.workload, { verdict: "at risk", rule: "replica-shared", reason, wayOut }),
			);
		}
	}
	return { findings, information };
}

function replicasOf(plan: Plan): Replica[] {
	const seen = new Map<string, Replica>();
	for (const { urn, before, after } of changesOf(plan)) {
		if (after?.store === undefined || isHidden(after.store) || after.settings === undefined) continue;
		const owner = `${plan.stack}\n${after.app ?? urn}`;
		const endpoint = after.settings.AWS_ENDPOINT_URL_S3 ?? "";
		const place = `${endpoint} ${placeOf(after.store, plan)}`;
		const isOld = before?.store === after.store;
		if (!seen.has(owner)) seen.set(owner, { workload: after, urn, owner, stack: plan.stack, place, isOld });
	}
	return [...seen.values()];
}

function placeOf(store: string, { project, stack }: Plan): string {
	const location = parseLocation(store);
	if (location !== undefined && location.scheme !== "file") {
		const { scheme, bucket, prefix } = location;
		return `${scheme}://${bucket}/${prefix === "" ? "" : `${prefix}/`}`;
	}
	return `${project}/${stack}: ${store}`;
}

/** Also where one lies in the other. */
function isShared(one: Replica, other: Replica): boolean {
	if (one.owner === other.owner) return false;
	return one.place.startsWith(other.place) || other.place.startsWith(one.place);
}
