import { type ServerResponse, STATUS_CODES } from "node:http";

/** Why the door answers itself, and with which status. */
const STATUS = {
	malformed: 400,
	tooLarge: 413,
	transferCoding: 501,
	appFailed: 502,
	noVersion: 503,
	tooManyHeld: 503,
	heldTooLong: 503,
	storeOutage: 503,
	notCovered: 503,
	elsewhere: 503,
};

export type RefusalKind = keyof typeof STATUS;

/** Seconds after which a client may try again: most switches are over by then, and another instance is there already. */
const RETRY_AFTER = "5";
const RETRY_ELSEWHERE = "1";

/** Answers in place of the app, where nothing has been answered yet. The answer is whole, and remains to be ended. */
export function refuse(outgoing: ServerResponse, kind: RefusalKind, reason: string): void {
	const text = `${reason}\n`;
	const status = STATUS[kind];
	// The next try must not come to this instance again.
	if (kind === "elsewhere") outgoing.shouldKeepAlive = false;
	// With its text: that of an answer which could not be passed on may be what was wrong with it.
	outgoing.writeHead(status, STATUS_CODES[status], {
		"Content-Type": "text/plain; charset=utf-8",
		"Content-Length": Buffer.byteLength(text),
		"Cache-Control": "no-store",
		...(status === 503 && { "Retry-After": kind === "elsewhere" ? RETRY_ELSEWHERE : RETRY_AFTER }),
	});
	outgoing.write(text);
}
