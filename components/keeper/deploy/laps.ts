/** The parts of a time, as in "1.31 s: stop 0.20, migration 0.45, start 0.60". */
export class Laps {
	private readonly begun = performance.now();
	private last = this.begun;
	private readonly parts: string[] = [];

	/** What took the time since the one before. */
	lap(name: string): void {
		const now = performance.now();
		this.parts.push(`${name} ${seconds(now - this.last)}`);
		this.last = now;
	}

	toString(): string {
		return `${seconds(performance.now() - this.begun)} s${this.parts.length > 0 ? `: ${this.parts.join(", ")}` : ""}`;
	}
}

function seconds(milliseconds: number): string {
	return (milliseconds / 1000).toFixed(2);
}
