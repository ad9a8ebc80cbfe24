import { join } from "node:path";
import { gcsServerBinary } from "../setup/servers";
import { ServerProcess, StoreServer } from "./serverProcess";

/**
 * Starts a GCS server (fake-gcs-server: the JSON API over HTTP, without credentials) in a temporary directory. It ends
 * with this process, or by `stop`.
 *
 * @param options.address where it listens. @default - the gateway of Docker's bridge, which containers can reach too
 */
export async function startGcsServer(options: { address?: string } = {}): Promise<GcsServer> {
	const server = await ServerProcess.start(
		({ address, port, host, endpoint, directory }) => {
			const listen = ["-scheme", "http", "-host", address, "-port", `${port}`];
			const names = ["-public-host", host, "-external-url", endpoint];
			// In files, so that the data is still there after `refuse`.
			const data = ["-backend", "filesystem", "-filesystem-root", join(directory, "data")];
			return [gcsServerBinary(), ...listen, ...names, ...data, "-log-level", "warn"];
		},
		{ address: options.address },
	);
	return new GcsServer(server);
}

export class GcsServer extends StoreServer {
	/** What Google's clients and Litestream take as `STORAGE_EMULATOR_HOST`. */
	get emulatorHost(): string {
		return this.server.host;
	}

	/** Makes a bucket. Without versions: this server keeps none in files. */
	async createBucket(name: string): Promise<void> {
		const response = await fetch(`${this.endpoint}/storage/v1/b?project=holdfast`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ name }),
		});
		if (!response.ok) throw new Error(`cannot make the bucket ${name}: ${response.status} ${await response.text()}`);
		await response.arrayBuffer();
	}
}
