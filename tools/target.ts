import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Target } from "../stacks/shapes";
import { SAMPLE_APP } from "./prove/sampleApp";
import { configFile } from "./stackConfig";

/** What the tools need to know of a stack's configuration before any program runs. */
interface Outline {
	"holdfast:target"?: Target;
	"holdfast:app"?: { build?: { context?: string } };
	"holdfast:keeper"?: { image?: string };
}

function outlineOf(stack: string): Outline {
	const file = configFile(stack);
	if (!existsSync(file)) return {};
	return (parse(readFileSync(file, "utf8")) as { config?: Outline } | null)?.config ?? {};
}

/** Where a stack runs. What is no target is refused by the program, which says what there is. */
export function targetOf(stack: string): Target {
	const target = outlineOf(stack)["holdfast:target"];
	return target === "gcp" || target === "aws" ? target : "docker";
}

/** Which of the images of a stack in a cloud are built on this machine. */
export function builtHere(stack: string): { app: boolean; sample: boolean; keeper: boolean } {
	const { "holdfast:app": app, "holdfast:keeper": keeper } = outlineOf(stack);
	const context = app?.build?.context;
	return { app: context !== undefined, sample: context === SAMPLE_APP, keeper: keeper?.image === undefined };
}

const LOGS = {
	gcp: "gcloud logging read 'jsonPayload.holdfast:*' --limit 10",
	aws: "the stack output log, with --filter-pattern '{ $.holdfast = * }'",
};

/** What takes the place of a tool that goes through a Docker host, on a cloud. */
const INSTEAD = {
	keeper: (cloud: "gcp" | "aws") =>
		`the keeper there speaks in its log, each minute and as soon as something is wrong: ${LOGS[cloud]}; drills run by themselves, and holdfast:alerts sends what they find`,
	rollback: () =>
		"name the image of before, by its digest (stack output image of then), as app.image in the stack's file, and run npm run up. The data stays as it is",
	restore: () =>
		"an instance restores by itself at each start; for a copy at hand, the replica is in the bucket of the stack output backup, in Litestream's format",
	prove: () =>
		"npm run test:data proves the very containers of the cloud definitions on this machine, against S3 and GCS servers",
};

/** @throws {Error} for a stack in a cloud: the tool goes through a Docker host; with what to do instead. */
export function dockerOnly(stack: string, tool: keyof typeof INSTEAD): void {
	const target = targetOf(stack);
	if (target === "docker") return;
	throw new Error(
		`${stack} runs on ${target === "gcp" ? "Google Cloud" : "AWS"}, and this is for a Docker host: ${INSTEAD[tool](target)}`,
	);
}
