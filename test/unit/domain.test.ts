import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DockerApp } from "../../components/docker/app";
import { type DockerAppArgs, dockerAppProblems } from "../../components/docker/args";
import { CADDY_IMAGE, caddyfile } from "../../components/docker/caddy";
import { type Domain, type DomainArgs, domainOf } from "../../components/docker/domain";
import { shapeProblems } from "../../stacks/shape";
import * as versions from "../../tools/setup/versions";
import { args, CONTAINER, haveKeeperProgram, make, VOLUME } from "./docker";
import { Made, problemsOf } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const NAME = "notes.example.com";
const wrong = (domain: unknown, change: Partial<DockerAppArgs> = {}) =>
	Object.fromEntries(
		dockerAppProblems({ ...args, domain: domain as DomainArgs, ...change }).map(({ propertyPath, reason }) => [
			propertyPath,
			reason,
		]),
	);

describe("a domain", () => {
	it.each([NAME, "a.b", "xn--bcher-kva.example.org", "1.2.3.4.com", `${"a".repeat(63)}.com`])("may be %s", (name) => {
		expect(wrong(name)).toEqual({});
		expect(wrong({ name })).toEqual({});
	});

	it.each([
		"https://notes.example.com",
		"notes.example.com:443",
		"notes.example.com/",
		"*.example.com",
		"203.0.113.7",
		"2001:db8::7",
		"notes",
		"Notes.example.com",
		"notes..example.com",
		"-notes.example.com",
		"notes-.example.com",
		"notes.example.com.",
		"notes_1.example.com",
		"bücher.example.com",
		"notes.example.com {\n}",
		"{$HOME}.example.com",
		`${"a".repeat(64)}.com`,
		`${"a.".repeat(126)}com`,
		"",
		7,
	])("may not be %j", (name) => {
		expect(wrong({ name })).toEqual({
			"domain.name": expect.stringMatching(/^must be a host name in lower case such as/),
		});
		expect(wrong({ name })["domain.name"]).toContain(`(got ${JSON.stringify(name)})`);
	});

	it.each(["notes.local", "notes.localhost", "a.b.test", "notes.home.arpa"])(
		"cannot be %s with a public authority, which would never sign it",
		(name) => {
			expect(wrong(name)).toEqual({ domain: expect.stringContaining("set certificates to internal") });
			expect(wrong({ name, certificates: "internal" })).toEqual({});
			expect(wrong({ name, acmeDirectory: "https://ca.local/acme/directory" })).toEqual({});
		},
	);

	it("throws: every option that is wrong, at once", () => {
		const every = {
			name: "Notes",
			certificates: "self-signed",
			email: "nobody",
			acmeDirectory: "http://ca.example.com/",
			addresses: ["127.0.0.1", "all"],
			httpPort: 0,
			httpsPort: 65_536,
		};
		expect(wrong(every)).toEqual({
			"domain.name": expect.stringContaining('(got "Notes")'),
			"domain.certificates": 'must be one of automatic, internal (got "self-signed")',
			"domain.email": 'must be an address such as ops@example.com (got "nobody")',
			"domain.acmeDirectory": expect.stringContaining('(got "http://ca.example.com/")'),
			"domain.addresses": expect.stringContaining('(got ["127.0.0.1","all"])'),
			"domain.httpPort": "must be a whole number from 1 to 65535 (got 0)",
			"domain.httpsPort": "must be a whole number from 1 to 65535 (got 65536)",
		});
		expect(wrong({ name: NAME, addresses: [] })).toHaveProperty(["domain.addresses"]);
		expect(wrong({ name: NAME, httpPort: 8443, httpsPort: 8443 })).toHaveProperty(["domain.httpsPort"]);
		for (const email of ["a@b.c }", "a{b@c.d", "a@b.c\nd"]) {
			expect(wrong({ name: NAME, email })).toHaveProperty(["domain.email"]);
		}
		for (const acmeDirectory of ["https://ca.example.com/a b", "https://ca.example.com/{env.X}"]) {
			expect(wrong({ name: NAME, acmeDirectory })).toHaveProperty(["domain.acmeDirectory"]);
		}
		const asked = { email: "ops@example.com", acmeDirectory: "https://ca.example.com/" };
		expect(Object.keys(wrong({ name: NAME, certificates: "internal", ...asked }))).toEqual([
			"domain.email",
			"domain.acmeDirectory",
		]);
	});

	it("throws: plain HTTP for everybody beside it, or one port for both", () => {
		for (const address of ["0.0.0.0", "::", "203.0.113.7"]) {
			expect(wrong(NAME, { publish: { address } })).toEqual({
				"publish.address": expect.stringContaining("must be a loopback address beside a domain"),
			});
		}
		for (const address of ["127.0.0.1", "127.0.0.2", "::1"]) expect(wrong(NAME, { publish: { address } })).toEqual({});
		expect(wrong(NAME, { publish: {}, port: 80 })).toEqual({ "publish.port": expect.stringContaining("(got 80)") });
		expect(wrong(NAME, { publish: { port: 443 } })).toHaveProperty(["publish.port"]);
		expect(wrong(NAME, { port: 80 })).toEqual({});
	});

	it("has its shape in a stack's configuration", () => {
		const problems = (domain: unknown) =>
			shapeProblems({ name: "notes", app: args, domain }).map(({ propertyPath }) => propertyPath);
		expect(problems(NAME)).toEqual([]);
		expect(problems({ name: NAME, certificates: "internal", addresses: ["::"], httpsPort: 8443 })).toEqual([]);
		expect(problems({ name: NAME, certificates: "none", mail: "x" })).toEqual(["domain.certificates", "domain.mail"]);
		expect(problems(7)).toEqual(["domain"]);
	});
});

