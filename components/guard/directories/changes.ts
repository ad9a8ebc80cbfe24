import type { Plan, State } from "../plan";
import { type Planned, planned } from "../planned";
import { readTaskDefinition, tasksOf } from "./aws";
import { readContainer, readSwarmService } from "./docker";
import { readCloudRun, readCloudRunV1 } from "./gcp";
import { readKubernetes } from "./kubernetes";
import { holdsData, isSameMount } from "./locations";
import { type Reader, text, type Workload } from "./workload";

const ECS_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const ECS_SERVICE = "aws:ecs/service:Service";
const READERS: Record<string, Reader> = {
	"docker:index/container:Container": readContainer,
	"docker:index/service:Service": readSwarmService,
	"gcp:cloudrunv2/service:Service": readCloudRun,
	"gcp:cloudrun/service:Service": readCloudRunV1,
	[ECS_DEFINITION]: readTaskDefinition,
	"kubernetes:apps/v1:Deployment": readKubernetes,
	"kubernetes:apps/v1:StatefulSet": readKubernetes,
};

/** What runs an app before the update and after it. One of the two may be missing. */
export interface Change {
	urn: string;
	before?: Workload;
	after?: Workload;
	/** Inputs that make it a replacement, also such as cannot be seen. */
	replaceReasons: string[];
	/** Also where it is forced, and nothing of it has changed. */
	isReplaced: boolean;
}

/** Both the directories and the replicas are read out of them. */
const known = new WeakMap<Plan, Change[]>();

/** Every workload with data. What is deleted and made again under another name is one change, if it is the same app's. */
export function changesOf(plan: Plan): Change[] {
	const changes = known.get(plan) ?? readChanges(plan);
	known.set(plan, changes);
	return changes;
}

function readChanges(plan: Plan): Change[] {
	const all = planned(plan);
	const changes = all.flatMap(({ urn, type, name, ops, before, after, replaceReasons }): Change[] => {
		const reader = READERS[type];
		if (reader === undefined) return [];
		const read = (state: State | undefined) => state && reader({ urn, name, inputs: state.inputs });
		return [
			{
				urn,
				before: read(before),
				after: read(after),
				replaceReasons,
				isReplaced: ops.some((op) => /replace/.test(op)),
			},
		];
	});
	countTasks(changes, all);
	return renamed(changes).filter(({ before, after }) => [before, after].some((each) => each && holdsData(each)));
}

function renamed(changes: Change[]): Change[] {
	const gone = changes.filter(({ before, after }) => before !== undefined && after === undefined);
	const made = changes.filter(({ before, after }) => before === undefined && after !== undefined);
	const pairs = gone.flatMap((old): Change[] => {
		const index = made.findIndex(({ after }) => old.before && after && isSameApp(old.before, after));
		const [next] = index < 0 ? [] : made.splice(index, 1);
		return next === undefined ? [] : [{ ...next, before: old.before }];
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
function countTasks(changes: Change[], all: Planned[]): void {
	const definitions = all.filter(({ type }) => type === ECS_DEFINITION);
	for (const service of all.filter(({ type }) => type === ECS_SERVICE)) {
		const definition = definitionOf(service, definitions);
		const change = changes.find(({ urn }) => urn === definition?.urn) ?? ownService(service, changes);
		if (change?.before && service.before) Object.assign(change.before, tasksOf(service.before.inputs));
		if (change?.after && service.after) Object.assign(change.after, tasksOf(service.after.inputs));
	}
}

function definitionOf({ before, after }: Planned, definitions: Planned[]): Planned | undefined {
	const named = text(before?.inputs.taskDefinition) ?? text(after?.inputs.taskDefinition) ?? "";
	const runs = ({ before: old, after: next }: Planned) => {
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
function ownService({ urn, name, before, after }: Planned, changes: Change[]): Change | undefined {
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
	const change = { urn, before: workload(before), after: workload(after), replaceReasons: [], isReplaced: false };
	changes.push(change);
	return change;
}
