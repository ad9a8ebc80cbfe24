import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SAMPLE_APP } from "../../../tools/prove/sampleApp";
import { dockerOutput, freePort, Twin } from "../../../tools/prove/twin";
import { ROOT } from "../../../tools/workspace";
import { CloudStack } from "../cloudStack";
import { fileOf, type Judgement } from "./judgement";
import { recorded, renamed } from "./recorded";
import type { Base, Scenario } from "./scenario";

type Finish = (undo: () => void | Promise<void>) => void;
interface Exported {
	deployment: { resources?: { urn: string; dependencies?: string[]; propertyDependencies?: object }[] };
}

/** A base that is up, from which previews are made. */
export class Scene {
	private constructor(
		private readonly base: Base,
		private readonly stack: CloudStack,
		/** Made up for this run, and what stands for it in a recording. */
		readonly names: Record<string, string>,
		private readonly port: number,
	) {}

	static async make(base: Base, onTestFinished: Finish): Promise<Scene> {
		const name = `t${randomBytes(4).toString("hex")}`;
		const twin = new Twin(name, await freePort());
		onTestFinished(() => twin.remove());
		const image = `holdfast-${name}-sample:1`;
		if (base.program.includes("IMAGE")) {
			await dockerOutput("build", "--quiet", "--tag", image, join(ROOT, SAMPLE_APP));
			await dockerOutput("tag", image, `${image}-next`);
		}
		const finishing = { onTestFinished } as Parameters<typeof CloudStack.make>[0];
		const stack = await CloudStack.make(finishing, "", { name });
		const names = {
			[stack.home]: "/home",
			[ROOT]: "/repo",
			[name]: "test",
			[`${twin.port}`]: "8000",
			[`${twin.port + 1}`]: "8001",
		};
		const scene = new Scene(base, stack, names, twin.port);
		scene.program({});
		Object.assign(stack.environment, base.environment);
		await stack.upAtOnce();
		return scene;
	}

	/** What `pulumi preview --json` says of a scenario, as the engine gives it. */
	async preview(scenario: Scenario): Promise<string> {
		this.program(scenario);
		const { stack } = this;
		const before = scenario.forgotten && (await this.forget(scenario.forgotten));
		stack.configure((config) => Object.assign(config, scenario.config));
		try {
			const { code, output } = await this.pulumi(scenario);
			if ((code !== 0) !== (scenario.refused === true)) throw new Error(`exit code ${code} of the preview:\n${output}`);
			return output;
		} finally {
			stack.configure((config) => {
				for (const key of Object.keys(scenario.config ?? {})) delete config[key];
			});
			if (before !== undefined) await this.import(before);
		}
	}

	/** The recording of a scenario, made anew where HOLDFAST_RECORD says so. */
	recording({ name }: Scenario, preview: string): string {
		const file = fileOf(this.base, name);
		if (process.env.HOLDFAST_RECORD !== undefined) {
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, recorded(preview.slice(preview.indexOf("{")), this.names));
		}
		if (!existsSync(file))
			throw new Error(`${file} is missing: HOLDFAST_RECORD=1 npm run test:engine -- guard makes it`);
		return readFileSync(file, "utf8");
	}

	/**
	 * What the guard says, without what differs from run to run: the test's names, what is made up of hexadecimal digits, and
	 * the order in which the engine comes upon what it refuses.
	 */
	constant({ exit, said }: Judgement): string {
		const constant = renamed(said, this.names).replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b/g, "#");
		return exit === 2 ? constant.split("\n").sort().join("\n") : constant;
	}

	private async pulumi({ command = ["preview", "--json"], stack: other }: Scenario) {
		if (other === undefined) return this.stack.pulumi(...command);
		const { name } = this.stack;
		await this.stack.succeeds("stack", "rename", other);
		const renamed = Object.assign(Object.create(this.stack) as CloudStack, { name: other });
		const ended = await renamed.pulumi(...command);
		await renamed.succeeds("stack", "rename", name);
		return ended;
	}

	private program({ change = [] }: Pick<Scenario, "change">): void {
		const changed = change.reduce((program, [from, to]) => {
			if (program.split(from).length !== 2) throw new Error(`${from} must stand in the program once`);
			return program.replace(from, () => to);
		}, this.base.program);
		const [name] = Object.keys(this.names).filter((made) => this.names[made] === "test");
		const given = { IMAGE: `holdfast-${name}-sample:1`, PORT: `${this.port}`, STACK: `shop-${name}` };
		this.stack.program(renamed(changed, given));
	}

	private async forget(names: string[]): Promise<string> {
		const exported = await this.stack.succeeds("stack", "export");
		const { deployment, ...rest } = JSON.parse(exported) as Exported;
		const gone = (urn: string) =>
			names.includes("*") || (!/holdfast:\w+:\w+::/.test(urn) && names.includes(urn.split("::").pop() ?? ""));
		const resources = (deployment.resources ?? []).filter(({ urn }) => !gone(urn));
		for (const resource of resources) Object.assign(resource, { dependencies: [], propertyDependencies: {} });
		await this.import(JSON.stringify({ ...rest, deployment: { ...deployment, resources } }));
		return exported;
	}

	private async import(state: string): Promise<void> {
		const file = join(this.stack.home, "state.json");
		writeFileSync(file, state);
		await this.stack.succeeds("stack", "import", "--file", file, "--force");
	}
}