describe("Caddy's configuration", () => {
	const of = (domain: DomainArgs) => caddyfile(domainOf({ domain }) as Domain, "upstream:8000");

	it("defaults: certificates of Let's Encrypt, and browsers are told to stay with HTTPS", () => {
		const config = of({ name: NAME });
		expect(config).toContain(`http://${NAME} {\n\tredir https://${NAME}{uri} 308\n}`);
		expect(config).toContain(`\n${NAME} {\n\theader ?Strict-Transport-Security max-age=31536000\n`);
		expect(config).toContain("reverse_proxy upstream:8000 {");
		expect(config).not.toMatch(/tls|acme_ca|email/);
		expect(config).toContain("admin off");
	});

	it("custom: an authority of its own, to whose certificates no browser must be bound; another one; other ports", () => {
		const own = of({ name: NAME, certificates: "internal", httpsPort: 8443 });
		expect(own).toContain(`\n${NAME} {\n\ttls internal\n`);
		expect(own).not.toContain("Strict-Transport-Security");
		expect(own).toContain(`redir https://${NAME}:8443{uri} 308`);
		const other = of({ name: NAME, email: "ops@example.com", acmeDirectory: "https://ca.example.com/acme" });
		expect(other).toContain("\n\temail ops@example.com\n\tacme_ca https://ca.example.com/acme\n");
	});

	it("is for the pinned version", () => {
		expect(versions.CADDY_IMAGE).toBe(CADDY_IMAGE);
		const repo = join(__dirname, "..", "..");
		const recipe = readFileSync(join(repo, "components", "docker", "caddy", "Dockerfile"), "utf8");
		expect(recipe).toContain(`ARG OFFICIAL=caddy:${versions.CADDY}\n`);
		const modules = readFileSync(join(repo, "tools", "setup", "go", "caddy", "go.mod"), "utf8");
		expect(modules).toContain(`github.com/caddyserver/caddy/v2 v${versions.CADDY} `);
	});
});

describe("DockerApp with a domain", () => {
	const made = new Made();
	beforeAll(async () => {
		await haveKeeperProgram();
		await made.start();
	});
	beforeEach(() => made.forget());

	it("defaults: Caddy on every address, closed, with its certificates in a volume; the keeper on none", async () => {
		expect(await make({ domain: NAME })).toMatchObject({ url: `https://${NAME}` });
		const { "notes-caddy": caddy, "notes-keeper": keeper, notes } = made.of(CONTAINER);
		expect(caddy).toMatchObject({
			name: "shop-test-notes-caddy",
			image: "sha256:notes-caddy-image",
			user: "65532:65532",
			readOnly: true,
			capabilities: { drops: ["ALL"] },
			securityOpts: ["no-new-privileges:true"],
			mounts: [{ type: "volume", source: "shop-test-notes-certificates", target: "/certificates" }],
			networksAdvanced: [{ name: "shop-test-notes-network" }],
			restart: "unless-stopped",
			stopTimeout: 15,
			destroyGraceSeconds: 15,
		});
		expect(caddy?.ports).toEqual([
			{ internal: 8080, external: 80, ip: "0.0.0.0" },
			{ internal: 8443, external: 443, ip: "0.0.0.0" },
		]);
		expect(caddy?.envs).toEqual([
			`HOLDFAST_CADDYFILE=${caddyfile(domainOf({ domain: NAME }) as Domain, "shop-test-notes-keeper:8000")}`,
		]);
		expect(keeper?.ports).toEqual([{ internal: 9400, ip: "127.0.0.1" }]);
		expect(notes?.ports).toBeUndefined();
		expect(keeper?.envs).toContain("HOLDFAST_BEHIND_PROXY=true");
		expect(Object.keys(made.of(VOLUME))).toContain("notes-certificates");
	});

	it("custom: addresses and ports, loopback beside it, no keeper, and a transform", async () => {
		const domain: DomainArgs = { name: NAME, addresses: ["203.0.113.7", "::"], httpPort: 8080, httpsPort: 8443 };
		const outputs = await make({
			domain,
			publish: { port: 9000 },
			backup: false,
			transform: { caddy: (caddy) => ({ ...caddy, memory: 64 }) },
		});
		expect(outputs.url).toBe(`https://${NAME}:8443`);
		const { "notes-caddy": caddy, notes } = made.of(CONTAINER);
		expect(caddy?.memory).toBe(64);
		expect(caddy?.ports).toEqual([
			{ internal: 8080, external: 8080, ip: "203.0.113.7" },
			{ internal: 8443, external: 8443, ip: "203.0.113.7" },
			{ internal: 8080, external: 8080, ip: "::" },
			{ internal: 8443, external: 8443, ip: "::" },
		]);
		expect(notes?.ports).toEqual([{ internal: 8000, external: 9000, ip: "127.0.0.1" }]);
		expect(caddy?.envs[0]).toContain("reverse_proxy shop-test-notes:8000 {");
	});

	it("throws, and without one there is no Caddy", async () => {
		expect(problemsOf(() => new DockerApp("notes", { ...args, domain: "notes" }))).toHaveProperty(["domain"]);
		expect(made.types()).toEqual([]);
		await make();
		expect(Object.keys(made.of(CONTAINER))).not.toContain("notes-caddy");
		expect(Object.keys(made.of(VOLUME))).not.toContain("notes-certificates");
	});
});
