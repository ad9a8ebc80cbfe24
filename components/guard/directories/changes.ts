import type { Plan, State, Step } from "../plan";
import { readTaskDefinition, tasksOf } from "./aws";
import { readContainer, readSwarmService } from "./docker";
import { readCloudRun, readCloudRunV1 } from "./gcp";
import { readKubernetes } from "./kubernetes";
import { holdsData, isSameMount } from "./locations";
import { type Reader, text, type Workload } from "./workload";

const READERS: Record<string, Reader> = {
	"docker:index/container:Container": readContainer,
	"docker:index/service:Service": readSwarmService,
	"gcp:cloudrunv2/service:Service": readCloudRun,
	"gcp:cloudrun/service:Service": readCloudRunV1,
	"aws:ecs/taskDefinition:TaskDefinition": readTaskDefinition,
	"kubernetes:apps/v1:Deployment": readKubernetes,
	"kubernetes:apps/v1:StatefulSet": readKubernetes,
};
const ECS_SERVICE = "aws:ecs/service:Service";
/** Steps after which the resource of before is no longer there. */
const ENDS = /^(delete|discard|remove)/;

/** What runs an app before the update and after it. One of the two may be missing. */
export interface Change {
	urn: string;
	before?: Workload;
	after?: Workload;
}

/** A resource before and after, whatever steps lead there: a replacement has three. */
export interface Resource {
	urn: string;
	type: string;
	name: string;
	before?: State;
	after?: State;
}

export function resourcesOf(plan: Plan, wanted: (type: string) => boolean): Resource[] {
	const found = new Map<string, Resource>();
	for (const step of plan.steps) {
		if (!wanted(step.type)) continue;
		const { urn, type, name } = step;
		const resource = found.get(urn) ?? { urn, type, name };
		found.set(urn, { ...resource, before: resource.before ?? step.old, after: resource.after ?? afterOf(step) });
	}
	return [...found.values()];
}

function afterOf(step: Step): State | undefined {
	return ENDS.test(step.op) ? undefined : step.new;
}

/** Every workload with data. What is deleted and made again under another name is one change, if it is the same app's. */
export function changesOf(plan: Plan): Change[] {
	const resources = resourcesOf(plan, (type) => type in READERS);
	const changes = resources.map(({ urn, type, name, before, after }): Change => {
		const read = (state: State | undefined) => state && READERS[type]?.({ urn, name, inputs: state.inputs });
		return { urn, before: read(before), after: read(after) };
	});
	countTasks(changes, resources, plan);
	return renamed(changes).filter(({ before, after }) => [before, after].some((each) => each && holdsData(each)));
}

function renamed(changes: Change[]): Change[] {
	const gone = changes.filter(({ before, after }) => before !== undefined && after === undefined);
	const made = changes.filter(({ before, after }) => before === undefined && after !== undefined);
	const pairs = gone.flatMap((old): Change[] => {
		const index = made.findIndex(({ after }) => old.before && after && isSameApp(old.before, after));
		const [next] = index < 0 ? [] : made.splice(index, 1);
		return next === undefined ? [] : [{ urn: next.urn, before: old.before, after: next.after }];
	});
	const paired = new Set(pairs.flatMap(({ before, after }) => [before, after]));
	const isAlone = ({ before, after }: Change) => ![before, after].some((each) => each && paired.has(each));
	return [...changes.filter(isAlone), ...pairs];
}

/** By Holdfast's own name for it; else by a volume that both mount. */
function isSameApp(one: Workload, other: Workload): boolean {
	if (one.app !== undefined && other.app !== undefined) return one.app === other.app && one.part === other.part;
	return one.mounts.some(
		(mount) => mount.kind !== "instance disk" && other.mounts.some((each) => isSameMount(mount, each)),
	);
}

/** On ECS, the service says how many tasks of a definition run. */
function countTasks(changes: Change[], resources: Resource[], plan: Plan): void {
	const definitions = resources.filter(({ type }) => type.startsWith("aws:ecs/"));
	for (const service of resourcesOf(plan, (type) => type === ECS_SERVICE)) {
		const definition = definitionOf(service, definitions);
		const change = changes.find(({ urn }) => urn === definition?.urn) ?? ownService(service, changes);
		if (change?.before && service.before) Object.assign(change.before, tasksOf(service.before.inputs));
		if (change?.after && service.after) Object.assign(change.after, tasksOf(service.after.inputs));
	}
}

function definitionOf({ before, after }: Resource, definitions: Resource[]): Resource | undefined {
	const named = text(before?.inputs.taskDefinition) ?? text(after?.inputs.taskDefinition) ?? "";
	const runs = ({ before: old, after: next }: Resource) => {
		const state = old ?? next;
		const [arn, family] = [text(state?.outputs.arn), text(state?.inputs.family)];
		return (arn !== undefined && named === arn) || (family !== undefined && familyIn(named) === family);
	};
	// What is made in the same update has no name yet.
	return definitions.find(runs) ?? (definitions.length === 1 && before === undefined ? definitions[0] : undefined);
}

/** `notes` of `arn:aws:ecs:…:task-definition/notes:7`. */
function familyIn(reference: string): string {
	return reference.slice(reference.lastIndexOf("/") + 1).replace(/:\d+$/, "");
}

/** Of our own component, the service alone says enough, where its definition is not in the plan. */
function ownService({ urn, name, before, after }: Resource, changes: Change[]): Change | undefined {
	if (!urn.includes("holdfast:aws:FargateApp$")) return undefined;
	const workload = (state: State | undefined): Workload | undefined =>
		state && {
			urn,
			name: name.replace(/-service$/, ""),
			part: "both",
			mounts: [],
			variables: {},
			hidden: [],
			engine: "sqlite",
		};
	const change = { urn, before: workload(before), after: workload(after) };
	changes.push(change);
	return change;
}
