import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, lastLine } from "./command";
import { dockerArgs, importDebian } from "./debian";
import { type Step, StepFailed } from "./steps";
import { POSTGRES_IMAGE } from "./versions";

const CONTEXT = join(__dirname, "..", "..", "components", "docker", "postgres");
/** The user of the official image; Debian's own would be another one. */
const USER = 999;
const OLDEST = 15;
/** Debian's release has one major version. */
const DEBIAN_VERSION = 15;
/** The server, and what the entry script calls. */
const DEBIAN_PACKAGES = [
	"base-files",
	"base-passwd",
	"coreutils",
	"dash",
	"libc-bin",
	"sed",
	"util-linux",
	`postgresql-${DEBIAN_VERSION}`,
];

const REMEDY = `Without a container registry this takes a Debian or Ubuntu with mmdebstrap (sudo apt-get install mmdebstrap). Elsewhere build it where a registry can be reached (docker build --tag ${POSTGRES_IMAGE} ${CONTEXT}) and docker load it on the engine.`;

/**
 * The image with PostgreSQL and our entry script, from a container registry or out of Debian's packages. It must be on
 * the engine that runs it.
 *
 * @param host the Docker engine. @default - the docker command's own
 */
export function postgresImageStep(host?: string): Step {
	const docker = (args: string[], timeout = 600_000) => command("docker", dockerArgs(host, ...args), { timeout });
	return {
		title: host === undefined ? "PostgreSQL's image" : `PostgreSQL's image on ${host}`,
		async present() {
			return (await docker(["image", "inspect", POSTGRES_IMAGE], 60_000)).code === 0 ? POSTGRES_IMAGE : undefined;
		},
		async make(say) {
			const server = await docker(["version", "--format", "{{.Server.Arch}}"], 60_000);
			if (server.code !== 0)
				throw new StepFailed(`the Docker engine does not answer: ${lastLine(server.output)}`, REMEDY);
			say("pulling postgres");
			const pulled = await docker(["build", "--tag", POSTGRES_IMAGE, CONTEXT]);
			if (pulled.code === 0) {
				await check();
				return `${POSTGRES_IMAGE} from the public image`;
			}
			if (process.platform !== "linux") throw new StepFailed(`docker build: ${lastLine(pulled.output)}`, REMEDY);
			say(`${lastLine(pulled.output)}; building it from Debian's packages instead, half a minute`);
			await compose(lastLine(server.output), say);
			await check();
			return `${POSTGRES_IMAGE} from Debian's packages`;
		},
	};

	/** @param architecture of the Docker engine, in Debian's words, which are Docker's too */
	async function compose(architecture: string, say: (doing: string) => void): Promise<void> {
		// In the shape of the official image, so that one recipe fits both.
		const official = `${POSTGRES_IMAGE}-program`;
		const directory = mkdtempSync(join(tmpdir(), "holdfast-postgres-"));
		try {
			const hook = join(directory, "complete");
			writeFileSync(hook, COMPLETE, { mode: 0o755 });
			await importDebian(
				{
					image: official,
					packages: DEBIAN_PACKAGES,
					// Unpacked and not installed: no script of a package runs, so that no cluster is made, and any architecture can be
					// made on any other.
					variant: "extract",
					architecture,
					unpacked: hook,
					host,
					remedy: REMEDY,
				},
				say,
			);
			const built = await docker(["build", "--tag", POSTGRES_IMAGE, "--build-arg", `OFFICIAL=${official}`, CONTEXT]);
			if (built.code !== 0) throw new StepFailed(`docker build: ${lastLine(built.output)}`, REMEDY);
		} finally {
			rmSync(directory, { recursive: true, force: true });
			await docker(["image", "rm", official]);
		}
	}

	/** Starts it as closed as the component does, and takes it away again when it does not: a tag that is there is taken for whole. */
	async function check(): Promise<void> {
		const closed = ["--rm", "--network", "none", "--read-only", "--cap-drop", "ALL"];
		const script = 'id -u postgres && exec "$(echo /usr/lib/postgresql/*/bin)"/postgres --version';
		const { code, output } = await docker(["run", ...closed, POSTGRES_IMAGE, "sh", "-c", script]);
		const [user, version = ""] = output.trim().split("\n").slice(-2);
		const major = Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]);
		if (code === 0 && Number(user) === USER && major >= OLDEST) return;
		await docker(["image", "rm", POSTGRES_IMAGE]);
		throw new Error(`${POSTGRES_IMAGE} does not work: ${output.trim().replaceAll("\n", "; ")}`);
	}
}

/**
 * What the packages' own scripts would have done, as far as it matters. Without the compiler for queries (LLVM, 100 MB):
 * `jit` is off, for what it helps are queries of seconds.
 */
const COMPLETE = `#!/bin/sh
set -eu
cd "$1"
cp usr/share/base-passwd/passwd.master etc/passwd
cp usr/share/base-passwd/group.master etc/group
rmdir var/run && ln -s /run var/run
echo 'postgres:x:${USER}:${USER}::/var/lib/postgresql:/bin/sh' >>etc/passwd
echo 'postgres:x:${USER}:' >>etc/group
mkdir -p usr/local/bin
for program in usr/lib/postgresql/${DEBIAN_VERSION}/bin/*; do
	ln -sf "/$program" usr/local/bin/
done
rm -rf usr/lib/postgresql/${DEBIAN_VERSION}/lib/llvmjit* usr/lib/postgresql/${DEBIAN_VERSION}/lib/bitcode usr/lib/*/libLLVM*
find usr/share/doc -type f ! -name copyright -delete
rm -rf usr/share/man usr/share/info usr/share/locale usr/share/perl* usr/lib/*/perl* usr/share/postgresql/*/man var/lib/apt var/cache/apt
`;
