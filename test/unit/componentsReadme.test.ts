import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { COMPONENTS_README, componentsReadme } from "../../tools/docs/render";

// It also throws where an input has neither a default nor a description.
it("the tables of components/README.md are those of the types", () => {
	const isCurrent = readFileSync(COMPONENTS_README, "utf8") === componentsReadme();
	expect(isCurrent, "components/README.md is older than the types: run npm run docs").toBe(true);
});

it("each link in them leads to a heading", () => {
	const text = readFileSync(COMPONENTS_README, "utf8");
	const headings = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => title.toLowerCase()));
	const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, link = ""]) => link);
	expect(links.length).toBeGreaterThan(20);
	expect(links.filter((link) => !headings.has(link))).toEqual([]);
});
