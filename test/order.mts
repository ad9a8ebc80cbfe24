import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take a minute and more, the longest first: one that began last would run on alone. */
const LONG = [
	"engine/migrations",
	"engine/container",
	"engine/lifecycle",
	"engine/prove",
	"engine/host",
	"engine/keeper",
	"engine/postgresMove",
	"engine/movingIn",
	"engine/proveS3",
	"engine/soak",
	"engine/statusPage",
	"engine/takeover",
	"engine/killed",
	"engine/cloudKilled",
	"engine/policy",
	"engine/guardGcpPostgres",
	"engine/guardPlainAws",
	"engine/package",
	"engine/cloudEnvironments",
	"engine/door",
	"data/acknowledge",
	"data/statusPage",
	"data/twoKeepers",
	"data/damage",
	"data/initialData",
	"data/places",
	"data/platform",
	"data/statusPage",
].map((name) => `/${name}.test.ts`);

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
