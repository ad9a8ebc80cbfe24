/** The memory that what waits may take. */
export class Budget {
	private reserved = 0;

	constructor(private readonly mostBytes: number) {}

	/** Returns false, and reserves nothing, where there is no room for so many bytes. */
	reserve(bytes: number): boolean {
		if (this.reserved + bytes > this.mostBytes) return false;
		this.reserved += bytes;
		return true;
	}

	free(bytes: number): void {
		this.reserved -= bytes;
	}
}
