import { isIP } from "node:net";
import { type Problem, shown, wholeNumber } from "../validate";
import type { DockerAppArgs, PublishArgs } from "./args";

/**
 * A name under which everybody reaches the app by HTTPS. Caddy ends TLS in front of the keeper, in a container of its own:
 * neither a deploy of the app nor its restart touches the other. It gets and renews the certificates by itself, and sends
 * plain HTTP to HTTPS. One app has these ports of an address: a second app needs another address.
 */
export interface DomainArgs {
	/** Host name that leads to the Docker host, such as `notes.example.com`. */
	name: string;
	/**
	 * Who signs the certificates: `automatic` is Let's Encrypt, or `acmeDirectory`; `internal` is an authority of Caddy's own,
	 * which nobody trusts who was not told to, for tests and networks of one's own. @default "automatic"
	 */
	certificates?: "automatic" | "internal";
	/** Where the authority writes when a certificate is about to expire; it is not checked. @default - none */
	email?: string;
	/** `https://` URL of another authority's ACME directory. @default - that of Let's Encrypt */
	acmeDirectory?: string;
	/** IP addresses of the Docker host on which it listens. With `::` for a name that also leads to an IPv6 address. @default ["0.0.0.0"] */
	addresses?: string[];
	/** Port for plain HTTP, 1 to 65535. A public authority asks at 80. @default 80 */
	httpPort?: number;
	/** Port for HTTPS, 1 to 65535. @default 443 */
	httpsPort?: number;
}

/** `DomainArgs` with every default filled in. */
export type Domain = Required<Pick<DomainArgs, "name" | "certificates" | "addresses" | "httpPort" | "httpsPort">> &
	Pick<DomainArgs, "email" | "acmeDirectory">;

/** The domain of an app, undefined where it has none. */
export function domainOf({ domain }: Pick<DockerAppArgs, "domain">): Domain | undefined {
	if (domain === undefined) return undefined;
	const given = typeof domain === "string" ? { name: domain } : domain;
	return { certificates: "automatic", addresses: ["0.0.0.0"], httpPort: 80, httpsPort: 443, ...defined(given) };
}

function defined<T extends object>(given: T): T {
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

/** `https://` and the name, with the port where it is not the usual one. */
export function httpsUrl({ name, httpsPort }: Domain): string {
	return `https://${name}${httpsPort === 443 ? "" : `:${httpsPort}`}`;
}

const LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)";
/** At least two labels, and no number at the end: that would be an IP address. */
const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);
/** Names that no public authority signs, because nobody owns them. */
const UNOWNED = /\.(?:localhost|local|internal|test|invalid|example|home\.arpa|lan)$/;
const CERTIFICATES: unknown[] = ["automatic", "internal"];

/** Everything that is wrong with the domain, and with what must agree with it. */
export function domainProblems(args: Pick<DockerAppArgs, "domain" | "publish" | "port">): Problem[] {
	if (args.domain === undefined) return [];
	const domain = domainOf(args) as Domain;
	const { name, certificates, email, acmeDirectory, addresses, httpPort, httpsPort } = domain;
	const problems: Problem[] = [];
	const isName = typeof args.domain === "string";
	const add = (option: string, reason: string) =>
		problems.push({ propertyPath: isName ? "domain" : `domain.${option}`, reason });

	if (typeof name !== "string" || !HOST_NAME.test(name)) {
		add(
			"name",
			`must be a host name in lower case such as notes.example.com, without a scheme, port, path or wildcard (got ${shown(name)}); letters beyond a to z in their xn-- form`,
		);
	} else if (certificates === "automatic" && acmeDirectory === undefined && UNOWNED.test(name)) {
		add("name", `must be a name of the public DNS (got ${shown(name)}): for this one, set certificates to internal`);
	}
	if (!CERTIFICATES.includes(certificates)) {
		add("certificates", `must be one of ${CERTIFICATES.join(", ")} (got ${shown(certificates)})`);
	}
	if (email !== undefined && !/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(email)) {
		add("email", `must be an address such as ops@example.com (got ${shown(email)})`);
	}
	if (acmeDirectory !== undefined && !/^https:\/\/[\w.-]+(:\d+)?\/[\w./~-]*$/.test(acmeDirectory)) {
		add("acmeDirectory", `must be a URL such as https://ca.example.com/acme/directory (got ${shown(acmeDirectory)})`);
	}
	for (const [option, value] of Object.entries({ email, acmeDirectory })) {
		if (certificates !== "internal" || value === undefined) continue;
		add(option, `must not be given with certificates: internal, which asks nobody (got ${shown(value)})`);
	}
	if (!Array.isArray(addresses) || addresses.length === 0 || addresses.some((address) => isIP(address) === 0)) {
		add("addresses", `must be IP addresses of the Docker host, such as [0.0.0.0, "::"] (got ${shown(addresses)})`);
	}
	problems.push(
		...wholeNumber("domain.httpPort", httpPort, 1, 65535),
		...wholeNumber("domain.httpsPort", httpsPort, 1, 65535),
	);
	if (httpPort === httpsPort) add("httpsPort", `must not be the port for plain HTTP too (got ${httpsPort} for both)`);
	return [...problems, ...publishProblems(args.publish, args.port, domain)];
}

/** Beside a domain, the app may still be published for what runs on the host itself. */
function publishProblems(publish: PublishArgs | undefined, appPort: number, domain: Domain): Problem[] {
	if (publish === undefined) return [];
	const problems: Problem[] = [];
	const { port = appPort, address = "127.0.0.1" } = publish;
	if (isIP(address) !== 0 && !/^(127\.|::1$)/.test(address)) {
		const reason = `must be a loopback address beside a domain, or everybody could pass TLS by (got ${shown(address)}): leave it out`;
		problems.push({ propertyPath: "publish.address", reason });
	}
	if (port === domain.httpPort || port === domain.httpsPort) {
		const reason = `must not be a port of the domain (got ${port}): set it to another, or leave publish out`;
		problems.push({ propertyPath: "publish.port", reason });
	}
	return problems;
}
