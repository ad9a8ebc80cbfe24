import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { registryBinary } from "../setup/servers";
import { ServerProcess } from "./serverProcess";

/**
 * Starts a container registry (distribution) on the loopback interface, to which Docker pushes without TLS and without a
 * login. It ends with this process, or by `stop`, and its images go with it.
 */
export async function startRegistry(): Promise<RegistryServer> {
	const server = await ServerProcess.start(
		({ host, directory }) => {
			const file = join(directory, "config.json");
			// JSON is YAML.
			const config = {
				version: 0.1,
				log: { level: "warn", accesslog: { disabled: true } },
				storage: { filesystem: { rootdirectory: join(directory, "data") }, delete: { enabled: true } },
				http: { addr: host },
			};
			writeFileSync(file, JSON.stringify(config));
			return [registryBinary(), "serve", file];
		},
		{ address: "127.0.0.1" },
	);
	return new RegistryServer(server);
}

export class RegistryServer {
	constructor(private readonly server: ServerProcess) {}

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
		].join(", ");
		const response = await fetch(`${this.server.endpoint}/v2/${name}/manifests/${digest}`, {
			method: "HEAD",
			headers: { accept },
		});
		return response.ok;
	}

	/** Ends it and removes its images. */
	stop(): Promise<void> {
		return this.server.stop();
	}
}
