import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { GoogleToken } from "../../components/keeper/stores/googleToken";

const keys = generateKeyPairSync("rsa", {
	modulusLength: 2048,
	privateKeyEncoding: { type: "pkcs8", format: "pem" },
	publicKeyEncoding: { type: "spki", format: "pem" },
});

/** A token server that checks the signature as Google's does, and a key file that names it. */
async function google(status = 200) {
	const claims: Record<string, unknown>[] = [];
	const server = createServer((incoming, outgoing) => {
		let body = "";
		incoming.on("data", (chunk) => {
			body += chunk;
		});
		incoming.on("end", () => {
			const form = new URLSearchParams(body);
			const [head = "", claim = "", signature = ""] = (form.get("assertion") ?? "").split(".");
			const isSigned = createVerify("RSA-SHA256")
				.update(`${head}.${claim}`)
				.verify(keys.publicKey, Buffer.from(signature, "base64url"));
			claims.push({ isSigned, grant: form.get("grant_type"), ...JSON.parse(`${Buffer.from(claim, "base64url")}`) });
			outgoing.writeHead(status).end(JSON.stringify({ access_token: `token ${claims.length}`, expires_in: 3600 }));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const directory = mkdtempSync(join(tmpdir(), "holdfast-google-"));
	onTestFinished(() => {
		server.close();
		rmSync(directory, { recursive: true });
	});
	const token_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
	const file = join(directory, "key.json");
	writeFileSync(file, JSON.stringify({ client_email: "writer@shop", private_key: keys.privateKey, token_uri }));
	return { claims, file, token_uri };
}

it("exchanges a signed statement for a token, and asks again only shortly before it expires", async () => {
	const { claims, file, token_uri } = await google();
	let now = 1_700_000_000_000;
	const token = new GoogleToken(file, () => now);
	expect(await token.get()).toBe("token 1");
	expect(claims[0]).toMatchObject({
		isSigned: true,
		grant: "urn:ietf:params:oauth:grant-type:jwt-bearer",
		iss: "writer@shop",
		aud: token_uri,
		iat: 1_700_000_000,
		exp: 1_700_003_600,
		scope: "https://www.googleapis.com/auth/devstorage.read_write",
	});
	now += 3_400_000;
	expect(await token.get()).toBe("token 1");
	now += 100_000;
	expect(await token.get()).toBe("token 2");
});

it("says what Google says when there is no token", async () => {
	const { file } = await google(401);
	await expect(new GoogleToken(file).get()).rejects.toThrow("no access token from Google: status 401");
});
