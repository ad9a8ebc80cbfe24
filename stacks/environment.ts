import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../components/validate";

/** Whether a stack is one that people depend on: by `holdfast:environment`, else by the end of its name. */
export function isProd(stack: string, environment: "staging" | "prod" | undefined): boolean {
	return environment === undefined ? /(^|[-_.])prod(uction)?$/.test(stack) : environment === "prod";
}

/** What encrypts a stack's secrets, as far as a program can know: the engine does not tell it, the stack's file does. */
export type SecretsProvider = "passphrase" | "key" | "Pulumi Cloud";

/**
 * @param file the stack's configuration file. With a passphrase it has its salt; with a key of a cloud, the key's name;
 * with Pulumi Cloud, nothing
 * @param environment of the process. The tools keep the salt of the local backend outside of the file, so that only
 * the passphrase itself is to be seen
 */
export function secretsProvider(file: string, environment: NodeJS.ProcessEnv): SecretsProvider {
	const provider = /^["']?secretsprovider["']?:\s*["']?([^\s"']+)/m.exec(file)?.[1];
	if (provider?.includes("://")) return "key";
	const { PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE, PULUMI_BACKEND_URL = "" } = environment;
	if (provider === "passphrase" || /^["']?encryptionsalt["']?:/m.test(file)) return "passphrase";
	const isPulumiCloud = PULUMI_BACKEND_URL.startsWith("https://");
	const hasPassphrase = PULUMI_CONFIG_PASSPHRASE !== undefined || PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
	return hasPassphrase && !isPulumiCloud ? "passphrase" : "Pulumi Cloud";
}

const KEY = {
	gcp: "gcpkms://projects/PROJECT/locations/REGION/keyRings/holdfast/cryptoKeys/pulumi",
	aws: "awskms://alias/holdfast?region=REGION",
};

/** A prod stack whose secrets rest on a passphrase, which goes from hand to hand and cannot be taken back. */
export function environmentProblems(
	target: "gcp" | "aws",
	stack: string,
	environment: "staging" | "prod" | undefined,
	process: NodeJS.ProcessEnv,
): Problem[] {
	if (!isProd(stack, environment)) return [];
	// As the tools do (tools/stackConfig.ts): another file where a test or a person names one.
	const path = process.HOLDFAST_CONFIG ?? join(__dirname, `Pulumi.${stack}.yaml`);
	const file = existsSync(path) ? readFileSync(path, "utf8") : "";
	if (secretsProvider(file, process) !== "passphrase") return [];
	const reason = `prod must not encrypt its secrets with a passphrase (got one): whoever has seen it can read them for ever; make a key in the cloud, and run npm run pulumi -- stack change-secrets-provider "${KEY[target]}" --stack ${stack}`;
	return [{ propertyPath: "environment", reason }];
}
