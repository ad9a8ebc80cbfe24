/** What a reader of either language must find the same, between one heading and the next. */
interface Section {
	title: string;
	level: number;
	/** The lines of each fenced block, its fence included. */
	blocks: string[][];
	/** The cells of each row of its tables. */
	rows: string[][];
	/** All else. */
	prose: string;
}

const HAN = /\p{Script=Han}/u;

/** Where a translation is no longer what its original is, in words; empty where they go together. */
export function partings(original: string, translation: string): string[] {
	const [there, here] = [sectionsOf(original), sectionsOf(translation)];
	const levels = (sections: Section[]) => sections.map(({ level }) => level).join();
	if (levels(there) !== levels(here)) {
		const at = there.findIndex(({ level }, index) => here[index]?.level !== level);
		const missing = at < 0 ? here[there.length] : there[at];
		return [
			`the headings part at ${shown(missing)}: ${there.length} in the original, ${here.length} in the translation`,
		];
	}
	return there.flatMap((section, index) =>
		Array.from(
			differences(section, here[index] as Section),
			(what) => `${shown(section)}, ${shown(here[index])}: ${what}`,
		),
	);
}

/** Links within a page that lead nowhere. */
export function deadAnchors(page: string): string[] {
	const sections = sectionsOf(page);
	const anchors = sections.map(({ title }) =>
		title
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, "")
			.replaceAll(" ", "-"),
	);
	return linksOf(page).filter((link) => link.startsWith("#") && !anchors.includes(link.slice(1)));
}

function shown(section: Section | undefined): string {
	return `“${section?.title ?? "the end"}”`;
}

function sectionsOf(page: string): Section[] {
	const sections: Section[] = [];
	let block: string[] | undefined;
	for (const line of page.split("\n")) {
		const section = sections.at(-1);
		const heading = /^(#+) (.*)/.exec(line);
		if (line.startsWith("```") || block !== undefined) {
			if (block === undefined) {
				block = [];
				section?.blocks.push(block);
			}
			block.push(line);
			if (line === "```") block = undefined;
		} else if (heading !== null) {
			sections.push({ title: heading[2] ?? "", level: heading[1]?.length ?? 0, blocks: [], rows: [], prose: "" });
		} else if (line.startsWith("|")) {
			section?.rows.push(line.split("|").slice(1, -1));
		} else if (section !== undefined) {
			section.prose += `${line}\n`;
		}
	}
	return sections;
}

function* differences(there: Section, here: Section): Generator<string> {
	if (there.blocks.length !== here.blocks.length) {
		yield `${there.blocks.length} blocks of commands in the original, ${here.blocks.length} in the translation`;
		return;
	}
	for (const [index, block] of there.blocks.entries()) {
		const other = here.blocks[index] ?? [];
		const at = [...block.keys(), block.length].find((line) => !isSameLine(block[line], other[line]));
		if (at !== undefined) yield `the commands part at “${block[at] ?? ""}” and “${other[at] ?? ""}”`;
	}
	if (there.rows.map(({ length }) => length).join() !== here.rows.map(({ length }) => length).join()) {
		yield "a table has other rows or columns";
		return;
	}
	for (const [index, row] of there.rows.entries()) {
		for (const [column, cell] of row.entries()) yield* wordDifferences(cell, here.rows[index]?.[column] ?? "");
	}
	yield* wordDifferences(there.prose, here.prose);
}

/** The same code, and the same comments, or such as are translated. A setting in a comment is a comment within one. */
function isSameLine(there?: string, here?: string): boolean {
	if (there === undefined || here === undefined) return there === here;
	const [pieces, others] = [there, here].map((line) => line.split(/(?<=^|\s)(?:#|\/\/)\s/));
	return (
		pieces?.length === others?.length &&
		pieces?.every(
			(piece, index) =>
				piece.trimEnd() === others?.[index]?.trimEnd() || (index > 0 && HAN.test(others?.[index] ?? "")),
		) === true
	);
}

/** What stays as it is in any language: code, links and numbers. */
function* wordDifferences(there: string, here: string): Generator<string> {
	const kinds: Record<string, (text: string) => string[]> = {
		code: (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.replaceAll("\n", " ")),
		link: (text) => linksOf(text).map((link) => link.replace(".zh-CN.md", ".md").replace(/#.*/, "#")),
		number: (text) => text.replaceAll(/`[^`]+`|\]\([^)]*\)/g, "").match(/\d+(?:[.,]\d+)*/g) ?? [],
	};
	for (const [kind, find] of Object.entries(kinds)) {
		const [original, translated] = [find(there), find(here)];
		for (const each of original) {
			const at = translated.indexOf(each);
			if (at < 0) yield `the ${kind} ${each} is not in the translation`;
			else translated.splice(at, 1);
		}
		for (const each of translated) yield `the ${kind} ${each} is not in the original`;
	}
}

function linksOf(text: string): string[] {
	return [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
}
