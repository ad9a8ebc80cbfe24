/** Says on stderr how far a benchmark is, and how long that has taken so far. */
export function progress(bench: string): (what: string) => void {
	const begun = performance.now();
	return (what) => console.error(`… ${bench}, ${clock((performance.now() - begun) / 1000)}: ${what}`);
}

/** Seconds as minutes:seconds. */
export function clock(seconds: number): string {
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

type Measured<Contenders extends Record<string, () => Promise<unknown>>> = {
	[Name in keyof Contenders]: Awaited<ReturnType<Contenders[Name]>>[];
};

/**
 * Measures all contenders in each turn. Who begins is another one each time, so that none of them always has the same one
 * before it, with what that has left in the caches and on the disk.
 */
export async function byTurns<Contenders extends Record<string, () => Promise<unknown>>>(
	runs: number,
	say: (what: string) => void,
	contenders: Contenders,
): Promise<Measured<Contenders>> {
	const all = Object.entries(contenders);
	const measured: Record<string, unknown[]> = Object.fromEntries(all.map(([name]) => [name, []]));
	for (let run = 0; run < runs; run += 1) {
		for (const [name, measure] of [...all.slice(run % all.length), ...all.slice(0, run % all.length)]) {
			say(`turn ${run + 1} of ${runs}: ${name}`);
			measured[name]?.push(await measure());
		}
	}
	return measured as Measured<Contenders>;
}

/** Does the work and takes away what it leaves, however it ends: also where a person interrupts it. */
export async function cleanedUp<T>(remove: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
	const interrupted = () => void remove().finally(() => process.exit(130));
	process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
	try {
		return await work();
	} finally {
		process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
		await remove();
	}
}
