import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { isLoopback, SHORTEST_TOKEN } from "../../statusAccess";
import { Plain } from "../control";
import type { Settings } from "../settings";

/** Seconds for which a browser stays signed in. */
const SIGNED_IN = 12 * 3600;

/** Who may look. */
export type Entry = "open" | "closed" | Plain;

/**
 * Who may look at what the keeper knows: with a token, who has it; without one, who reaches the port, where that is said to
 * be published on the host's loopback alone.
 */
export class Access {
	private readonly cookie: string;

	constructor(private readonly settings: Pick<Settings, "app" | "statusAddress" | "statusTokenFile">) {
		// A browser gives cookies to every port of a host, and so to the pages of its other apps.
		this.cookie = `holdfast-status-${createHash("sha256").update(settings.app).digest("hex").slice(0, 8)}`;
	}

	/** Whether it takes a token. */
	get isGuarded(): boolean {
		return this.settings.statusTokenFile !== undefined;
	}

	/** Whether a request for the page is let in: `closed` where it lacks the token, or why nobody is. */
	toPage(request: IncomingMessage): Entry {
		if (this.isGuarded) return this.toGuarded(request);
		if (isLoopback(this.settings.statusAddress)) return isOwnName(request.headers.host) ? "open" : FOREIGN_NAME;
		return UNPUBLISHED;
	}

	/** The same for `/status` and `/metrics`, which were there before the page, for who is in the same network. */
	toFigures(request: IncomingMessage): Entry {
		return this.isGuarded || isLoopback(this.settings.statusAddress) ? this.toPage(request) : "open";
	}

	/** The cookie of who has the token; undefined for everybody else. */
	signIn(given: string): string | undefined {
		const token = this.token();
		if (token instanceof Plain || !isSame(given, token)) return undefined;
		return `${this.cookie}=${pass(token)}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SIGNED_IN}`;
	}

	private toGuarded({ headers }: IncomingMessage): Entry {
		const token = this.token();
		if (token instanceof Plain) return token;
		const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
		if (bearer !== undefined) return isSame(bearer, token) ? "open" : "closed";
		const cookies = (headers.cookie ?? "").split(";").map((each) => each.trim());
		const own = cookies.find((each) => each.startsWith(`${this.cookie}=`))?.slice(this.cookie.length + 1);
		return own !== undefined && isSame(own, pass(token)) ? "open" : "closed";
	}

	/** Read each time, so that another one counts at once; or why there is none. */
	private token(): string | Plain {
		const { statusTokenFile = "" } = this.settings;
		let found: string;
		try {
			found = readFileSync(statusTokenFile, "utf8").trim();
		} catch (error) {
			return new Plain(`The token cannot be read: ${(error as Error).message}\n`, 503);
		}
		if (found.length >= SHORTEST_TOKEN) return found;
		return new Plain(`The token must have at least ${SHORTEST_TOKEN} characters: set a longer one.\n`, 503);
	}
}

const UNPUBLISHED = new Plain(
	`The status page is not offered here: this port has no token, and is not said to be on the host's loopback alone.
On a Docker host, set statusPage: { port, address, token } of the app, and deploy.
By hand, set HOLDFAST_STATUS_TOKEN_FILE to a file with a token, or HOLDFAST_STATUS_ADDRESS to 127.0.0.1 where only that reaches it.
`,
	403,
);

const FOREIGN_NAME = new Plain(
	`Without a token, the status page answers to the host's own address alone: http://127.0.0.1 and this port.
To reach it by another name, set statusPage.token of the app, and deploy.
`,
	403,
);

/** What a browser keeps instead of the token. */
function pass(token: string): string {
	return createHmac("sha256", token).update("the status page").digest("base64url");
}

/** Takes as long for what is nearly right as for what is not. */
function isSame(one: string, other: string): boolean {
	const digest = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(one), digest(other));
}

/**
 * Whether a request came by an address, by `localhost` or by a name within Docker. Any other could be of a web page that
 * has its own name lead to this host, to read in a browser what only this host may see.
 */
function isOwnName(host = ""): boolean {
	const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
	return name !== "" && (isIP(name) !== 0 || !name.includes("."));
}
