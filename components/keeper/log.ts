import { type Refusal, refusalLines } from "./refusal";

/** How the keeper writes its log. */
export type LogFormat = "text" | "json";

/** What an alert can be for. */
export type ProblemKind = "stale" | "drill" | "refused" | "app" | "disk" | "acknowledge" | "dump" | "postgres";

/** Something that a person is to be told of. */
export interface Alert {
	kind: ProblemKind;
	message: string;
}

/** Writes a line of the log. With `json`, one object that both clouds' logs understand. */
export function logger(format: LogFormat, write: (line: string) => void = console.log): (line: string) => void {
	if (format === "text") return write;
	return (line) => write(entryOf(severityOf(line), line));
}

/** A problem as the alert policies of both clouds look for it: on `holdfast`, `kind` and `app`. */
export function problemEntry(app: string, { kind, message }: Alert): string {
	return entryOf("ERROR", message, { holdfast: "problem", kind, app });
}

/** That there is none: its absence says that nothing runs, or that nobody can log. */
export function wellEntry(app: string): string {
	return entryOf("INFO", "the data is safe, and the app is well", { holdfast: "well", app });
}

/** A refusal that ends the process. `isWatched`: nobody else tells of it, so that an alert rests on this line. */
export function refusalEntry(refusal: Refusal, app: string, isWatched: boolean): string {
	const message = refusalLines(refusal);
	return isWatched ? problemEntry(app, { kind: "refused", message }) : entryOf("ERROR", message);
}

export function errorEntry(message: string): string {
	return entryOf("ERROR", `✗ ${message}`);
}

function severityOf(line: string): "INFO" | "WARNING" | "ERROR" {
	if (line.startsWith("✗")) return "ERROR";
	return /^(warning: |litestream: )/.test(line) ? "WARNING" : "INFO";
}

function entryOf(severity: string, message: string, more: Record<string, string> = {}): string {
	return JSON.stringify({ severity, message, ...more });
}
