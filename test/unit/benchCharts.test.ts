import { XMLValidator } from "fast-xml-parser";
import { expect, it } from "vitest";
import { bars, ticks } from "../../tools/bench/report/bars";
import { lines } from "../../tools/bench/report/lines";
import type { Comparison, Growth } from "../../tools/bench/result";

const COMPARISON: Comparison = {
	name: 'restore of <1 GB> & "more"',
	unit: "s",
	values: { ours: [10, 12, 11], "plain Litestream": [20, 28, 22], "not run": [] },
	ratios: [{ of: "ours", to: "plain Litestream", atMost: 1.15 }],
};

const GROWTH: Growth = {
	name: "restore",
	unit: "s",
	over: { name: "database", unit: "MB" },
	points: {
		ours: [10, 100, 1000].map((at) => ({ at, value: at / 50 })),
		"plain Litestream": [10, 100, 1000].map((at) => ({ at, value: at / 100 })),
	},
};

const all = (chart: string, pattern: RegExp) => [...chart.matchAll(pattern)].map(([, ...found]) => found.map(Number));

it.each([
	["bars", bars(COMPARISON)],
	["lines", lines(GROWTH)],
	["bars of nothing", bars({ ...COMPARISON, values: { ours: [0], "plain Litestream": [] } })],
	["one point", lines({ ...GROWTH, points: { ours: [{ at: 10, value: 3 }] } })],
	[
		"a value too short to be measured",
		lines({ ...GROWTH, points: { ours: [1, 2, 3].map((at) => ({ at, value: at - 1 })) } }),
	],
])(
	"%s: whole XML with a title and a description, for light and dark, that asks for nothing from outside",
	(_, chart) => {
		expect(XMLValidator.validate(chart)).toBe(true);
		expect(chart).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]+<\/desc>/);
		expect(chart).toContain('role="img" aria-labelledby="title description"');
		expect(chart).toContain("prefers-color-scheme:dark");
		expect(chart.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|@import|<script|<image/);
		expect(chart).not.toMatch(/NaN|Infinity|undefined/);
	},
);

it("The bars are as long as the medians, ours in its colour, with a whisker from the least to the most", () => {
	const chart = bars(COMPARISON);
	const [ours = [], plain = []] = all(chart, /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16"/g);
	expect((plain[1] ?? 0) / (ours[1] ?? 0)).toBeCloseTo(2, 1);
	expect(chart.match(/class="ours"/g)).toHaveLength(1);
	expect(chart.match(/class="bar"/g)).toHaveLength(1);
	const whiskers = all(chart, /<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="\2" class="spread"/g);
	const lengths = whiskers.map(([from = 0, , to = 0]) => to - from);
	expect((lengths[1] ?? 0) / (lengths[0] ?? 0)).toBeCloseTo(4, 1);
	expect(chart).toContain(
		'<desc id="description">ours: 11 s (10 to 12); plain Litestream: 22 s (20 to 28); less is better.',
	);
	expect(chart).toContain("restore of &lt;1 GB&gt; &amp; &quot;more&quot;");
	expect(chart).not.toContain("not run");
});

it("More is better where a target is a least", () => {
	const ratios = [{ of: "ours", to: "plain Litestream", atLeast: 3 }];
	expect(bars({ ...COMPARISON, unit: "rows", ratios })).toContain("more is better");
});

it("What grows as much as its measure has a slope of 1, beside another of its kind", () => {
	const chart = lines(GROWTH);
	const paths = [...chart.matchAll(/<polyline points="([^"]+)"/g)].map(([, points = ""]) =>
		points.split(" ").map((point) => point.split(",").map(Number)),
	);
	expect(paths).toHaveLength(2);
	for (const path of paths) {
		const [one = [], two = [], three = []] = path;
		expect((two[0] ?? 0) - (one[0] ?? 0)).toBeCloseTo((three[0] ?? 0) - (two[0] ?? 0), 0);
		expect((two[1] ?? 0) - (one[1] ?? 0)).toBeCloseTo((three[1] ?? 0) - (two[1] ?? 0), 0);
	}
	// Twice as much is above.
	expect(paths[0]?.[0]?.[1]).toBeLessThan(paths[1]?.[0]?.[1] ?? 0);
	expect(chart).toContain("0.2 s at 10 MB");
	expect(chart).toContain("s, by database in MB; both axes are logarithmic");
});

it("An axis ends above the most, at numbers that a person would take", () => {
	expect(ticks(11)).toEqual([0, 5, 10, 15]);
	expect(ticks(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
	expect(ticks(118_056)).toEqual([0, 50_000, 100_000, 150_000]);
	expect(ticks(0)).toEqual([0, 1]);
});
