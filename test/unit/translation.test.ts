import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../tools/workspace";
import { deadAnchors, partings } from "./translation";

const PAGES = ["README", "MOVING-IN"];
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
/** To the other language, at the top of each page. */
const withoutSwitch = (page: string) => page.replace(/^\[(English|简体中文)\]\(.*\)\n/m, "");

describe.each(PAGES)("%s.md and its translation", (name) => {
	const [original, translation] = [`${name}.md`, `${name}.zh-CN.md`].map((file) => withoutSwitch(read(file))) as [
		string,
		string,
	];

	it("have the same headings, commands, tables, code, links and numbers", () => {
		expect(partings(original, translation)).toEqual([]);
	});

	it("lead nowhere with no link of their own", () => {
		expect([original, translation].flatMap(deadAnchors)).toEqual([]);
	});
});

describe("partings", () => {
	const original =
		"# A\n\nTakes 5 s, see [b](b.md#c) and `npm test`.\n\n```sh\nnpm test   # all of it\n# holdfast:a: 1   # an option\n```\n\n| a | b |\n| - | - |\n| `x` | 1 |\n";
	const translation =
		"# 甲\n\n要 5 s，见[乙](b.zh-CN.md#丙)和 `npm test`。\n\n```sh\nnpm test   # 全部\n# holdfast:a: 1   # 一个选项\n```\n\n| 甲 | 乙 |\n| - | - |\n| `x` | 1 |\n";

	it("none: only the words differ", () => {
		expect(partings(original, translation)).toEqual([]);
	});

	it.each([
		["a command", "npm test   # 全部", "npm run test   # 全部", "the commands part at"],
		["a comment that is not translated", "# 全部", "# everything", "the commands part at"],
		["a setting in a comment", "holdfast:a: 1", "holdfast:a: 2", "the commands part at"],
		["a line of a block too few", "npm test   # 全部\n", "", "the commands part at"],
		["a block too few", /```sh[\s\S]*```\n/, "", "1 blocks of commands in the original, 0"],
		["a cell's code", "| `x`", "| `y`", "the code x is not in the translation"],
		["a row too few", "| `x` | 1 |\n", "", "other rows or columns"],
		["a column too few", "| `x` | 1 |", "| `x` |", "other rows or columns"],
		["a figure", "5 s", "6 s", "the number 5 is not in the translation"],
		["code in a sentence", "和 `npm test`", "和测试", "the code npm test is not in the translation"],
		["a link", "b.zh-CN.md", "c.md", "the link b.md# is not in the translation"],
		["a heading too many", /$/, "## 丁\n", "the headings part at “丁”"],
	])("%s", (_, from, to, said) => {
		const found = partings(original, translation.replace(from, to));
		expect(found.join()).toContain(said);
		expect(found.join()).toMatch(/“A”, “甲”|“丁”/);
	});
});
