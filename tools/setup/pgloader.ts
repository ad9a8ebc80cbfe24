import { command } from "./command";
import { importDebian } from "./debian";
import type { Step } from "./steps";
import { PGLOADER_IMAGE } from "./versions";

/** What reads SQLite and Postgres in the tests and in the benchmark, besides the keeper, all of it by other people. */
const DEBIAN_PACKAGES = ["pgloader", "sqlite3", "postgresql-client", "python3-psycopg2"];

/** An image with pgloader to compare with, and with psql and Python to look at both sides. Only for tests and benchmarks. */
export const pgloaderStep: Step = {
	title: "pgloader for tests",
	async present() {
		return (await command("docker", ["image", "inspect", PGLOADER_IMAGE])).code === 0 ? PGLOADER_IMAGE : undefined;
	},
	async make(say) {
		say("building it from Debian's packages, 1 to 2 minutes");
		const remedy = "Run: sudo apt-get install mmdebstrap, then npm run test:data again.";
		await importDebian({ image: PGLOADER_IMAGE, packages: DEBIAN_PACKAGES, variant: "minbase", remedy }, say);
		return `${PGLOADER_IMAGE} from Debian's packages`;
	},
};
