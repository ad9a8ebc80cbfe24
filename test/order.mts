import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The engine's files that take minutes, the longest first: one that began last would run on alone. */
const LONG = [
	"migrations",
	"container",
	"movingIn",
	"lifecycle",
	"keeper",
	"prove",
	"postgresMove",
	"host",
	"proveS3",
].map((name) => `/engine/${name}.test.ts`);

/** The long files first, the others as vitest has them. */
export default class Order extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const rank = ({ moduleId }: TestSpecification) => {
			const at = LONG.findIndex((name) => moduleId.endsWith(name));
			return at < 0 ? LONG.length : at;
		};
		return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
	}
}
