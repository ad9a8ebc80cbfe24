import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AwsCredentials } from "../../components/keeper/stores/awsCredentials";

const START = Date.parse("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;

/** An agent of a container's role, as ECS and EKS have them. */
async function agent() {
	const scene = { asked: [] as (string | undefined)[], status: 200, now: START, lifetime: HOUR };
	const server = createServer((incoming, outgoing) => {
		scene.asked.push(incoming.headers.authorization);
		const Expiration = new Date(scene.now + scene.lifetime).toISOString();
		const keys = { AccessKeyId: `id ${scene.asked.length}`, SecretAccessKey: "secret", Token: "session", Expiration };
		outgoing.writeHead(scene.status).end(JSON.stringify(scene.status === 200 ? keys : { message: "not now" }));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/credentials`;
	const made = (environment: NodeJS.ProcessEnv = {}) =>
		new AwsCredentials(
			{ AWS_CONTAINER_CREDENTIALS_FULL_URI: url, ...environment },
			() => scene.now,
			async () => ({ accessKeyId: "another way" }),
		);
	return { scene, made };
}

describe("the credentials of a container", () => {
	it("come with their session, and are asked for again shortly before they expire", async () => {
		const { scene, made } = await agent();
		const credentials = made();
		expect(await credentials.get()).toEqual({
			accessKeyId: "id 1",
			secretAccessKey: "secret",
			sessionToken: "session",
		});
		scene.now += HOUR - 6 * 60_000;
		expect((await credentials.get()).accessKeyId).toBe("id 1");
		scene.now += 2 * 60_000;
		expect((await credentials.get()).accessKeyId).toBe("id 2");
		expect(scene.asked).toHaveLength(2);
	});

	it("are asked for once, however many want them at a time", async () => {
		const { scene, made } = await agent();
		const credentials = made();
		await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
		expect(scene.asked).toHaveLength(1);
	});

	it("stay in use while they are good, when no new ones are to be had", async () => {
		const { scene, made } = await agent();
		const credentials = made();
		await credentials.get();
		scene.status = 500;
		scene.now += HOUR - 60_000;
		expect((await credentials.get()).accessKeyId).toBe("id 1");
		scene.now += 2 * 60_000;
		await expect(credentials.get()).rejects.toThrow("no credentials from the container's role: status 500");
	});

	it("are asked for with a token, of a file before that of the environment, and read each time", async () => {
		const { scene, made } = await agent();
		const directory = mkdtempSync(join(tmpdir(), "holdfast-aws-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		const file = join(directory, "token");
		writeFileSync(file, "of the file\n");
		await made({ AWS_CONTAINER_AUTHORIZATION_TOKEN: "given" }).get();
		const both = made({ AWS_CONTAINER_AUTHORIZATION_TOKEN: "given", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file });
		await both.get();
		writeFileSync(file, "anew");
		scene.now += HOUR;
		await both.get();
		expect(scene.asked).toEqual(["given", "of the file", "anew"]);
		await expect(made({ AWS_CONTAINER_AUTHORIZATION_TOKEN: "two\r\nlines" }).get()).rejects.toThrow("must be one line");
	});

	it("are not asked for where there are keys; and where there is no container, it is another way", async () => {
		const { scene, made } = await agent();
		const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
		expect(await made(keys).get()).toEqual({ accessKeyId: "id", secretAccessKey: "secret", sessionToken: undefined });
		const elsewhere = made({ AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined });
		expect(await elsewhere.get()).toEqual({ accessKeyId: "another way" });
		expect(scene.asked).toEqual([]);
	});

	it.each(["http://example.com/x", "http://169.254.169.254/x", "http://127.0.0.1.example.com/x", "ftp://127.0.0.1/x"])(
		"throws: keys in clear text from %s",
		async (url) => {
			const { made } = await agent();
			await expect(made({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }).get()).rejects.toThrow(
				"AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or a loopback address",
			);
		},
	);

	it("throws: an answer without keys, and does not repeat what it was", async () => {
		const server = createServer((_, outgoing) => outgoing.end(JSON.stringify({ SecretAccessKey: "half" })));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		onTestFinished(() => void server.close());
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		const error = await new AwsCredentials({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }).get().catch(String);
		expect(error).toContain("gave no keys");
		expect(error).not.toContain("half");
	});
});
