import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** Where the components mount the credentials of the store, a file for each variable. */
const SECRETS = "/run/secrets";

/** Puts the store's credentials from their files into the process's own environment, where the libraries look. */
export function loadCredentials(directory = SECRETS): void {
	for (const name of filesIn(directory)) {
		const file = posix.join(directory, name);
		// Google's libraries want the path of the key, AWS's the values.
		if (name === "GOOGLE_CREDENTIALS") process.env.GOOGLE_APPLICATION_CREDENTIALS = file;
		else process.env[name] = readFileSync(file, "utf8").trimEnd();
	}
}

function filesIn(directory: string): string[] {
	try {
		return readdirSync(directory).filter((name) => /^(AWS_\w+|GOOGLE_CREDENTIALS)$/.test(name));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
}
