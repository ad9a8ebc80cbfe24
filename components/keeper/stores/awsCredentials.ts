import { readFileSync } from "node:fs";
import type { Credentials } from "aws4";
import { send, textOf } from "./http";

/** Where a task of ECS asks, with the path that it was given. */
const TASKS = "http://169.254.170.2";
/** Hosts of AWS's own that are asked without TLS, as AWS's SDKs have them: of ECS, and of EKS. */
const AGENTS = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
/** Milliseconds before the end of credentials at which the next are asked for, and for an answer. */
const MARGIN = 5 * 60_000;
const PATIENCE = 5000;

interface Said {
	AccessKeyId: string;
	SecretAccessKey: string;
	Token?: string;
	Expiration?: string;
}

/**
 * The keys that sign what is asked of S3: those of the environment, or of the container's role, kept until shortly before
 * they expire. (AWS's library does the same and more, for 20 MB of memory: it is asked for what is left.)
 */
export class AwsCredentials {
	private current: { credentials: Credentials; until: number } | undefined;
	private asking: Promise<Credentials> | undefined;

	constructor(
		private readonly environment: NodeJS.ProcessEnv = process.env,
		private readonly now: () => number = Date.now,
		private readonly others: () => Promise<Credentials> = machines,
	) {}

	async get(): Promise<Credentials> {
		const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.environment;
		if (AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined) {
			return {
				accessKeyId: AWS_ACCESS_KEY_ID,
				secretAccessKey: AWS_SECRET_ACCESS_KEY,
				sessionToken: AWS_SESSION_TOKEN,
			};
		}
		const url = containerUrl(this.environment);
		if (url === undefined) return this.others();
		if (this.current !== undefined && this.now() < this.current.until - MARGIN) return this.current.credentials;
		this.asking ??= this.ask(url).finally(() => {
			this.asking = undefined;
		});
		try {
			return await this.asking;
		} catch (error) {
			// What is not over yet is still good.
			if (this.current !== undefined && this.now() < this.current.until) return this.current.credentials;
			throw error;
		}
	}

	private async ask(url: URL): Promise<Credentials> {
		const answer = await send(url, { headers: authorization(this.environment) }, PATIENCE);
		const said = await textOf(answer);
		if (answer.status !== 200) {
			throw new Error(`no credentials from the container's role: status ${answer.status}, ${said.slice(0, 300)}`);
		}
		const { AccessKeyId, SecretAccessKey, Token, Expiration } = parsed(said);
		const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
		const until = Expiration === undefined ? Number.POSITIVE_INFINITY : Date.parse(Expiration);
		this.current = { credentials, until };
		return credentials;
	}
}

function parsed(said: string): Said {
	const found = JSON.parse(said) as Partial<Said>;
	const { AccessKeyId, SecretAccessKey } = found;
	// Not its text, which may have half of a secret.
	if (AccessKeyId === undefined || SecretAccessKey === undefined) throw new Error("the container's role gave no keys");
	return { ...found, AccessKeyId, SecretAccessKey };
}

/**
 * @throws {Error} where the keys would be asked for in clear text from another machine.
 */
function containerUrl(environment: NodeJS.ProcessEnv): URL | undefined {
	const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = environment;
	if (relative) return new URL(`${TASKS}${relative}`);
	if (!full) return undefined;
	const url = new URL(full);
	if (url.protocol === "https:" || (url.protocol === "http:" && isNear(url.hostname))) return url;
	throw new Error(
		`AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or a loopback address or one of AWS's own agents (got ${url.origin})`,
	);
}

function isNear(host: string): boolean {
	return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host) || AGENTS.includes(host);
}

function authorization(environment: NodeJS.ProcessEnv): Record<string, string> {
	const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: given } = environment;
	// Read each time: it is changed while we run.
	const token = file ? readFileSync(file, "utf8").trimEnd() : given;
	if (!token) return {};
	if (/[\r\n]/.test(token)) throw new Error("the container's authorization token must be one line");
	return { authorization: token };
}

/** Of an instance's role, or a profile. It remembers them until they are about to expire. */
function machines(): Promise<Credentials> {
	provider ??= (
		require("@aws-sdk/credential-provider-node") as typeof import("@aws-sdk/credential-provider-node")
	).defaultProvider();
	return provider();
}

let provider: (() => Promise<Credentials>) | undefined;
