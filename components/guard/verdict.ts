/** What a preview does to the data of a resource, from best to worst. */
export const VERDICTS = ["kept", "moved", "at risk", "lost"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** One reason for a verdict. */
export interface Finding {
	/** Of the resource; for a data directory, of what mounts it. */
	urn: string;
	/** What the verdict is about, as `volume holdfast-local-notes-data` or `data directory /app/data of notes`. */
	subject: string;
	verdict: Verdict;
	/** Which rule says so, in kebab-case, as `mount-path-changed`. */
	rule: string;
	/** One sentence: what happens, with the old value and the new one. */
	reason: string;
	/** What to do in place of it, one sentence. Not for what is kept. */
	wayOut?: string;
}

/** What is told without a verdict: a new image, a migration, a weakness that was there before. */
export interface Information {
	urn: string;
	text: string;
}

export function worst(verdicts: Iterable<Verdict>): Verdict {
	return VERDICTS[Math.max(0, ...[...verdicts].map((verdict) => VERDICTS.indexOf(verdict)))] ?? "kept";
}
