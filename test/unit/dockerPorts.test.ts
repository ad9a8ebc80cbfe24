import { type AddressInfo, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { DockerAppArgs } from "../../components/docker/args";
import { DockerCli } from "../../components/docker/cli";
import { caddyProblems } from "../../components/docker/host/caddy";
import { portProblems } from "../../components/docker/host/port";
import type { Running } from "../../components/docker/host/running";
import { ROLE_LABEL, type Role } from "../../components/docker/identity";
import { args } from "./docker";

const NAME = "notes.example.com";
/** A container that has `port` of an address. */
function container(role: Role, port: number, address = "0.0.0.0"): Running {
	return {
		Name: `/the-${role}`,
		Config: { User: "", Env: null, Labels: { [ROLE_LABEL]: role } },
		State: { Restarting: false },
		HostConfig: { PortBindings: { "8000/tcp": [{ HostIp: address, HostPort: `${port}` }] } },
		Mounts: [],
	};
}
/** A host elsewhere: of its own sockets nobody is asked. */
const remote = { isLocal: false } as DockerCli;
async function problems(change: Partial<DockerAppArgs>, own: Running[], others: Running[] = [], docker = remote) {
	const found = await portProblems(docker, { ...args, ...change }, own, others);
	return Object.fromEntries(found.map(({ propertyPath, reason }) => [propertyPath, reason]));
}

it("a domain takes its ports on each of its addresses, and not that of the app", async () => {
	const others = [container("app", 443, "203.0.113.7"), container("app", 8000)];
	expect(await problems({ domain: NAME }, [], others)).toEqual({
		"domain.httpsPort":
			"must be free on the host (got 443 at 0.0.0.0, which is taken by the container the-app): stop that, or set domain.httpsPort to another",
	});
	const domain = { name: NAME, addresses: ["203.0.113.8", "203.0.113.7"] };
	expect(await problems({ domain }, [], others)).toEqual({
		"domain.httpsPort": expect.stringContaining("at 203.0.113.7"),
	});
	expect(await problems({ domain: { name: NAME, addresses: ["203.0.113.8"] } }, [], others)).toEqual({});
	expect(await problems({ domain, publish: {} }, [], [container("keeper", 8000)])).toEqual({
		port: expect.stringContaining("set publish.port to another"),
	});
});

it("of its own containers, only the one that keeps a port may have it already", async () => {
	expect(await problems({ domain: NAME }, [container("caddy", 443), container("caddy", 80)])).toEqual({});
	expect(await problems({ domain: NAME }, [container("keeper", 443)])).toEqual({
		domain: expect.stringContaining("the port is held by the keeper of before): run npm run down first"),
	});
	expect(await problems({ publish: { port: 443 } }, [container("caddy", 443)])).toEqual({
		domain: expect.stringContaining("the port is held by the caddy of before"),
	});
	expect(await problems({}, [container("keeper", 8000)])).toEqual({});
	expect(await problems({}, [container("app", 8000)])).toEqual({
		backup: expect.stringContaining("the port is held by the app of before"),
	});
	expect(await problems({ backup: false }, [container("keeper", 8000)])).toHaveProperty("backup");
});

it("on this machine, a process may have taken one", async () => {
	const server = createServer().listen(0, "127.0.0.1");
	onTestFinished(() => void server.close());
	await new Promise((resolve) => server.once("listening", resolve));
	const { port } = server.address() as AddressInfo;
	const domain = { name: NAME, addresses: ["127.0.0.1"], httpPort: port, httpsPort: 65_535 };
	const here = new DockerCli("unix:///none");
	expect(await problems({ domain }, [], [], here)).toEqual({
		"domain.httpPort": expect.stringContaining(`got ${port} at 127.0.0.1, which is taken by`),
	});
	expect(await problems({ domain }, [], [], remote)).toEqual({});
});

it("a domain needs the image of Caddy, and nobody else does", async () => {
	const without = { inspect: async () => [] } as unknown as DockerCli;
	const having = { inspect: async () => [{}] } as unknown as DockerCli;
	expect(await caddyProblems(without, { ...args, domain: NAME })).toEqual([
		{ propertyPath: "domain", reason: expect.stringContaining("npm run setup, or docker build -t holdfast/caddy:1") },
	]);
	expect(await caddyProblems(having, { ...args, domain: NAME })).toEqual([]);
	expect(await caddyProblems(without, args)).toEqual([]);
});

it("the status page's own port must be free, and not that of the app, before the keeper of before goes", async () => {
	expect(await problems({ statusPage: { port: 9000 } }, [], [container("app", 9000)])).toEqual({
		"statusPage.port": expect.stringContaining("got 9000 at 127.0.0.1, which is taken by the container"),
	});
	expect(await problems({ statusPage: { port: 8080 }, publish: { port: 8080 } }, [])).toEqual({
		"statusPage.port": "must not be that of publish.port (got 8080 for both): set another",
	});
	const apart = { statusPage: { port: 8080, address: "127.0.0.2" }, publish: { port: 8080 } };
	expect(await problems(apart, [])).toEqual({});
	for (const statusPage of [false, {}, undefined] as const) expect(await problems({ statusPage }, [])).toEqual({});
	expect(await problems({ statusPage: { port: 9000 } }, [container("keeper", 9000)])).toEqual({});
});
