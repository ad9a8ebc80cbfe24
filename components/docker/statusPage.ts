import { isIP } from "node:net";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { SECRETS_PATH } from "../app";
import { isLoopback, SHORTEST_TOKEN } from "../statusAccess";
import { type Problem, shown, wholeNumber } from "../validate";

/** The keeper's status page on the Docker host, by plain HTTP. */
export interface StatusPageArgs {
	/** Port on the host, 1 to 65535. @default - a free one, which `docker port` of the keeper's container names */
	port?: number;
	/**
	 * Address of the host on which it listens. Any but a loopback one needs a `token`, and somebody in front who ends TLS, for
	 * the token would be seen on the way. @default "127.0.0.1"
	 */
	address?: string;
	/**
	 * What the page, `/status` and `/metrics` ask for: at the form, or as `Authorization: Bearer TOKEN`. At least 16
	 * characters without spaces. The keeper gets it as a file; another one counts at once. @default - none
	 */
	token?: pulumi.Input<string>;
}

/** What says of the page what there is to say. */
interface Paged {
	statusPage?: StatusPageArgs | false;
	backup?: unknown;
}

const TOKEN = "HOLDFAST_STATUS_TOKEN";

/** Everything that is wrong with it. */
export function statusPageProblems({ statusPage, backup }: Paged): Problem[] {
	if (statusPage === undefined || statusPage === false) return [];
	if (typeof statusPage !== "object" || statusPage === null) {
		const reason = `must be false, or a group of settings (got ${shown(statusPage)})`;
		return [{ propertyPath: "statusPage", reason }];
	}
	const { port, address, token } = statusPage;
	const problems = wholeNumber("statusPage.port", port, 1, 65535);
	const add = (propertyPath: string, reason: string) => problems.push({ propertyPath, reason });
	if (backup === false) {
		add("statusPage", "needs a backup, whose keeper serves it (got backup: false): leave one of the two out");
	}
	if (address !== undefined && isIP(address) === 0) {
		add(
			"statusPage.address",
			`must be an IP address of the Docker host, such as 127.0.0.1 or 0.0.0.0 (got ${shown(address)})`,
		);
	} else if (address !== undefined && !isLoopback(address) && token === undefined) {
		add(
			"statusPage.token",
			`must be given where others reach the page (got none, and the address ${shown(address)}): give one, or leave the address out`,
		);
	}
	// A secret is not shown, however wrong it is.
	if (typeof token === "string" && (token.length < SHORTEST_TOKEN || /\s/.test(token))) {
		add(
			"statusPage.token",
			`must have at least ${SHORTEST_TOKEN} characters and no spaces (got ${token.length} characters): openssl rand -hex 32 makes one`,
		);
	}
	return problems;
}

/** Where the page is published; none where it is not wanted. */
export function statusPagePorts({ statusPage = {} }: Paged, internal: number): docker.types.input.ContainerPort[] {
	if (statusPage === false) return [];
	const { port } = statusPage;
	return [{ internal, ip: statusPageAddress(statusPage), ...(port !== undefined && { external: port }) }];
}

export function statusPageAddress({ address = "127.0.0.1" }: StatusPageArgs): string {
	return address;
}

/** As the provider finds them again: in another order, each update would make the container anew. */
export function inOrder(ports: docker.types.input.ContainerPort[]): docker.types.input.ContainerPort[] {
	return [...ports].sort((one, other) => (one.internal as number) - (other.internal as number));
}

/** What the keeper is told of it. */
export function statusPageEnvironment({ statusPage = {} }: Paged): Record<string, string> {
	if (statusPage === false) return {};
	const { token } = statusPage;
	return {
		HOLDFAST_STATUS_ADDRESS: statusPageAddress(statusPage),
		...(token !== undefined && { HOLDFAST_STATUS_TOKEN_FILE: `${SECRETS_PATH}/${TOKEN}` }),
	};
}

/** What the keeper gets as a file. */
export function statusPageSecrets({ statusPage }: Paged): Record<string, pulumi.Input<string>> {
	const { token } = statusPage || {};
	return token === undefined ? {} : { [TOKEN]: pulumi.secret(token) };
}
