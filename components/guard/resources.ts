import { type Kind, kindOf } from "./kinds";
import type { Plan, State } from "./plan";
import { type Planned, planned, view } from "./planned";
import { isHidden, shown } from "./rules/values";
import { isScratch } from "./scratch";
import type { Finding, Information } from "./verdict";
import { weakened } from "./weakened";

/** Steps that leave the data where it is. */
const HARMLESS = new Set(["same", "create", "update", "read", "refresh", "import", "read-discard"]);
const REPLACES = /replace/;

/** What happens to each resource that holds data, or keeps data safe. */
export function statefulResources(plan: Plan): { findings: Finding[]; information: Information[] } {
	const resources = planned(plan);
	const findings = resources.flatMap((resource) => {
		const kind = kindOf(resource.type);
		const state = resource.before ?? resource.after;
		if (kind === undefined || state === undefined || isScratch(view(resource, state))) return [];
		return verdictsOf(resource, kind, resources);
	});
	return { findings, information: unseen(plan) };
}

/** Of what an update leaves unchanged, a preview shows what loses its protection, and hides what loses retainOnDelete. */
function unseen(plan: Plan): Information[] {
	const [root] = plan.steps;
	if (!plan.unseen || root === undefined) return [];
	const text = `${plan.unseen} unchanged resources are not in this plan, so that a retainOnDelete which is taken away could not be seen: preview with --show-sames.`;
	return [{ urn: root.urn, text }];
}

function verdictsOf(resource: Planned, kind: Kind, all: Planned[]): Finding[] {
	const say = (verdict: Finding["verdict"], rule: string, reason: string, wayOut?: string): Finding => {
		return { urn: resource.urn, subject: subjectOf(resource), verdict, rule, reason, ...(wayOut && { wayOut }) };
	};
	const { ops, before, after } = resource;
	if (kind.role === "settings") return judgedSettings(resource, all, say);
	if (before === undefined)
		return [say("kept", "new", ops.includes("import") ? "It is taken over as it is." : "It is new.")];
	if (ops.includes("delete") || ops.some((op) => op.startsWith("remove"))) return [deleted(resource, kind, all, say)];
	const isReplaced = ops.some((op) => REPLACES.test(op));
	if (isReplaced && kind.role !== "guard") return [replaced(resource, kind, say)];
	if (isReplaced && leavesOwner(resource, all)) {
		const [was, is] = [before, after].map((state) => shown(ownerOf(state)));
		const reason = `It goes from ${was} to ${is}, and ${was} stays without it. ${kind.cost}`;
		return [say("at risk", "safeguard-removed", reason, `Make another one for ${is}, and keep this one.`)];
	}
	if (ops.includes("create")) {
		// The state had it, and a refresh did not find it.
		const reason = `It is no longer on its platform: somebody deleted it, and the update makes a new, empty one. ${kind.cost ?? "All that is in it is gone."}`;
		return [
			say(
				"lost",
				"gone",
				reason,
				"Bring it or its data back before an update: from a backup, or from what the platform keeps.",
			),
		];
	}
	const unknown = ops.find((op) => !HARMLESS.has(op) && !REPLACES.test(op));
	if (unknown !== undefined) {
		const reason = `The guard does not know the step "${unknown}", so it cannot tell what becomes of the data.`;
		return [say("at risk", "unknown-step", reason, "Look at the step in pulumi preview --diff, and update holdfast.")];
	}
	const less = after === undefined ? [] : weakened(resource.type, before, after);
	if (less.length === 0 && isReplaced) return [say("kept", "replaced", "It is made anew for what it keeps safe.")];
	if (less.length === 0)
		return [say("kept", "kept", ops.includes("update") ? "It is changed in place." : "It stays as it is.")];
	return less.map(({ rule, reason, wayOut }) => say("at risk", rule, reason, wayOut));
}

/** Settings that come to a bucket which is there already change what becomes of its objects. */
function judgedSettings({ type, before: old, after }: Planned, all: Planned[], say: Say): Finding[] {
	if (after === undefined) return [say("kept", "removed", "It is removed: from then on nothing is deleted by it.")];
	const before = ownerOf(old) === ownerOf(after) ? old : undefined;
	const isOfNewBucket = all.some((other) => {
		return (
			(other.before === undefined || other.ops.some((op) => REPLACES.test(op))) &&
			other.after?.inputs.bucket === after.inputs.bucket &&
			kindOf(other.type)?.noun === "bucket"
		);
	});
	if (before === undefined && (isOfNewBucket || isHidden(after.inputs.bucket)))
		return [say("kept", "new", "It is new, as its bucket is.")];
	const less = weakened(type, before ?? { ...after, inputs: {}, protect: false, retainOnDelete: false }, after);
	if (less.length === 0) return [say("kept", "kept", "Nothing is deleted sooner by it.")];
	return less.map(({ rule, reason, wayOut }) => say("at risk", rule, reason, wayOut));
}

