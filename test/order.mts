import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The engine's files that take minutes, the longest first: one that began last would run on alone. */
const LONG = ["migrations", "container", "lifecycle", "keeper", "prove", "host", "proveS3"].map(
	(name) => `/engine/${name}.test.ts`,
);

/** Files that load the processors, those of the engine, by turns with those that mostly wait, those of the data. */
export default class Order extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		const of = (project: string) => sorted.filter((file) => file.project.name === project);
		const rank = ({ moduleId }: TestSpecification) => {
			const at = LONG.findIndex((name) => moduleId.endsWith(name));
			return at < 0 ? LONG.length : at;
		};
		const [engine, data] = [of("engine").sort((a, b) => rank(a) - rank(b)), of("data")];
		const others = sorted.filter((file) => !engine.includes(file) && !data.includes(file));
		const turns = Array.from({ length: Math.max(engine.length, data.length) }, (_, at) => [engine[at], data[at]]);
		return [...others, ...turns.flat().filter((file) => file !== undefined)];
	}
}
