import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { serve } from "../../components/keeper/control";
import { StatusPage } from "../../components/keeper/page/page";
import type { Settings } from "../../components/keeper/settings";
import { freePort } from "../../tools/prove/twin";
import { statusOf } from "./statusPageScene";

const TOKEN = "0123456789abcdef0123";

/** A status port, as the keeper has it. */
async function served(settings: Partial<Settings>, app = "shop/prod/notes") {
	const store = { list: async function* () {}, get: async () => undefined };
	const keeper = { known: {}, status: async () => statusOf() };
	const all = { app, dataDirectory: "/tmp", database: "/tmp/none.db", owner: "0123456789ab", ...settings };
	const page = new StatusPage(all as Settings, store as never, keeper as never);
	const port = await freePort();
	const routes = { ...page.routes, "GET /status": page.guarded(() => keeper.status()) };
	const close = await serve(routes, { port });
	onTestFinished(close);
	// Without a connection that is kept: the next server may have the same port.
	return (path: string, { headers, ...init }: Pick<RequestInit, "method" | "body"> & { headers?: object } = {}) =>
		fetch(`http://127.0.0.1:${port}${path}`, {
			redirect: "manual",
			...init,
			headers: { connection: "close", ...headers },
		});
}

function tokenFile(token: string): string {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-token-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const file = join(directory, "token");
	writeFileSync(file, token);
	return file;
}

const signIn = (token: string) => ({ method: "POST", body: new URLSearchParams({ token }) });

/** By another name than the address, which fetch does not let one give. */
async function byName(settings: Partial<Settings>, host: string, path: string): Promise<number> {
	const { request } = await import("node:http");
	const ask = await served(settings);
	const { port } = new URL((await ask("/nothing")).url);
	return new Promise((resolve, reject) => {
		request({ port, path, headers: { host }, agent: false }, (answer) => {
			answer.resume();
			resolve(answer.statusCode ?? 0);
		})
			.on("error", reject)
			.end();
	});
}

describe("who may see the status page", () => {
	it("nobody, where the port is not said to be on loopback and has no token: it says how to change that", async () => {
		for (const statusAddress of [undefined, "0.0.0.0", "10.0.0.1", "::"]) {
			const ask = await served({ statusAddress });
			const answer = await ask("/");
			expect(answer.status).toBe(403);
			expect(await answer.text()).toContain("set statusPage: { port, address, token }");
			expect((await ask("/sign-in", signIn(""))).status).toBe(401);
			// As before there was a page.
			expect((await ask("/status")).status).toBe(200);
		}
	});

	it("whoever reaches it, where it is on loopback", async () => {
		for (const statusAddress of ["127.0.0.1", "::1"]) {
			const answer = await (await served({ statusAddress }))("/");
			expect(answer.status).toBe(200);
			expect(answer.headers.get("cache-control")).toBe("no-store");
			expect(await answer.text()).toContain("The data is safe.");
		}
	});

	it("on loopback, no web page that has its own name lead there", async () => {
		const at = { statusAddress: "127.0.0.1" };
		for (const path of ["/", "/status"]) {
			expect(await byName(at, "evil.example:9400", path)).toBe(403);
			for (const own of ["127.0.0.1:1", "localhost:1", "[::1]:1", "shop-prod-notes-keeper:9400", "172.18.0.3:9400"]) {
				expect(await byName(at, own, path), own).toBe(200);
			}
		}
	});

	it("with a token, who has it, also on loopback: as a bearer, or by a form that leaves a cookie", async () => {
		const statusTokenFile = tokenFile(`${TOKEN}\n`);
		for (const statusAddress of ["127.0.0.1", "0.0.0.0"]) {
			const ask = await served({ statusAddress, statusTokenFile });
			const form = await ask("/");
			expect(form.status).toBe(401);
			const text = await form.text();
			expect(text).toContain('<form method="post" action="/sign-in">');
			expect(text).not.toContain("The data is safe.");
			for (const wrong of ["", TOKEN.slice(1), `${TOKEN}0`, TOKEN.toUpperCase()]) {
				expect((await ask("/", { headers: { authorization: `Bearer ${wrong}` } })).status).toBe(401);
				const refused = await ask("/sign-in", signIn(wrong));
				expect([refused.status, refused.headers.get("set-cookie")]).toEqual([401, null]);
				expect(await refused.text()).toContain("That is not the token.");
			}
			expect((await ask("/status")).status).toBe(401);
			const bearer = { headers: { authorization: `Bearer ${TOKEN}` } };
			for (const path of ["/", "/status"]) expect((await ask(path, bearer)).status).toBe(200);

			const signedIn = await ask("/sign-in", signIn(TOKEN));
			expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, "/"]);
			const cookie = signedIn.headers.get("set-cookie") ?? "";
			expect(cookie).toMatch(
				/^holdfast-status-[0-9a-f]{8}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/,
			);
			expect(cookie).not.toContain(TOKEN);
			const headers = { cookie: `other=1; ${cookie.split(";")[0]}` };
			for (const path of ["/", "/status"]) expect((await ask(path, { headers })).status).toBe(200);
			expect((await ask("/", { headers: { cookie: `${cookie.split("=")[0]}=${TOKEN}` } })).status).toBe(401);
		}
	});

	it("another token counts at once, and ends what was signed in with the one before", async () => {
		const statusTokenFile = tokenFile(TOKEN);
		const ask = await served({ statusTokenFile });
		const headers = {
			cookie: ((await ask("/sign-in", signIn(TOKEN))).headers.get("set-cookie") ?? "").split(";")[0] ?? "",
		};
		expect((await ask("/", { headers })).status).toBe(200);
		writeFileSync(statusTokenFile, `${TOKEN}-another`);
		expect((await ask("/", { headers })).status).toBe(401);
		expect((await ask("/", { headers: { authorization: `Bearer ${TOKEN}-another` } })).status).toBe(200);
	});

	it("nobody, where the token is missing or short: never everybody", async () => {
		for (const token of ["", " \n", "short"]) {
			const ask = await served({ statusAddress: "127.0.0.1", statusTokenFile: tokenFile(token) });
			for (const path of ["/", "/status"]) {
				expect((await ask(path, { headers: { authorization: `Bearer ${token.trim()}` } })).status).toBe(503);
			}
			expect((await ask("/sign-in", signIn(token))).status).toBe(401);
		}
		const ask = await served({ statusTokenFile: "/nowhere/token" });
		expect((await ask("/")).status).toBe(503);
	});
});
