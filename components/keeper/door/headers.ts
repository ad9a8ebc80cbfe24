import type { IncomingMessage } from "node:http";
import type { RefusalKind } from "./refuse";

/** What the app is told of a request, or why it must not be. */
export type Head =
	| { headers: string[]; bodyBytes: number; expects: boolean }
	| { refused: RefusalKind; reason: string };

/** Methods whose request needs no length where it has no body. */
const BODILESS = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);
/** What says where a request comes from. A WSGI app cannot tell `X_Forwarded_For` from `X-Forwarded-For`. */
const FORWARDED = /^(x[-_]forwarded[-_](for|proto|host)|forwarded)$/;
/** What `Connection` cannot take away: without it, the app would see another request than the client sent. */
const KEPT = new Set(["host", "content-length", "transfer-encoding", "x-forwarded-for", "x-forwarded-proto"]);
KEPT.add("x-forwarded-host");

/**
 * The head of a request as the app gets it: as it came, without what is meant for this connection only, and with where it
 * comes from. What two readers could take for two different requests is refused.
 */
export function requestHead(incoming: IncomingMessage, isUpgrade: boolean, behindProxy: boolean): Head {
	const { rawHeaders, httpVersionMinor, method } = incoming;
	const headers: string[] = [];
	let hosts = 0;
	let host: string | undefined;
	let nominated = "";
	let bodyBytes = 0;
	let hasLength = false;
	let isChunked = false;
	let expects = false;
	let peers = "";
	let claimsProto = false;
	let claimsHost = false;
	for (let at = 0; at < rawHeaders.length; at += 2) {
		const name = rawHeaders[at] as string;
		const value = rawHeaders[at + 1] as string;
		const lower = name.toLowerCase();
		switch (lower) {
			case "host":
				hosts++;
				host = value;
				break;
			case "content-length":
				hasLength = true;
				bodyBytes = Number(value);
				break;
			case "transfer-encoding":
				isChunked = true;
				bodyBytes = Number.POSITIVE_INFINITY;
				if (value.toLowerCase() === "chunked") break;
				return { refused: "transferCoding", reason: "of the transfer codings, only chunked is known here" };
			case "connection":
				nominated += `${value},`;
				continue;
			case "keep-alive":
			case "proxy-connection":
				continue;
			case "upgrade":
				if (!isUpgrade) continue;
				headers.push("Connection", "Upgrade");
				break;
			case "te":
				if (value.toLowerCase() !== "trailers") continue;
				break;
			case "expect":
				expects = true;
				break;
			default:
				if (!FORWARDED.test(lower)) break;
				if (!behindProxy || lower.includes("_")) continue;
				if (lower === "x-forwarded-for") {
					peers += peers === "" ? value : `, ${value}`;
					continue;
				}
				claimsProto ||= lower === "x-forwarded-proto";
				claimsHost ||= lower === "x-forwarded-host";
		}
		headers.push(name, value);
	}
	if (hosts > 1) return { refused: "malformed", reason: "the request names more than one Host" };
	if (isChunked && httpVersionMinor === 0) {
		return { refused: "malformed", reason: "the length of the request's body is not clear" };
	}
	// An HTTP/1.0 client may leave it out, and the app gets HTTP/1.1.
	if (host === undefined) {
		const { localAddress, localPort } = incoming.socket;
		const address = plain(localAddress);
		headers.push("Host", `${address.includes(":") ? `[${address}]` : address}:${localPort}`);
	}
	// Node would send such a request chunked.
	if (!isChunked && !hasLength && !BODILESS.has(method ?? "")) headers.push("Content-Length", "0");
	// Behind a proxy, the last one that it names is who asked it: the app hears the same as without the door.
	headers.push("X-Forwarded-For", peers || plain(incoming.socket.remoteAddress));
	if (!claimsProto) headers.push("X-Forwarded-Proto", "http");
	if (!claimsHost && host !== undefined) headers.push("X-Forwarded-Host", host);
	const kept = withoutTrailer(withoutNominated(headers, nominated, isUpgrade), isChunked);
	return { headers: kept, bodyBytes, expects };
}

/** The head of an answer as the client gets it. How its body ends, Node decides by what the client can read. */
export function answerHeaders(rawHeaders: string[], isChunked: boolean, transaction: number | undefined): string[] {
	const headers: string[] = [];
	let nominated = "";
	for (let at = 0; at < rawHeaders.length; at += 2) {
		const name = rawHeaders[at] as string;
		const value = rawHeaders[at + 1] as string;
		switch (name.toLowerCase()) {
			case "connection":
				nominated += `${value},`;
				continue;
			case "keep-alive":
			case "proxy-connection":
			case "transfer-encoding":
			// Only the door knows.
			case "holdfast-transaction":
				continue;
		}
		headers.push(name, value);
	}
	if (transaction !== undefined) headers.push("Holdfast-Transaction", String(transaction));
	return withoutTrailer(withoutNominated(headers, nominated, false), isChunked);
}

/** Without what `Connection` names as meant for one connection only. */
function withoutNominated(headers: string[], nominated: string, isUpgrade: boolean): string[] {
	const names = nominated.toLowerCase().split(",");
	const gone = names
		.map((name) => name.trim())
		.filter((name) => !["", "keep-alive", "close", "te"].includes(name) && !KEPT.has(name));
	if (gone.length === 0 || (isUpgrade && gone.every((name) => name === "upgrade"))) return headers;
	const isGone = (name: string) => {
		const lower = name.toLowerCase();
		return gone.includes(lower) && !(isUpgrade && lower === "upgrade");
	};
	return headers.filter((_, at) => !isGone(headers[at & ~1] as string));
}

/** There are trailers only after chunks: Node throws otherwise. */
function withoutTrailer(headers: string[], isChunked: boolean): string[] {
	const isTrailer = (at: number) => headers[at]?.toLowerCase() === "trailer";
	if (isChunked || !headers.some((_, at) => at % 2 === 0 && isTrailer(at))) return headers;
	return headers.filter((_, at) => !isTrailer(at & ~1));
}

/** An IPv4 address as such, where the socket could have been one of IPv6 as well. */
function plain(address = ""): string {
	return address.startsWith("::ffff:") ? address.slice(7) : address;
}
