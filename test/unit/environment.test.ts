import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { environmentProblems, isProd, secretsProvider } from "../../stacks/environment";

const SALT = "encryptionsalt: v1:abc=:v1:def:ghi==\nconfig: {}\n";
const GCP_KEY =
	"secretsprovider: gcpkms://projects/p/locations/r/keyRings/k/cryptoKeys/c\nencryptedkey: abc\nconfig: {}\n";

describe("isProd", () => {
	it.each([
		["gcp-prod", undefined, true],
		["production", undefined, true],
		["gcp-staging", undefined, false],
		["products", undefined, false],
		["gcp-staging", "prod", true],
		["gcp-prod", "staging", false],
	] as const)("%s with environment %s: %s", (stack, environment, expected) => {
		expect(isProd(stack, environment)).toBe(expected);
	});
});

describe("secretsProvider", () => {
	const file = { PULUMI_BACKEND_URL: "file:///state", PULUMI_CONFIG_PASSPHRASE_FILE: "/passphrase" };

	it("goes by the stack's file", () => {
		expect(secretsProvider(SALT, {})).toBe("passphrase");
		expect(secretsProvider(`secretsprovider: passphrase\n${SALT}`, {})).toBe("passphrase");
		expect(secretsProvider(GCP_KEY, file)).toBe("key");
		expect(secretsProvider('secretsprovider: "awskms://alias/holdfast?region=eu-west-1"\n', {})).toBe("key");
	});

	it("goes by the passphrase itself where the file does not say, as with the local backend", () => {
		expect(secretsProvider("config: {}\n", file)).toBe("passphrase");
		// An empty passphrase is one as well.
		expect(secretsProvider("", { PULUMI_CONFIG_PASSPHRASE: "" })).toBe("passphrase");
		expect(secretsProvider("config: {}\n", {})).toBe("Pulumi Cloud");
		expect(
			secretsProvider("", { PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_CONFIG_PASSPHRASE: "left over" }),
		).toBe("Pulumi Cloud");
	});

	it("does not take a setting of the same name for it", () => {
		expect(secretsProvider("config:\n  holdfast:app:\n    secretsprovider: awskms://x\n", file)).toBe("passphrase");
	});
});

describe("environmentProblems", () => {
	function problems(stack: string, content: string, environment?: "staging" | "prod", target: "gcp" | "aws" = "gcp") {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-environment-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		const file = join(directory, "Pulumi.yaml");
		writeFileSync(file, content);
		return environmentProblems(target, stack, environment, { HOLDFAST_CONFIG: file });
	}

	it("lets a passphrase pass where nobody depends on it, and a key in prod", () => {
		expect(problems("gcp-staging", SALT)).toEqual([]);
		expect(problems("gcp-prod", GCP_KEY, "prod")).toEqual([]);
		expect(problems("gcp-prod", SALT, "staging")).toEqual([]);
	});

	it("refuses a passphrase in prod, and names the command that changes it", () => {
		for (const [target, key] of [
			["gcp", "gcpkms://projects/PROJECT/"],
			["aws", "awskms://alias/holdfast"],
		] as const) {
			expect(problems(`${target}-prod`, SALT, undefined, target)).toEqual([
				{
					propertyPath: "environment",
					reason: expect.stringMatching(new RegExp(`stack change-secrets-provider "${key}.*" --stack ${target}-prod$`)),
				},
			]);
		}
	});
});
