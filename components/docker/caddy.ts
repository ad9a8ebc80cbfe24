import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { ownImage } from "../images";
import { stateful } from "../stateful";
import { closed } from "./container";
import { type Domain, httpsUrl } from "./domain";
import { dockerNames, labelsOf } from "./identity";
import { appImage } from "./image";

/** What the set-up makes; the npm package builds it. */
export const CADDY_IMAGE = "holdfast/caddy:1";
/** The user of the image; nobody else's, and so not the app's, which must not read the keys. */
const USER = "65532:65532";
const CERTIFICATES = "/certificates";
/** Ports in the container that need no privilege. */
const HTTP = 8080;
const HTTPS = 8443;
/** Seconds that running requests have when it is stopped. */
const STOP_SECONDS = 10;

/** What stands in front of the app. */
interface CaddyParts {
	name: string;
	app: App;
	domain: Domain;
	/** Host name of what it passes requests to, on the network. */
	upstream: string;
	network: pulumi.Input<string>;
	transform?: (args: docker.ContainerArgs) => docker.ContainerArgs;
	/** `oneAtATime`: of a container with a name of its own and published ports. */
	options: { here: pulumi.CustomResourceOptions; oneAtATime: pulumi.CustomResourceOptions };
}

/** Caddy with the certificates in a volume that is kept. Returns its container's name. */
export function createCaddy({ name, app, domain, upstream, network, transform, options }: CaddyParts) {
	const names = dockerNames(name);
	const image = appImage(`${name}-caddy-image`, names.caddy, ownImage(CADDY_IMAGE, "docker", "caddy"), options.here);
	// Kept like data: an authority gives only a few certificates for one name in a week.
	const certificates = new docker.Volume(
		`${name}-certificates`,
		{ name: names.certificates, labels: labelsOf(name) },
		{ ...stateful(options.here), ignoreChanges: ["labels"] },
	);
	const args: docker.ContainerArgs = {
		...closed(app),
		name: names.caddy,
		image: image.imageId,
		user: USER,
		envs: [`HOLDFAST_CADDYFILE=${caddyfile(domain, `${upstream}:${app.port}`)}`],
		mounts: [{ type: "volume", source: certificates.name, target: CERTIFICATES }],
		ports: domain.addresses.flatMap((ip) => [
			{ internal: HTTP, external: domain.httpPort, ip },
			{ internal: HTTPS, external: domain.httpsPort, ip },
		]),
		networksAdvanced: [{ name: network }],
		restart: "unless-stopped",
		stopTimeout: STOP_SECONDS + 5,
		destroyGraceSeconds: STOP_SECONDS + 5,
		labels: labelsOf(name, "caddy"),
	};
	return new docker.Container(`${name}-caddy`, transform?.(args) ?? args, options.oneAtATime).name;
}

/** What Caddy is told. Its values have been checked: none of them has a space, a quotation mark or a brace. */
export function caddyfile(domain: Domain, upstream: string): string {
	const { name, certificates, email, acmeDirectory } = domain;
	const isInternal = certificates === "internal";
	// No HTTP/3: it would name the port inside the container. No connection to the app is used twice: it is closed whenever
	// the app or a switch wants, and a request that crosses with that would be lost, or sent a second time. A request whose
	// connection could not be made waits, as while the keeper is made anew; one that was sent is never sent again.
	return `{
	admin off
	persist_config off
	skip_install_trust
	http_port ${HTTP}
	https_port ${HTTPS}
	grace_period ${STOP_SECONDS}s
${lines(email && `email ${email}`, acmeDirectory && `acme_ca ${acmeDirectory}`)}	servers {
		protocols h1 h2
	}
}
http://${name} {
	redir ${httpsUrl(domain)}{uri} 308
}
${name} {
${lines(isInternal ? "tls internal" : "header ?Strict-Transport-Security max-age=31536000")}	reverse_proxy ${upstream} {
		flush_interval -1
		lb_try_duration 30s
		lb_retry_match {
			expression false
		}
		transport http {
			keepalive off
		}
	}
}
`;
}

function lines(...all: (string | undefined)[]): string {
	return all.map((line) => (line === undefined ? "" : `\t${line}\n`)).join("");
}
