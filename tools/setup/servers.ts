import { GoProgram } from "./goBuild";
import type { Step } from "./steps";
import { GCS_SERVER, LITESTREAM, S3_SERVER } from "./versions";

const s3Server = new GoProgram("s3-server", S3_SERVER, "main.Version");
const gcsServer = new GoProgram("gcs-server", GCS_SERVER);
/** For this machine, and in the keeper's base where its image cannot be pulled. */
export const litestream = new GoProgram("litestream", LITESTREAM, "main.Version");

const ALL = [s3Server, gcsServer, litestream];

/** Real servers of both kinds of store, for tests and for the prove, and a Litestream beside them. */
export const serversStep: Step = {
	title: "backup stores for tests",
	async present() {
		return ALL.every((program) => program.isThere()) ? ALL.map((program) => program.path()).join(", ") : undefined;
	},
	async make(say) {
		say("building versitygw, fake-gcs-server and litestream from Go modules, 3 to 8 minutes");
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

/** The path of litestream for this machine. */
export function litestreamBinary(): string {
	return litestream.path();
}
