import { statSync } from "node:fs";
import { freeIn, megabytes } from "./diagnostics";
import { Refusal } from "./refusal";

/** What is about to take room for copies of the database. */
export interface RoomWanted {
	database: string;
	/** Where the copies go. */
	directory: string;
	/** How many times the size of the database they take. */
	times: number;
	/** The beginning of the sentence that says so, up to the amount. */
	why: string;
	remedy: string;
}

/** @throws {Refusal} `disk-full` where it would not fit. A database that is not there takes none. */
export function needRoom({ database, directory, times, why, remedy }: RoomWanted): void {
	const bytes = (statSync(database, { throwIfNoEntry: false })?.size ?? 0) * times;
	const free = freeIn(directory);
	if (free > bytes) return;
	throw new Refusal("disk-full", `${why} ${megabytes(bytes)} in ${directory}, and ${megabytes(free)} are free`, remedy);
}
