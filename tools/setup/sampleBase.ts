import { join } from "node:path";
import { command, lastLine } from "./command";
import { importDebian } from "./debian";
import type { Step } from "./steps";
import { SAMPLE_BASE } from "./versions";

const RECIPE = join(__dirname, "..", "..", "stacks", "sample-app", "base");
const DEBIAN_PACKAGES = [
	"python3-flask",
	"python3-sqlalchemy",
	"alembic",
	"gunicorn",
	"python3-psycopg2",
	"sqlite3",
	"ca-certificates",
];

/** The image under the sample app: from a container registry, or with the same programs from Debian's packages. */
export const sampleBaseStep: Step = {
	title: "sample app's base image",
	async present() {
		return (await command("docker", ["image", "inspect", SAMPLE_BASE])).code === 0 ? SAMPLE_BASE : undefined;
	},
	async make(say) {
		say("pulling python and its packages");
		const pulled = await command("docker", ["build", "--tag", SAMPLE_BASE, RECIPE], { timeout: 600_000 });
		if (pulled.code === 0) return `${SAMPLE_BASE} from the public Python image`;
		say(`${lastLine(pulled.output)}; building it from Debian's packages instead, 2 minutes`);
		const remedy = `Run: sudo apt-get install mmdebstrap, then npm run setup again; or build ${SAMPLE_BASE} where a registry can be reached (docker build ${RECIPE}) and docker load it here.`;
		await importDebian({ image: SAMPLE_BASE, packages: DEBIAN_PACKAGES, variant: "minbase", remedy }, say);
		return `${SAMPLE_BASE} from Debian's packages`;
	},
};
