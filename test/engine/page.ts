import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../tools/workspace";

export type Settings = Record<string, Record<string, unknown>>;

/** A chapter of a page, under a heading of the second level. */
export interface Chapter {
	/** What is run under the chapter's own heading, and under each heading below it by its first words, block by block. */
	commands: Record<string, string[]>;
	/** The settings that it shows, as a stack's file has them. */
	settings: Settings;
}

/** A page of this repo. A block of ```sh vendor is run by nobody. */
export class Page {
	private readonly chapters: Record<string, string>;

	constructor(private readonly file: string) {
		const [, ...texts] = readFileSync(join(ROOT, file), "utf8").split(/^## /m);
		this.chapters = Object.fromEntries(texts.map((text) => [text.split(/[\s.]/, 1)[0] ?? "", text]));
	}

	/** The chapter whose heading begins with this word. */
	chapter(word: string): Chapter {
		const text = this.chapters[word];
		if (text === undefined) throw new Error(`${this.file} has no chapter ${word}`);
		const [own = "", ...below] = text.split(/^### /m);
		const headings = below.map((part) => [part.split(" ", 2).join(" "), blocks(part, "sh")]);
		return {
			commands: { "": blocks(own, "sh"), ...Object.fromEntries(headings) },
			settings: Object.assign({}, ...blocks(text, "yaml").map((block) => parse(block))),
		};
	}
}

function blocks(text: string, language: string): string[] {
	return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
		([, block = ""]) => block,
	);
}
