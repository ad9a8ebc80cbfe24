import { Refusal } from "./refusal";

/** A port or a Unix socket, and what takes it. */
export interface Place {
	at: number | string;
	/** Returns what closes it. */
	open(): Promise<() => void>;
}

/**
 * Takes them one after the other. Where one cannot be had, none stays taken: each of them keeps the process.
 *
 * @throws {Refusal} `cannot-listen`, with the place, who we are, and what to do.
 */
export async function listenAt(places: Place[]): Promise<(() => void)[]> {
	const closers: (() => void)[] = [];
	for (const { at, open } of places) {
		try {
			closers.push(await open());
		} catch (error) {
			for (const close of closers) close();
			throw cannotListen(at, error as Error);
		}
	}
	return closers;
}

function cannotListen(at: number | string, { message }: Error): Refusal {
	const who = `the keeper, user ${process.getuid?.()}`;
	if (typeof at === "number") {
		const remedy = "free the port: no container of the instance may listen on it; one of 1024 and more needs no rights";
		return new Refusal("cannot-listen", `${who}, cannot listen on port ${at}: ${message}`, remedy);
	}
	return new Refusal(
		"cannot-listen",
		`${who}, cannot make its control socket ${at}: ${message}`,
		`let that user write to its directory, or name another place with HOLDFAST_CONTROL; a volume there must be ${process.getuid?.()}'s, or everybody's`,
	);
}
