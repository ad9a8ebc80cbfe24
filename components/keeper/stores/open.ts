import { posix } from "node:path";
import { DirectoryStore } from "./directory";
import type { Store } from "./store";

/** What a store's URL says. */
export interface Location {
	scheme: "file" | "s3" | "gs";
	/** Name of the bucket, or the directory that is mounted. */
	bucket: string;
	/** Where in it, without slashes around. */
	prefix: string;
}

/** Undefined for what is no URL of a store. `file:///backup/notes` is the prefix `notes` in what is mounted at `/backup`. */
export function parseLocation(url: string): Location | undefined {
	const found = /^(s3|gs):\/\/([^/]+)\/?(.*)$/.exec(url) ?? /^(file):\/\/(\/[^/]+)\/?(.*)$/.exec(url);
	if (found === null) return undefined;
	const [, scheme, bucket = "", rest = ""] = found;
	return { scheme: scheme as Location["scheme"], bucket, prefix: posix.join("/", rest).replace(/^\/|\/$/g, "") };
}

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
