import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, lastLine, which } from "./command";
import { installPackages } from "./dockerEngine";
import { type Step, StepFailed } from "./steps";
import { SAMPLE_BASE } from "./versions";

const RECIPE = join(__dirname, "..", "..", "stacks", "sample-app", "base");
const DEBIAN = "bookworm";
const DEBIAN_PACKAGES = ["python3-flask", "python3-sqlalchemy", "alembic", "gunicorn", "sqlite3", "ca-certificates"];
const PATH_VARIABLE = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
		say(`${lastLine(pulled.output)}; building ${DEBIAN} from Debian's packages instead, 2 minutes`);
		const remedy = `Run: sudo apt-get install mmdebstrap, then npm run setup again; or build ${SAMPLE_BASE} where a registry can be reached (docker build ${RECIPE}) and docker load it here.`;
		if (which("mmdebstrap") === undefined) await installPackages(["mmdebstrap"], say, remedy);
		await importDebian(remedy);
		return `${SAMPLE_BASE} from Debian's packages`;
	},
};

async function importDebian(remedy: string): Promise<void> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-base-"));
	try {
		const root = join(directory, "root.tar");
		const made = await command("mmdebstrap", [
			"--variant=minbase",
			`--include=${DEBIAN_PACKAGES.join(",")}`,
			DEBIAN,
			root,
		]);
		if (made.code !== 0) throw new StepFailed(`mmdebstrap failed: ${lastLine(made.output)}`, remedy);
		const imported = await command("docker", ["import", "--change", `ENV ${PATH_VARIABLE}`, root, SAMPLE_BASE]);
		if (imported.code !== 0) throw new StepFailed(`docker import failed: ${lastLine(imported.output)}`, remedy);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}
