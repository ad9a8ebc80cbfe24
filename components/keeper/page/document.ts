import { createHash } from "node:crypto";
import { Plain } from "../control";
import { type Content, type Html, html } from "./html";
import { SCRIPT } from "./script";
import { STYLE } from "./style";

/** What is asked of a browser: to load nothing from anywhere, and to run just what was written here. */
export const HEADERS = {
	"content-security-policy": [
		"default-src 'none'",
		`script-src '${hashOf(SCRIPT)}'`,
		`style-src '${hashOf(STYLE)}'`,
		"connect-src 'self'",
		"img-src data:",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join("; "),
	"cache-control": "no-store",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
	"referrer-policy": "no-referrer",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
};

function hashOf(text: string): string {
	return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

const ICON =
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%230b8a5f' stroke-width='2' stroke-linecap='round'%3E%3Cpath d='M8 1v7M8 8c0 3-3 3-4 6M8 8c0 3 3 3 4 6M8 8v6'/%3E%3C/svg%3E";

/** A whole document. `head` is for what is special of it. */
export function pageOf({ title, head, body }: { title: string; head?: Html; body: Content }, status = 200): Plain {
	const whole = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>${title}</title>
<link rel="icon" href="${ICON}">`;
	// The two stand as they are, or their hashes would be others.
	const text = `${whole.text}<style>${STYLE}</style>${head?.text ?? ""}</head>\n${html`<body>${body}</body></html>\n`.text}`;
	return new Plain(text, status, "text/html; charset=utf-8", HEADERS);
}

export function brand(app: string): Html {
	return html`<header><p class="brand"><svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M8 1v7M8 8c0 3-3 3-4 6M8 8c0 3 3 3 4 6M8 8v6"/></svg>Holdfast</p><p class="quiet">${app}</p></header>`;
}
