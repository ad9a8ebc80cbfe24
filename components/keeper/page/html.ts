/** Markup that is as it should be. Only {@link html} makes it. */
export class Html {
	constructor(readonly text: string) {}
}

/** What can be put into markup. Nothing is shown of `undefined` and `false`. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** Markup, in which whatever is put into it is escaped, unless it is markup itself. Attributes are to be in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Html {
	return new Html(parts.map((part, index) => part + (index < contents.length ? textOf(contents[index]) : "")).join(""));
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function textOf(content: Content): string {
	if (content === undefined || content === false) return "";
	if (content instanceof Html) return content.text;
	if (typeof content === "object") return content.map(textOf).join("");
	return `${content}`.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
