import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { send, textOf } from "./http";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
/** Where a machine of Google's asks for its own service account's token. */
const METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
/** Seconds before a token's end at which the next one is asked for. */
const MARGIN = 120;

interface Key {
	client_email: string;
	private_key: string;
	token_uri: string;
}

/**
 * An access token, kept until shortly before it expires: from the key that `GOOGLE_APPLICATION_CREDENTIALS` names, or the
 * machine's own. (Google's library does the same and more, for 21 MB of memory.)
 */
export class GoogleToken {
	private current: { token: string; until: number } | undefined;

	constructor(
		private readonly keyFile = process.env.GOOGLE_APPLICATION_CREDENTIALS,
		private readonly now: () => number = Date.now,
	) {}

	async get(): Promise<string> {
		if (this.current !== undefined && this.now() < this.current.until) return this.current.token;
		const asked = this.now();
		const answer = this.keyFile === undefined ? await fromMachine() : await fromKey(this.keyFile, asked);
		const said = await textOf(answer);
		if (answer.status !== 200)
			throw new Error(`no access token from Google: status ${answer.status}, ${said.slice(0, 300)}`);
		const { access_token: token, expires_in: seconds } = JSON.parse(said) as {
			access_token: string;
			expires_in: number;
		};
		this.current = { token, until: asked + (seconds - MARGIN) * 1000 };
		return token;
	}
}

function fromMachine() {
	return send(new URL(METADATA), { headers: { "metadata-flavor": "Google" } });
}

/** RFC 7523: a statement signed with the key is exchanged for a token. */
function fromKey(file: string, now: number) {
	const { client_email, private_key, token_uri } = JSON.parse(readFileSync(file, "utf8")) as Key;
	const issued = Math.floor(now / 1000);
	const claims = { iss: client_email, scope: SCOPE, aud: token_uri, iat: issued, exp: issued + 3600 };
	const statement = [{ alg: "RS256", typ: "JWT" }, claims].map((part) => base64(JSON.stringify(part))).join(".");
	const signature = createSign("RSA-SHA256").update(statement).sign(private_key, "base64url");
	const grant = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: `${statement}.${signature}` };
	const body = new URLSearchParams(grant).toString();
	const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) };
	return send(new URL(token_uri), { method: "POST", headers, body });
}

function base64(text: string): string {
	return Buffer.from(text).toString("base64url");
}
