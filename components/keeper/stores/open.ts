import type { Location } from "../../backup";
import { DirectoryStore } from "./directory";
import type { Store } from "./store";

/** The store at a URL. Only the library that it needs is loaded: each costs memory for as long as the keeper runs. */
export function openStore({ scheme, bucket, prefix }: Location): Store {
	if (scheme === "file") return new DirectoryStore(bucket, prefix);
	if (scheme === "s3") {
		const { S3Store } = require("./s3") as typeof import("./s3");
		return new S3Store(bucket, prefix);
	}
	const { GcsStore } = require("./gcs") as typeof import("./gcs");
	return new GcsStore(bucket, prefix);
}
