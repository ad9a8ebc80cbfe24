import { GoProgram } from "./goBuild";
import type { Step } from "./steps";
import { GCS_SERVER, LITESTREAM, REGISTRY, S3_SERVER } from "./versions";

const s3Server = new GoProgram("s3-server", S3_SERVER, "main.Version");
const gcsServer = new GoProgram("gcs-server", GCS_SERVER);
const registry = new GoProgram("registry", REGISTRY);
/** For this machine, and in the keeper's base where its image cannot be pulled. */
export const litestream = new GoProgram("litestream", LITESTREAM, "main.Version");

const ALL = [s3Server, gcsServer, registry, litestream];

/** Real servers of both kinds of store and a container registry, for tests and for the prove, and a Litestream beside them. */
export const serversStep: Step = {
	title: "backup stores and a registry for tests",
	async present() {
		return ALL.every((program) => program.isThere()) ? ALL.map((program) => program.path()).join(", ") : undefined;
	},
	async make(say) {
		say("building versitygw, fake-gcs-server, distribution and litestream from Go modules, 3 to 9 minutes");
		for (const program of ALL) await program.make();
		return "built from Go modules";
	},
};

/** The path of versitygw, an S3 server. */
export function s3ServerBinary(): string {
	return s3Server.path();
}

/** The path of fake-gcs-server. */
export function gcsServerBinary(): string {
	return gcsServer.path();
}

/** The path of distribution's registry. */
export function registryBinary(): string {
	return registry.path();
}

/** The path of litestream for this machine. */
export function litestreamBinary(): string {
	return litestream.path();
}
