import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkInputs, type Failure } from "./check";
import type { Cloud, Kind, Step } from "./cloud";
import { difference } from "./difference";
import type { Facts } from "./facts/types";
import { Store } from "./store";
import { bareProperties, type Properties, text, UNKNOWN } from "./values";

/** TEST PART. A provider that stands in for the real one: it checks and answers as that does, and touches only a directory. */
export class ProviderDouble {
	private readonly facts: Record<string, Facts>;
	private readonly store: Store;

	/** @param directory where the cloud's contents are, and below `facts` what is known of its types */
	constructor(
		name: "gcp" | "aws",
		private readonly cloud: Cloud,
		directories: { facts: string; contents: string },
	) {
		this.facts = JSON.parse(readFileSync(join(directories.facts, `${name}.json`), "utf8")) as Record<string, Facts>;
		this.store = new Store(directories.contents);
	}

	/** What is wrong with inputs; fills in a name where the program gives none, as the real providers do. */
	check(urn: string, olds: Properties, news: Properties): { inputs: Properties; failures: Failure[] } {
		const { type, name } = partsOf(urn);
		const { facts, kind } = this.known(type);
		const inputs = { ...news };
		const fact = facts.name;
		const isOptional = fact?.required !== true || kind.isNamed === true;
		const givesName = fact !== undefined && fact.type === "string" && isOptional && fact.outputOnly !== true;
		if (givesName && inputs.name === undefined && inputs.namePrefix === undefined) {
			const made = Array.isArray(olds.__defaults) && olds.__defaults.includes("name");
			inputs.name = (made ? olds.name : undefined) ?? `${name}-${Math.random().toString(16).slice(2, 9)}`;
			inputs.__defaults = ["name"];
		}
		return { inputs, failures: checkInputs(name, facts, inputs) };
	}

	diff(urn: string, olds: Properties, news: Properties) {
		const { facts } = this.known(partsOf(urn).type);
		const { changed, replacing } = difference(facts, olds, news);
		// One of a name that the program chose cannot be beside its successor of the same name.
		const named = ["name", "bucket"].find((property) => facts[property]?.replaces === true);
		const chosen = named !== undefined && !(Array.isArray(news.__defaults) && news.__defaults.includes(named));
		const stays = named !== undefined && news[named] !== undefined && news[named] === olds[named];
		return { changed, replacing, deleteBeforeReplace: replacing.length > 0 && chosen && stays };
	}

	async create(urn: string, inputs: Properties, preview: boolean): Promise<{ id: string; outputs: Properties }> {
		const { type } = partsOf(urn);
		const { kind, facts } = this.known(type);
		const plain = bareProperties(inputs);
		if (preview) return { id: "", outputs: { ...unknown(facts), ...this.withCommon(facts, inputs) } };
		await this.step(type, kind, "create", plain);
		const key = kind.key?.(plain);
		const other = key === undefined ? undefined : this.store.named(type, key);
		if (other !== undefined) throw new Error(taken(type, kind, other.leaving === true, plain));
		const id = kind.id(plain);
		const outputs = { ...this.withCommon(facts, inputs), ...kind.outputs?.(plain, id) };
		this.store.put({ type, id, inputs, outputs, ...(key !== undefined && { key }) });
		await this.answer(type);
		const failure = kind.fails?.(plain);
		if (failure !== undefined) throw new Error(`1 error occurred:\n\t* ${failure}`);
		return { id, outputs };
	}

	async update(urn: string, id: string, olds: Properties, inputs: Properties, preview: boolean): Promise<Properties> {
		const { type } = partsOf(urn);
		const { kind, facts } = this.known(type);
		const outputs = { ...onlyOutputs(facts, olds), ...this.withCommon(facts, inputs) };
		if (preview) return outputs;
		await this.step(type, kind, "update", bareProperties(inputs));
		const thing = this.store.get(type, id);
		if (thing === undefined) throw new Error(`updating ${type} ${id}: it is not in the cloud any more (404)`);
		this.store.put({ ...thing, inputs, outputs });
		return outputs;
	}

	async delete(urn: string, id: string): Promise<void> {
		const { type } = partsOf(urn);
		const { kind } = this.known(type);
		const thing = this.store.get(type, id);
		if (thing === undefined || thing.leaving) return;
		const plain = bareProperties(thing.inputs);
		await this.step(type, kind, "delete", plain);
		const refusal = kind.refusesDelete?.(plain);
		if (refusal !== undefined) throw new Error(refusal);
		if (kind.leaves?.(plain)) this.store.put({ ...thing, leaving: true });
		else this.store.remove(type, id);
	}

	async read(urn: string, id: string): Promise<{ inputs: Properties; outputs: Properties } | undefined> {
		const { type } = partsOf(urn);
		const { kind } = this.known(type);
		await this.step(type, kind, "read", {});
		const thing = this.store.get(type, id);
		return thing === undefined || thing.leaving ? undefined : thing;
	}

	private known(type: string): { kind: Kind; facts: Facts } {
		const facts = this.facts[type];
		const kind = this.cloud.kinds[type];
		if (facts === undefined || kind === undefined) {
			throw new Error(`the double in test/engine/cloudDouble knows no ${type}: add what it is to its facts and kinds`);
		}
		return { kind, facts };
	}

	/** Takes its time, and fails where the test has taken a permission away. */
	private async step(type: string, kind: Kind, step: Step, inputs: Properties): Promise<void> {
		await sleep(Number(process.env.HOLDFAST_DOUBLE_DELAY ?? 0));
		const permission = kind.permission(step);
		if (process.env.HOLDFAST_DOUBLE_DENY?.split(",").includes(permission)) {
			throw new Error(`1 error occurred:\n\t* ${this.cloud.denied(type, step, permission, inputs)}`);
		}
	}

	/** Never, where the test will end the engine between what the cloud does and what the engine hears of it. */
	private async answer(type: string): Promise<void> {
		if (process.env.HOLDFAST_DOUBLE_SILENT?.split(",").includes(type)) await new Promise(() => {});
	}

	private withCommon(facts: Facts, inputs: Properties): Properties {
		const filled = { ...inputs };
		delete filled.__defaults;
		for (const [name, value] of Object.entries(this.cloud.common())) {
			if (facts[name] !== undefined && filled[name] === undefined) filled[name] = value;
		}
		return filled;
	}
}

function taken(type: string, kind: Kind, leaving: boolean, inputs: Properties): string {
	const name = text(inputs, "name") ?? "";
	if (leaving) {
		return `creating ${type} (${name}): operation error Secrets Manager: CreateSecret, https response error StatusCode: 400, InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion.`;
	}
	return `1 error occurred:\n\t* ${kind.taken?.(inputs) ?? `creating ${type} (${name}): StatusCode: 409, it exists already`}`;
}

function unknown(facts: Facts): Properties {
	const left = Object.entries(facts).filter(([, { outputOnly, computed }]) => outputOnly || computed);
	return Object.fromEntries(left.map(([name]) => [name, UNKNOWN]));
}

/** What the cloud gave before: it stays as it is through an update. */
function onlyOutputs(facts: Facts, olds: Properties): Properties {
	return Object.fromEntries(
		Object.entries(olds).filter(([name]) => facts[name]?.outputOnly === true || facts[name]?.computed === true),
	);
}

function partsOf(urn: string): { type: string; name: string } {
	const [, , qualified = "", name = ""] = urn.split("::");
	return { type: qualified.split("$").pop() ?? "", name };
}
