/** Says what was measured, and what of it is not as promised. */
export class Report {
	private missed = 0;

	say(line: string): void {
		console.log(`    ${line}`);
	}

	/** A line that has a target in it. */
	judge(isMet: boolean, line: string): void {
		console.log(`  ${isMet ? "✓" : "✗"} ${line}`);
		if (!isMet) this.missed += 1;
	}

	/** A measurement in which requests failed measures something else. */
	needNone(failed: number, of: string): void {
		if (failed > 0) this.judge(false, `${of}: ${failed} requests failed`);
	}

	/** The exit code. */
	end(): number {
		console.log(this.missed === 0 ? "\n✓ every target is met" : `\n✗ missed: ${this.missed}`);
		return this.missed === 0 ? 0 : 1;
	}
}
