import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { command } from "../../tools/setup/command";
import { ROOT } from "../../tools/workspace";

export const RUN = "https://github.example/acme/shop/actions/runs/77";
export const MARKER = "<!-- holdfast-guard -->";

/** One use of a stand-in. */
export interface Call {
	words: string[];
	input: string;
}

/**
 * A directory in which a script of .github/scripts runs for real, while the programs that it calls (gh, pulumi, npm, …) are
 * stand-ins: each writes down how it was called, and then does what the test says in shell.
 */
export class WorkflowScene {
	readonly directory = mkdtempSync(join(tmpdir(), "holdfast-workflow-"));
	/** Over what GitHub sets in every job. */
	environment: NodeJS.ProcessEnv = {};

	constructor() {
		onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
		mkdirSync(join(this.directory, "bin"));
	}

	/** @param body what it does after it has written down the call; its input is in $input. */
	standIn(program: string, body = ""): void {
		const file = join(this.directory, "bin", program);
		const log = join(this.directory, `${program}.calls`);
		writeFileSync(
			file,
			`#!/usr/bin/env bash
input=
for word in "$@"; do [[ $word != - && $word != --password-stdin ]] || input=$(cat); done
jq --compact-output --null-input --arg input "$input" '{words: $ARGS.positional, $input}' --args -- "$@" >>'${log}'
${body}
`,
		);
		chmodSync(file, 0o755);
	}

	/** How a stand-in was called so far. */
	calls(program: string): Call[] {
		const log = join(this.directory, `${program}.calls`);
		if (!existsSync(log)) return [];
		const lines = readFileSync(log, "utf8").trim().split("\n");
		return lines.map((line) => JSON.parse(line) as Call);
	}

	write(file: string, content: string): void {
		mkdirSync(dirname(join(this.directory, file)), { recursive: true });
		writeFileSync(join(this.directory, file), content);
	}

	read(file: string): string {
		return readFileSync(join(this.directory, file), "utf8");
	}

	/** Who may do what with a file. */
	mode(file: string): number {
		return statSync(join(this.directory, file)).mode & 0o777;
	}

	/** Runs a script as a step of a job does. */
	run(script: string, ...words: string[]) {
		return this.command(join(ROOT, ".github", "scripts", script), words);
	}

	/** Runs lines for a shell, up to the first that fails. */
	shell(lines: string) {
		return this.command("bash", ["-euo", "pipefail", "-c", lines]);
	}

	private command(program: string, words: string[]) {
		return command(program, words, {
			cwd: this.directory,
			env: {
				PATH: [join(this.directory, "bin"), process.env.PATH].join(delimiter),
				HOME: this.directory,
				GITHUB_SERVER_URL: "https://github.example",
				GITHUB_REPOSITORY: "acme/shop",
				GITHUB_RUN_ID: "77",
				GITHUB_SHA: "0123456789abcdef",
				GITHUB_STEP_SUMMARY: join(this.directory, "summary.md"),
				GITHUB_OUTPUT: join(this.directory, "output"),
				...this.environment,
			},
		});
	}
}
