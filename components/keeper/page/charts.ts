import { type Html, html } from "./html";
import type { LagHistory } from "./lagHistory";
import { clock, span } from "./words";

const WIDTH = 720;
const HEIGHT = 100;

/** Stretched to its place, so that all text is beside it. */
const STRETCHED = `0 0 ${WIDTH} ${HEIGHT}`;

/** How the replication kept up, as an area over time, with the times that were not safe behind it. */
export function lagChart({ points, width, since }: LagHistory, now: Date): Html {
	const last = points.at(-1);
	if (last === undefined) return html`<p class="quiet">The first sample is taken within 10 s.</p>`;
	const begun = points[0]?.time ?? since;
	const whole = Math.max(now.getTime(), last.time + width) - begun;
	const lags = points.flatMap(({ lag }) => (lag === undefined ? [] : [lag]));
	const longest = Math.max(0, ...lags);
	const top = [5, 10, 30, 60, 120, 300, 600, 1800, 3600, 6 * 3600].find((each) => longest <= each) ?? longest;
	const x = (time: number) => Math.round(((time - begun) / whole) * WIDTH * 10) / 10;
	const y = (lag: number) => Math.round((1 - lag / top) * (HEIGHT - 4) * 10) / 10 + 2;
	const steps = points.filter(({ lag }) => lag !== undefined);
	const area = steps
		.map(({ time, lag = 0 }) => `M${x(time)} ${HEIGHT}V${y(lag)}H${x(time + width)}V${HEIGHT}Z`)
		.join("");
	// Where a point is missing, the line is too.
	const line = steps.map(({ time, lag = 0 }, index) => {
		const goesOn = steps[index - 1]?.time === time - width;
		return `${goesOn ? "V" : `M${x(time)} `}${y(lag)}H${x(time + width)}`;
	});
	const unsafe = points.filter(({ isSafe }) => !isSafe);
	const waited =
		lags.length === 0 ? "Nothing was replicated." : `The longest that a write waited was ${span(longest)}.`;
	const said = `${waited} ${
		unsafe.length === 0
			? "The data was safe all the while."
			: `Not safe for about ${span((unsafe.length * width) / 1000)}.`
	}`;
	return html`<figure class="chart">
<div class="plot"><span class="top">${span(top)}</span>
<svg viewBox="${STRETCHED}" preserveAspectRatio="none" role="img" aria-labelledby="chart-title chart-desc">
<title id="chart-title">Replication lag over time</title><desc id="chart-desc">${said}</desc>
<path class="grid" d="M0 2H${WIDTH}M0 50H${WIDTH}M0 99H${WIDTH}"/>
${unsafe.map(({ time }) => html`<rect class="unsafe" x="${x(time)}" y="0" width="${Math.max(1, x(time + width) - x(time))}" height="${HEIGHT}"/>`)}
<path class="area" d="${area}"/><path class="lag" d="${line.join("")}"/>
</svg></div>
<div class="axis"><span>${clock(new Date(begun), now)}</span><span>now</span></div>
<figcaption>${said} Kept in memory since ${clock(new Date(since), now)}, when this keeper started, for 24 h at most.${
		unsafe.length > 0 && html` <span class="key"><span class="swatch"></span> not safe</span>`
	}</figcaption>
</figure>`;
}

/** Something that happened. */
export interface Mark {
	time: string;
	ok: boolean;
	title: string;
}

/** What happened on one line each, all by the same clock. */
export function timeline(lanes: { name: string; marks: Mark[]; none: string }[], now: Date): Html {
	const times = lanes.flatMap(({ marks }) => marks.map(({ time }) => Date.parse(time)));
	const hour = 3_600_000;
	const hasMarks = times.length > 0;
	const begun = Math.min(now.getTime() - hour, ...times);
	// A little room on both sides, so that no mark is cut off.
	const x = (time: string) => 1.5 + Math.round(((Date.parse(time) - begun) / (now.getTime() - begun)) * 970) / 10;
	return html`<div class="lanes">${lanes.map(
		({ name, marks, none }) => html`<div class="lane"><span class="name">${name}</span>
${
	marks.length === 0
		? html`<span class="quiet">${none}</span>`
		: html`<svg height="24" role="img" aria-label="${name}: ${marks.length}, of which ${marks.filter(({ ok }) => !ok).length} failed">
<path class="grid" d="M0 12H2000"/>
${marks.map(
	({ time, ok, title }) =>
		html`<svg class="${ok ? "ok" : "failed"}" x="${x(time)}%" y="12" overflow="visible"><title>${title}</title>${
			ok ? html`<circle r="5"/>` : html`<path d="M-5 -5L5 5M-5 5L5 -5"/>`
		}</svg>`,
)}</svg>`
}</div>`,
	)}
${
	hasMarks &&
	html`<div class="lane"><span class="name"></span><span class="axis"><span>${clock(new Date(begun), now)}</span><span>now</span></span></div>`
}</div>
${
	hasMarks &&
	html`<p class="quiet"><svg class="sample ok" width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><circle r="5"/></svg> made, or held
<svg class="sample failed" width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path d="M-5 -5L5 5M-5 5L5 -5"/></svg> failed</p>`
}`;
}
