/** How the page looks, by day and by night, from 320 px on. Its hash is in the policy of the page. */
export const STYLE = `
:root {
	color-scheme: light dark;
	--ground: #f6f7f5; --paper: #ffffff; --ink: #1c2321; --quiet: #56615d; --line: #d9dedb; --code: #eef1ef;
	--good: #0b6b4b; --good-ground: #e3f4ec; --minor: #7a5200; --minor-ground: #fdf3dc;
	--bad: #a3231c; --bad-ground: #fdeae8; --passing: #1d5a8c; --passing-ground: #e5f0f9; --unknown: #4a5450; --unknown-ground: #e9eceb;
	--area: #2f8f6b;
}
@media (prefers-color-scheme: dark) {
	:root {
		--ground: #121614; --paper: #1a201d; --ink: #e6ebe8; --quiet: #9faba6; --line: #333c38; --code: #242c28;
		--good: #6fd3a8; --good-ground: #12291f; --minor: #efc15f; --minor-ground: #2c2410;
		--bad: #ff9d94; --bad-ground: #36191a; --passing: #8ec5f2; --passing-ground: #152736; --unknown: #bac4c0; --unknown-ground: #252c29;
		--area: #4fae88;
	}
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; align-items: baseline; padding-block: 1.25rem .75rem; }
header p { margin: 0; }
.brand { font-weight: 650; letter-spacing: .01em; }
.brand svg { width: 1.1em; height: 1.1em; vertical-align: -.18em; margin-right: .35em; color: var(--good); }
h1, h2 { line-height: 1.25; margin: 0; }
h1 { font-size: clamp(1.35rem, 1.1rem + 1.4vw, 1.9rem); font-weight: 650; }
h2 { font-size: 1.05rem; font-weight: 650; margin-bottom: .75rem; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; margin-bottom: 1rem; }
p { margin: 0 0 .5rem; }
:is(section, section div, li) > :last-child { margin-bottom: 0; }
.quiet, caption, figcaption { color: var(--quiet); font-size: .9rem; }
code { font: .9em ui-monospace, "SFMono-Regular", Menlo, "Liberation Mono", monospace; background: var(--code); border-radius: 4px; padding: .1em .3em; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--passing); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .25rem .5rem; }

#verdict { --tone: var(--unknown); background: var(--unknown-ground); border-color: color-mix(in srgb, var(--tone) 35%, transparent); display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; padding: 1.4rem 1.25rem; }
#verdict > * { grid-column: 2; }
#verdict .icons { grid-column: 1; grid-row: 1; width: 2.4rem; height: 2.4rem; color: var(--tone); }
#verdict .icons > svg { display: none; width: 100%; height: 100%; }
#verdict h1 { color: var(--tone); align-self: center; }
#reasons { margin-top: .5rem; }
#verdict[data-tone=good] { --tone: var(--good); background: var(--good-ground); }
#verdict[data-tone=minor] { --tone: var(--minor); background: var(--minor-ground); }
#verdict:is([data-tone=bad], [data-tone=held]) { --tone: var(--bad); background: var(--bad-ground); }
#verdict[data-tone=passing] { --tone: var(--passing); background: var(--passing-ground); }
#verdict[data-tone=good] .good, #verdict[data-tone=minor] .minor, #verdict[data-tone=bad] .bad, #verdict[data-tone=held] .held, #verdict[data-tone=passing] .passing, #verdict[data-tone=unknown] .unknown { display: block; }
.todo { margin-top: .9rem; padding-top: .8rem; border-top: 1px solid color-mix(in srgb, var(--tone) 30%, transparent); }
.todo h2 { margin-bottom: .35rem; }
.command { display: flex; gap: .5rem; align-items: center; margin: .4rem 0; }
.command code { flex: 1; padding: .5rem .7rem; background: var(--paper); border: 1px solid var(--line); overflow-x: auto; white-space: pre-wrap; }
button { font: inherit; font-size: .9rem; padding: .4rem .8rem; min-height: 2.4rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink); cursor: pointer; }
button:hover { border-color: var(--quiet); }
.copy { display: none; } .live .copy { display: block; }
.lost section:not(#verdict) { border-style: dashed; color: var(--quiet); filter: grayscale(1); }

dl { margin: 0; }
dd { margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.6rem, 1fr)); gap: 1rem; }
.figures dt { color: var(--quiet); font-size: .9rem; }
.figures dd { font-size: 1.35rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures small { display: block; font-size: .82rem; font-weight: 400; color: var(--quiet); }
meter { display: block; width: 100%; height: .6rem; margin-top: .35rem; }
.plain > div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0 1rem; padding: .3rem 0; border-top: 1px solid var(--line); }
.plain > div:first-child { border-top: 0; }
.plain dt { color: var(--quiet); }

svg { overflow: visible; }
figure { margin: 0; }
.plot { position: relative; }
.plot svg { display: block; width: 100%; height: 9rem; overflow: hidden; }
.plot .top { position: absolute; top: .15rem; right: 0; font-size: .8rem; color: var(--quiet); background: var(--paper); padding: 0 .25rem; }
.grid { stroke: var(--line); fill: none; vector-effect: non-scaling-stroke; }
.area { fill: var(--area); opacity: .28; }
.lag { stroke: var(--area); stroke-width: 2; fill: none; vector-effect: non-scaling-stroke; }
.unsafe, .swatch { fill: var(--bad); background: var(--bad); opacity: .22; }
.swatch { display: inline-block; width: .9em; height: .9em; vertical-align: -.1em; margin-left: .6em; }
.key { white-space: nowrap; }
.axis { display: flex; justify-content: space-between; color: var(--quiet); font-size: .8rem; width: 100%; }
figcaption { margin-top: .4rem; }
.lane { display: grid; grid-template-columns: 6rem 1fr; align-items: center; min-height: 1.9rem; }
.lane svg[height] { width: 100%; overflow: hidden; display: block; }
.lane .name { font-size: .9rem; }
.ok { color: var(--good); } .failed { color: var(--bad); }
.ok circle { fill: currentColor; } .failed path { stroke: currentColor; stroke-width: 2.5; fill: none; }
.sample { vertical-align: -.1em; } .sample.failed { margin-left: 1rem; }
.lanes + p { margin-top: .4rem; }

details { margin-top: .75rem; } summary { cursor: pointer; padding: .35rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); font-weight: 400; vertical-align: top; }
thead th { border-top: 0; color: var(--quiet); font-size: .85rem; }
.number { text-align: right; padding-right: 0; padding-left: .75rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.deploys { list-style: none; margin: 0; padding: 0; }
.deploys li { border-top: 1px solid var(--line); padding: .45rem 0; color: var(--ink); }
.deploys li:first-child { border-top: 0; }
.deploys .ok strong, li.ok > strong { color: var(--good); } li.failed > strong { color: var(--bad); }
.columns { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); align-items: start; }
footer { color: var(--quiet); font-size: .9rem; padding-bottom: 2rem; }
form { display: grid; gap: .75rem; max-width: 24rem; }
label { display: grid; gap: .3rem; }
input { font: inherit; padding: .55rem .7rem; border: 1px solid var(--quiet); border-radius: 8px; background: var(--paper); color: var(--ink); }
.narrow { max-width: 32rem; margin-top: 12vh; }
@media (max-width: 30rem) {
	section { padding: .9rem 1rem; }
	#verdict { grid-template-columns: 1fr; padding: 1.1rem 1rem; }
	#verdict > *, #verdict .icons { grid-column: 1; }
	#verdict h1 { grid-row: 2; margin-top: .5rem; }
	.command { flex-direction: column; align-items: stretch; }
	.lane { grid-template-columns: 5.2rem 1fr; }
	.plain > div { grid-template-columns: 1fr; }
}
@media (prefers-reduced-motion: no-preference) { #verdict { transition: background-color .3s; } }
@media print { .copy, .skip { display: none; } }
`;
