import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { command, lastLine } from "../setup/command";
import { registryBinary } from "../setup/servers";
import { ServerProcess } from "./serverProcess";

/**
 * Starts a container registry (distribution) on the loopback interface, with TLS by a certificate of its own, to which
 * Docker pushes without a check and with any login. It ends with this process, or by `stop`, and its images go with it.
 */
export async function startRegistry(certificates: string): Promise<RegistryServer> {
	const certificate = join(certificates, "registry.crt");
	const key = join(certificates, "registry.key");
	const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
	const files = ["-keyout", key, "-out", certificate];
	const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
	const made = await command("openssl", ["req", "-x509", ...ec, ...subject, ...files]);
	if (made.code !== 0) throw new Error(`openssl makes no certificate: ${lastLine(made.output)}`);
	const server = await ServerProcess.start(
		({ host, directory }) => {
			const file = join(directory, "config.json");
			// JSON is YAML.
			const config = {
				version: 0.1,
				log: { level: "warn", accesslog: { disabled: true } },
				storage: { filesystem: { rootdirectory: join(directory, "data") }, delete: { enabled: true } },
				http: { addr: host, tls: { certificate, key } },
			};
			writeFileSync(file, JSON.stringify(config));
			return [registryBinary(), "serve", file];
		},
		{ address: "127.0.0.1" },
	);
	return new RegistryServer(server, certificate);
}

class RegistryServer {
	constructor(
		private readonly server: ServerProcess,
		/** File of the certificate that whoever checks it must trust. */
		readonly certificate: string,
	) {}

	/** What an image's reference begins with. */
	get host(): string {
		return this.server.host;
	}

	/** Whether it has the image that a reference by digest names. */
	async has(reference: string): Promise<boolean> {
		const [, name, digest] = /^[^/]+\/(.+)@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
		if (name === undefined) throw new Error(`${reference} is no reference by digest`);
		const accept = [
			"application/vnd.docker.distribution.manifest.v2+json",
			"application/vnd.oci.image.manifest.v1+json",
			"application/vnd.oci.image.index.v1+json",
		];
		const status = await new Promise<number | undefined>((resolve, reject) => {
			const url = `https://${this.host}/v2/${name}/manifests/${digest}`;
			const options = { method: "HEAD", ca: readFileSync(this.certificate), headers: { accept: accept.join(", ") } };
			request(url, options, (response) => resolve(response.resume().statusCode))
				.once("error", reject)
				.end();
		});
		return status === 200;
	}

	/** Ends it and removes its images. */
	stop(): Promise<void> {
		return this.server.stop();
	}
}
