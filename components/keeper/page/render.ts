import type { Plain } from "../control";
import { brand, pageOf } from "./document";
import { Html, html } from "./html";
import { SCRIPT } from "./script";
import { deploys, door, type Facts, figures, history, lag, postgres, rows } from "./sections";
import { type Todo, type Tone, type Verdict, verdictOf } from "./verdict";

/** Seconds after which a browser without JavaScript asks again. */
const AGAIN = 15;

/** Before the title, where a row of tabs shows nothing else. */
const SIGNS: Record<Tone, string> = { good: "✓", minor: "!", bad: "✗", held: "✗", passing: "…", unknown: "?" };

/** A mark for each tone, so that nothing is told by colour alone. */
const ICONS: Record<Tone, Html> = {
	good: html`<path d="M7 12.5l3.5 3.5L17 9"/>`,
	minor: html`<path d="M12 7v6M12 16.5v.1"/>`,
	bad: html`<path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>`,
	held: html`<path d="M9.5 8v8M14.5 8v8"/>`,
	passing: html`<path d="M7.5 12v.1M12 12v.1M16.5 12v.1"/>`,
	unknown: html`<path d="M9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6M12 16.6v.1"/>`,
};

/** The page: all of it stands there without JavaScript, and with it goes on by itself. */
export function render(facts: Facts): Plain {
	const { status, container, now } = facts;
	const verdict = verdictOf(status, container);
	const body = html`<a class="skip" href="#main">To the content</a>${brand(status.app)}
<main id="main">
${banner(verdict)}
${section("now", "Now", figures(facts))}
${section("lag", "Replication lag", lag(facts))}
${section("history", "Snapshots, drills and deploys", history(facts))}
<div class="columns">
${section("deploys", "Last deploys", deploys(facts))}
${section("rows", "Rows", rows(facts))}
</div>
<div class="columns">
${section("door", "At the door", door(facts))}
${section("postgres", "Postgres", postgres(facts))}
</div>
</main>
<footer><p>As of <time datetime="${now.toISOString()}" id="as-of" data-live>${now.toISOString().slice(0, 19).replace("T", " ")} UTC</time>, <span id="heard">as the keeper answered</span>. <a href="/">Ask again</a>. State: <span id="state" data-live>${status.state}</span>. For programs: <a href="/status">status</a>, <a href="/metrics">metrics</a>.</p></footer>
${new Html(`<script>${SCRIPT}</script>`)}`;
	return pageOf({
		title: `${SIGNS[verdict.tone]} ${status.app}: ${verdict.sentence}`,
		head: html`<noscript><meta http-equiv="refresh" content="${AGAIN}"></noscript>`,
		body,
	});
}

function banner({ tone, sentence, reasons, todo }: Verdict): Html {
	const icons = Object.entries(ICONS).map(
		([name, path]) =>
			html`<svg class="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="10.5"/>${path}</svg>`,
	);
	return html`<section id="verdict" data-tone="${tone}" aria-labelledby="sentence">
<div class="icons" aria-hidden="true">${icons}</div>
<h1 id="sentence" aria-live="polite" data-live>${sentence}</h1>
<div id="reasons" data-live>${reasons.map((reason) => html`<p>${reason}</p>`)}
${todo.length > 0 && html`<div class="todo"><h2>What to do</h2>${todo.map(step)}</div>`}</div>
</section>`;
}

function step({ words, commands }: Todo): Html {
	return html`<p>${words}</p>${commands.map(
		(command) =>
			html`<div class="command"><code>${command}</code><button type="button" class="copy" aria-label="Copy ${command}">Copy</button></div>`,
	)}`;
}

function section(id: string, title: string, content: Html | undefined): Html | undefined {
	if (content === undefined) return undefined;
	return html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><div id="${id}" data-live>${content}</div></section>`;
}

/** The form for who has not shown the token. */
export function signInPage(app: string, isWrong: boolean): Plain {
	const body = html`${brand(app)}<main class="narrow"><section aria-labelledby="sign-in"><h1 id="sign-in">Sign in</h1>
<p>${isWrong ? html`<strong role="alert">That is not the token.</strong>` : "This page asks for the token of the app's configuration (statusPage.token)."}</p>
<form method="post" action="/sign-in"><label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button type="submit">Show the status</button></form></section></main>`;
	return pageOf({ title: `${app}: sign in`, body }, 401);
}