/** What a safeguard or a setting is for, by the name on the platform. */
function ownerOf(state: State | undefined): unknown {
	const { bucket, fileSystemId, sourceFileSystemId } = state?.inputs ?? {};
	return bucket ?? fileSystemId ?? sourceFileSystemId;
}

/** Whether what it kept safe stays, and it goes to another. */
function leavesOwner({ before, after }: Planned, all: Planned[]): boolean {
	const owner = ownerOf(before);
	if (typeof owner !== "string" || owner === ownerOf(after)) return false;
	return !all.some((other) => {
		const goes = other.after === undefined || other.ops.some((op) => REPLACES.test(op));
		return (
			goes && [other.before?.id, other.before?.inputs.bucket].includes(owner) && kindOf(other.type)?.role === undefined
		);
	});
}

type Say = (verdict: Finding["verdict"], rule: string, reason: string, wayOut?: string) => Finding;

function deleted(resource: Planned, kind: Kind, all: Planned[], say: Say): Finding {
	const { before, type, urn } = resource;
	const same = (other: Planned) => other.type === type && other.before === undefined && other.urn !== urn;
	const twins = all.filter(same);
	const physical = nameOf(resource, kind);
	const twin = twins.find((other) => nameOf(other, kind) === physical) ?? (twins.length === 1 ? twins[0] : undefined);
	const cost = kind.cost ?? "All that is in it is gone.";
	const keep = `Put it back into the program, or take it out of the state alone: pulumi state delete '${urn}'.`;
	if (kind.role === "guard") {
		return say("at risk", "safeguard-removed", `The update removes it. ${cost}`, "Put it back into the program.");
	}
	if (twin !== undefined) {
		const stays = before?.retainOnDelete === true;
		const wayOut = `Say that it is the same: aliases: [${aliasOf(resource, twin)}] in the options of ${twin.name}.`;
		const reason = `It looks renamed to ${twin.name} without an alias: the update makes a new one and ${stays ? "leaves this one behind" : `deletes this one. ${cost}`}`;
		return say(stays ? "at risk" : "lost", "renamed-without-alias", stays ? `${reason}.` : reason, wayOut);
	}
	if (before?.retainOnDelete === true) {
		const reason =
			"It leaves the program, and stays on its platform because of retainOnDelete: from then on no stack looks after it.";
		return say(
			"at risk",
			"left-behind",
			reason,
			"Put it back into the program, or note where it is and who deletes it.",
		);
	}
	return say("lost", "deleted", `The update deletes it. ${cost}`, keep);
}

function replaced({ before, after, replaceReasons }: Planned, kind: Kind, say: Say): Finding {
	const reasons = [...new Set(replaceReasons)];
	const changes = reasons.map((property) => {
		const [old, next] = [before?.inputs[property], after?.inputs[property]];
		return `${property}: ${shown(old)} to ${shown(next)}`;
	});
	const why = changes.length > 0 ? `, because it changes ${changes.join(", ")}` : "";
	const wayOut = `${reasons.length > 0 ? `Set ${reasons.join(" and ")} back` : "Find what forces it in pulumi preview --diff"}, or make a second one beside it and move the data first.`;
	if (before?.retainOnDelete === true) {
		const reason = `The update puts a new, empty one in its place${why}. The old one stays on its platform because of retainOnDelete.`;
		return say("at risk", "replaced-and-left-behind", reason, wayOut);
	}
	return say(
		"lost",
		"replaced",
		`The update deletes it and makes a new, empty one${why}. ${kind.cost ?? "All that is in it is gone."}`,
		wayOut,
	);
}

/** As `volume notes-data`; of what holds no data, its type and name in the program. */
export function subjectOf(resource: Planned): string {
	const kind = kindOf(resource.type);
	if (kind === undefined) return `${resource.type.split(":").pop()} ${resource.name}`;
	return `${kind.noun} ${nameOf(resource, kind)}`;
}

/** Its name on the platform, or in the program where the platform chooses one. */
function nameOf({ before, after, name }: Planned, { nameProperty = "name" }: Kind): string {
	for (const state of [before, after]) {
		const found = state?.inputs[nameProperty];
		if (typeof found === "string" && found !== "") return found;
	}
	return name;
}

/** Written as in the options of the resource that takes its place. */
function aliasOf(old: Planned, next: Planned): string {
	const [oldTypes = "", newTypes = ""] = [old, next].map(({ urn }) => urn.split("::")[2]);
	return oldTypes === newTypes ? `{ name: ${JSON.stringify(old.name)} }` : JSON.stringify(old.urn);
}
