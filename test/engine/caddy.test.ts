import { expect, it } from "vitest";
import { caddyfile } from "../../components/docker/caddy";
import { domainOf } from "../../components/docker/domain";
import { KEEPER_BASE } from "../../tools/setup/versions";
import { answered, ask, CaddyScene, echoed, rootOf } from "./caddyScene";
import { dockerOutput } from "./testStack";

const NAME = "notes.example.com";
/** What an authority on this machine is told to be. It asks back at the name, as a public one does. */
const AUTHORITY = `{
	admin off
	persist_config off
	skip_install_trust
	http_port 8080
	https_port 8443
}
https://authority {
	tls internal
	acme_server
}
`;
/** An app that says what reached it. `/half` and `/stream` end when `/go` is asked for; `/cut` ends without an answer. */
const APP = `
const { createServer } = require("node:http");
const waiting = [];
const seen = {};
const server = createServer((request, response) => {
	seen[request.url] = (seen[request.url] ?? 0) + 1;
	if (request.url === "/cut") return request.socket.destroy();
	if (request.url === "/go") for (const goOn of waiting.splice(0)) goOn();
	if (request.url === "/half" || request.url === "/stream") {
		response.writeHead(200, request.url === "/half" ? { "content-length": "11" } : {});
		response.write("first ");
		return waiting.push(() => response.end("after"));
	}
	let body = "";
	request.on("data", (chunk) => (body += chunk));
	request.on("end", () => response.end(JSON.stringify({ headers: request.headers, body, seen })));
});
server.on("upgrade", (request, socket) => {
	socket.write("HTTP/1.1 101 Switching Protocols\\r\\nconnection: upgrade\\r\\nupgrade: websocket\\r\\n\\r\\n");
	socket.pipe(socket);
});
server.listen(8000);`;

it("gets its certificate from an ACME authority, keeps it, and passes everything through as it is", async () => {
	const scene = await CaddyScene.make();
	const { gateway } = scene;
	const authority = await scene.caddy("authority", "ca", AUTHORITY, ["--add-host", `${NAME}:${gateway}`]);
	const ca = await rootOf(authority);
	const app = await scene.run("app", KEEPER_BASE, ["--init"], ["node", "-e", APP]);
	const domain = domainOf({ domain: { name: NAME, acmeDirectory: "https://authority:8443/acme/local/directory" } });
	const config = caddyfile(domain as NonNullable<typeof domain>, "app:8000");
	const start = (name: string) =>
		scene.caddy(name, "certificates", config, [
			...["--publish", `${gateway}:80:8080`, "--publish", `${gateway}:443:8443`],
			...["--volume", `${scene.prefix}-ca:/ca:ro`, "--env", "SSL_CERT_FILE=/ca/caddy/pki/authorities/local/root.crt"],
		]);
	const caddy = await start("one");
	const get = (path: string, more: Parameters<typeof ask>[1] = {}) =>
		ask(`https://${NAME}${path}`, { at: gateway, ca, ...more });
	const seenBy = async (path: string) => JSON.parse((await get("/")).body).seen[path];

	const first = await answered(() => get("/"));
	expect(first.issuer).toContain("Caddy Local Authority");
	expect(first.headers["strict-transport-security"]).toBe("max-age=31536000");
	const plain = await ask(`http://${NAME}/a?b=c`, { at: gateway, method: "POST", send: "x" });
	expect(plain).toMatchObject({ status: 308, headers: { location: `https://${NAME}/a?b=c` } });

	// Who really asks, and not what he says of himself.
	const lies = { "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "http", "x-forwarded-host": "evil.example" };
	const { headers, body } = JSON.parse((await get("/", { method: "POST", send: "hello", headers: lies })).body);
	expect(body).toBe("hello");
	expect(headers).toMatchObject({
		host: NAME,
		"x-forwarded-for": gateway,
		"x-forwarded-proto": "https",
		"x-forwarded-host": NAME,
		// Each has a connection of its own to the app.
		connection: "close",
	});

	// What the app has said so far is there before it says more, with a length or without.
	for (const path of ["/stream", "/half"]) expect((await get(path, { until: "first " })).body).toBe("first ");
	const whole = get("/stream");
	while ((await seenBy("/stream")) < 2) await get("/");
	await get("/go");
	expect((await whole).body).toBe("first after");

	expect(await echoed(`https://${NAME}/socket`, "both ways", { at: gateway, ca })).toBe("both ways");

	// A request that reached the app is never sent again, not even one that only reads.
	expect((await get("/cut")).status).toBe(502);
	expect(await seenBy("/cut")).toBe(1);

	// While nobody is there, as in a change of the keeper, requests wait.
	await dockerOutput("rm", "--force", app);
	const held = get("/held", { method: "POST", send: "kept" });
	await scene.run("app-2", KEEPER_BASE, ["--init", "--network-alias", "app"], ["node", "-e", APP]);
	expect(JSON.parse((await held).body)).toMatchObject({ body: "kept", seen: { "/held": 1 } });

	// A new container goes on with the certificate of the old one, without any authority.
	await dockerOutput("rm", "--force", caddy, authority);
	await start("two");
	expect((await answered(() => get("/"))).serial).toBe(first.serial);
});
