/** What the charts have in common: their size, their colours in light and dark, and what a screen reader says of them. */
export const WIDTH = 760;

/** Told apart by those who do not see all colours too; each line has a mark of its own besides. */
export const LINE_COLOURS = ["#0969da", "#bc4c00", "#8250df", "#1a7f37", "#bf3989", "#57606a"];
const LINE_COLOURS_IN_DARK = ["#58a6ff", "#f0883e", "#bc8cff", "#3fb950", "#f778ba", "#9198a1"];

/** Its own ground under it, so that it is legible on a page of either kind. No variables: not every viewer knows them. */
const STYLE = `text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;fill:#1f2328}
.name{font-weight:600;font-size:15px}.small{font-size:12px;fill:#59636e}.end{text-anchor:end}.middle{text-anchor:middle}
.ground{fill:#fff}.grid{stroke:#d1d9e0;stroke-width:1}.bar{fill:#8c959f}.ours{fill:#0969da}.spread{stroke:#1f2328;stroke-width:1.5;fill:none}
${LINE_COLOURS.map((colour, index) => `.line${index}{stroke:${colour};fill:none;stroke-width:2}.mark${index}{fill:${colour}}`).join("")}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.ground{fill:#0d1117}.grid{stroke:#3d444d}.bar{fill:#656c76}.ours{fill:#4493f8}.spread{stroke:#f0f6fc}
${LINE_COLOURS_IN_DARK.map((colour, index) => `.line${index}{stroke:${colour}}.mark${index}{fill:${colour}}`).join("")}}`;

interface Chart {
	height: number;
	/** One line on top of it. */
	title: string;
	/** Its content in words. */
	description: string;
	/** Elements, each a string. */
	content: string[];
}

/** The whole file: it asks for nothing from anywhere. */
export function svg({ height, title, description, content }: Chart): string {
	return `${[
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">`,
		`<title id="title">${escaped(title)}</title>`,
		`<desc id="description">${escaped(description)}</desc>`,
		`<style>${STYLE}</style>`,
		`<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
		text(16, 26, title, "name"),
		...content,
		"</svg>",
	].join("\n")}\n`;
}

export function text(x: number, y: number, content: string, classes = ""): string {
	return `<text x="${at(x)}" y="${at(y)}"${classes === "" ? "" : ` class="${classes}"`}>${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): string {
	return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${classes}"/>`;
}

/** A coordinate, without digits that nobody sees. */
export function at(value: number): string {
	return `${Math.round(value * 10) / 10}`;
}

/** About as wide as this text is. */
export function widthOf(content: string): number {
	return content.length * 7.1;
}

export function escaped(content: string): string {
	return content
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;")
		.replaceAll("'", "&#39;");
}
