import { join } from "node:path";
import { ROOT } from "../workspace";
import { type Component, type Described, describe, type Member } from "./types";

export const COMPONENTS_README = join(ROOT, "components", "README.md");

const PLATFORMS = { docker: "A Docker host", gcp: "Google Cloud", aws: "AWS" };

/** The reference of all components: what goes in, and what comes out. */
export function componentsReadme(): string {
	const { components, types } = describe(Object.keys(PLATFORMS));
	const missing = [...components, ...types.values()].flatMap((described) => unsaid(described, types));
	if (missing.length > 0)
		throw new Error(`doc comments are missing:\n${missing.map((each) => `  - ${each}`).join("\n")}`);
	const lines = [
		"# The components",
		"",
		"What each of them takes and gives. This file is made from the types by `npm run docs`, and a test sees that it is current.",
		"What a component does, grants, costs and refuses is in its doc comment.",
		"",
		"Every component also takes Pulumi's own resource options as its last argument.",
	];
	for (const [platform, title] of Object.entries(PLATFORMS)) {
		lines.push("", `## ${title}`, "", `\`import { … } from "holdfast/${platform}"\``);
		for (const component of components.filter((each) => each.platform === platform)) {
			lines.push(...section(component, types));
		}
	}
	lines.push("", "## Types", "", "What the tables above name.");
	const isShown = ({ name }: Described) => !components.some((component) => name === `${component.name}Args`);
	const sorted = [...types.values()].filter(isShown).sort((one, other) => (one.name < other.name ? -1 : 1));
	for (const type of sorted) {
		lines.push("", `### ${type.name}`, "", paragraph(type.text));
		lines.push("", ...(type.type === undefined ? inputs(type.members, types) : [code(type.type)]));
	}
	return `${lines.join("\n")}\n`;
}

function section(component: Component, types: Map<string, Described>): string[] {
	const [first = ""] = component.text.split("\n\n");
	const outputs = component.outputs.map(({ name, type, text }) => row(`\`${name}\``, code(type), text));
	return [
		"",
		`### ${component.name}`,
		"",
		paragraph(first),
		"",
		...inputs(component.members, types),
		"",
		row("output", "type", "what it is"),
		row("---", "---", "---"),
		...outputs,
	];
}

function inputs(members: Member[], types: Map<string, Described>): string[] {
	const wanted = [...members].sort((one, other) => Number(one.isOptional) - Number(other.isOptional));
	const rows = wanted.map((member) => row(`\`${member.name}\``, typeOf(member), defaultOf(member, types), member.text));
	return [row("input", "type", "default", "what it says"), row("---", "---", "---", "---"), ...rows];
}

/** A type, with a way to the tables of those that are this library's. */
function typeOf({ type, uses }: Member): string {
	const links = [...new Set(uses)].map((name) => `[${name}](#${anchor(name)})`);
	return uses.length === 1 && type === uses[0] ? `${links}` : [code(type), ...links].join(" ");
}

/** A component's arguments are in the table of the component. */
function anchor(name: string): string {
	return name.replace(/(App)Args$/, "$1").toLowerCase();
}

function defaultOf(member: Member, types: Map<string, Described>): string {
	if (!member.isOptional) return "**required**";
	if (isChange(member)) return "as it is made";
	if (member.default === undefined) return `see ${ofItsOwn(member, types)}`;
	const [, words] = /^- (.*)$/.exec(member.default) ?? [];
	return words ?? code(member.default);
}

/** The type whose own defaults hold where it is left out. */
function ofItsOwn({ type }: Member, types: Map<string, Described>): string | undefined {
	const members = types.get(type)?.members ?? [];
	return members.length > 0 && members.every(({ isOptional }) => isOptional) ? type : undefined;
}

/** A child's arguments in, and out: its name says all. */
function isChange({ type }: Member): boolean {
	return /^Change<.*>$/.test(type);
}

/** What has no description, or no default although it may be left out. */
function unsaid(described: Described, types: Map<string, Described>): string[] {
	const outputs = "outputs" in described ? (described.outputs as Member[]) : [];
	const mute = [...described.members, ...outputs].filter((member) => member.text === "" && !isChange(member));
	const open = described.members.filter(
		(member) =>
			member.isOptional && !isChange(member) && member.default === undefined && ofItsOwn(member, types) === undefined,
	);
	return [
		...(described.text === "" ? [`${described.name} has no description`] : []),
		...mute.map(({ name }) => `${described.name}.${name} has no description`),
		...open.map(({ name }) => `${described.name}.${name} has no @default`),
	];
}

function row(...cells: string[]): string {
	return `| ${cells.map(cell).join(" | ")} |`;
}

function cell(text: string): string {
	return paragraph(text).replaceAll("|", "\\|");
}

function code(text: string): string {
	return text.startsWith("`") ? text : `\`${text}\``;
}

function paragraph(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}
