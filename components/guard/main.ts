#!/usr/bin/env node
import { closeSync, openSync, readSync } from "node:fs";
import { isatty } from "node:tty";
import { parseArgs } from "node:util";
import { guard } from "./guard";
import { type Plan, readPlan, UnreadablePlan } from "./plan";
import { json } from "./report/json";
import { markdown, unreadable } from "./report/markdown";
import { terminal } from "./report/terminal";

const USAGE = `holdfast guard [--markdown | --json] [FILE...]: says what pulumi preview does to the data, of any Pulumi project

  pulumi preview --json --show-sames > plan.json; holdfast guard plan.json
  pulumi preview --json --show-sames | holdfast guard

  FILE         what pulumi preview --json printed; several stacks are judged together. - or none: standard input
  --markdown   for a pull request
  --json       for programs

  exit code    0: the data is kept, or what happens is approved in holdfast:approvals of the stack's configuration
               3: data is at risk or lost
               2: a file cannot be read, so nothing is said to be safe`;

const CHUNK_BYTES = 1024 * 1024;
const [SAFE, UNREADABLE, UNSAFE] = [0, 2, 3];

type Form = "terminal" | "markdown" | "json";

/** Where a plan's text comes from, and what it is called in an error. */
interface Source {
	name: string;
	read(): string | Iterable<Buffer>;
}

/** @returns the exit code */
export function main(words: string[], now: Date): number {
	const asked = options(words);
	if (asked === undefined) return UNREADABLE;
	if (asked.help) {
		process.stdout.write(`${USAGE}\n`);
		return SAFE;
	}
	const sources = asked.files.map((file): Source => {
		return { name: file === "-" ? "standard input" : file, read: () => chunks(file) };
	});
	return judge(sources, asked.markdown ? "markdown" : asked.json ? "json" : "terminal", now);
}

/** Prints the report of plans, and returns the exit code. */
export function judge(sources: Source[], form: Form, now: Date): number {
	try {
		const report = guard(sources.map(readSource), { now });
		const write = {
			terminal: () => terminal(report, { now }),
			markdown: () => markdown(report),
			json: () => json(report),
		};
		process.stdout.write(write[form]());
		return report.safe ? SAFE : UNSAFE;
	} catch (error) {
		if (!(error instanceof UnreadablePlan)) throw error;
		// A comment on a pull request has to say it too.
		if (form === "markdown") process.stdout.write(unreadable(error.message));
		process.stderr.write(`✗ holdfast guard: ${error.message}\n`);
		return UNREADABLE;
	}
}

function* chunks(file: string): Iterable<Buffer> {
	const descriptor = file === "-" ? 0 : openSync(file, "r");
	try {
		for (;;) {
			const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
			const length = readSync(descriptor, chunk);
			if (length === 0) return;
			yield chunk.subarray(0, length);
		}
	} finally {
		if (descriptor !== 0) closeSync(descriptor);
	}
}

function readSource({ name, read }: Source): Plan {
	try {
		return readPlan(read());
	} catch (error) {
		throw new UnreadablePlan(`${name}: ${(error as Error).message}`);
	}
}

function options(words: string[]) {
	try {
		const { values, positionals } = parseArgs({
			args: words,
			allowPositionals: true,
			options: { markdown: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
		});
		const [command, ...files] = positionals;
		if (values.help) return { ...values, files };
		if (command !== "guard") throw new Error(`there is one command, guard (got ${command ?? "none"})`);
		if (values.markdown && values.json) throw new Error("--markdown and --json exclude each other");
		if (files.length === 0 && isatty(0)) throw new Error("no file, and nothing on standard input");
		return { ...values, files: files.length > 0 ? files : ["-"] };
	} catch (error) {
		process.stderr.write(`✗ holdfast: ${(error as Error).message}\n\n${USAGE}\n`);
		return undefined;
	}
}

// By exitCode, so that what is still to be written is written.
if (require.main === module) process.exitCode = main(process.argv.slice(2), new Date());
