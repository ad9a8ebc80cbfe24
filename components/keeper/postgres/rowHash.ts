/** Sums of hashes stay exact for so many of them. */
const HELD = 2 ** 20;

/**
 * The sum of the hashes of rows, whatever their order. The hash is the 64-bit one that Postgres has for hash partitions,
 * hashtextextended(…, 0): the same on every version and machine, and its cost in both places is a fraction of MD5's.
 */
export class HashSum {
	rows = 0;
	private total = 0n;
	private low = 0;
	private high = 0;

	/** One row: the bytes of a text from `start` to before `end`. */
	add(bytes: DataView, start: number, end: number): void {
		// As in Postgres' hash_bytes_extended: Bob Jenkins' lookup3, twelve bytes at a time.
		let a = (0x9e3779b9 + (end - start) + 3923095) | 0;
		let [b, c] = [a, a];
		let at = start;
		for (; end - at >= 12; at += 12) {
			a = (a + bytes.getInt32(at, true)) | 0;
			b = (b + bytes.getInt32(at + 4, true)) | 0;
			c = (c + bytes.getInt32(at + 8, true)) | 0;
			a = (a - c) ^ ((c << 4) | (c >>> 28));
			c = (c + b) | 0;
			b = (b - a) ^ ((a << 6) | (a >>> 26));
			a = (a + c) | 0;
			c = (c - b) ^ ((b << 8) | (b >>> 24));
			b = (b + a) | 0;
			a = (a - c) ^ ((c << 16) | (c >>> 16));
			c = (c + b) | 0;
			b = (b - a) ^ ((a << 19) | (a >>> 13));
			a = (a + c) | 0;
			c = (c - b) ^ ((b << 4) | (b >>> 28));
			b = (b + a) | 0;
		}
		// The lowest byte of the last word is the length's.
		for (let index = end - at - 1; index >= 0; index -= 1) {
			const byte = bytes.getUint8(at + index);
			if (index >= 8) c = (c + (byte << ((index - 7) * 8))) | 0;
			else if (index >= 4) b = (b + (byte << ((index - 4) * 8))) | 0;
			else a = (a + (byte << (index * 8))) | 0;
		}
		c = (c ^ b) - ((b << 14) | (b >>> 18));
		a = (a ^ c) - ((c << 11) | (c >>> 21));
		b = (b ^ a) - ((a << 25) | (a >>> 7));
		c = (c ^ b) - ((b << 16) | (b >>> 16));
		a = (a ^ c) - ((c << 4) | (c >>> 28));
		b = (b ^ a) - ((a << 14) | (a >>> 18));
		c = (c ^ b) - ((b << 24) | (b >>> 8));
		this.high += b >>> 0;
		this.low += c >>> 0;
		this.rows += 1;
		if (this.rows % HELD === 0) this.carry();
	}

	/** The sum as Postgres' sum() has it, cut to 64 bits. */
	get hash(): string {
		this.carry();
		return hex(this.total);
	}

	private carry(): void {
		this.total += (BigInt(this.high) << 32n) + BigInt(this.low);
		this.low = 0;
		this.high = 0;
	}
}

/** The last 64 bits of a number, as hexadecimal digits. */
export function hex(number: bigint): string {
	return BigInt.asUintN(64, number).toString(16).padStart(16, "0");
}

/** The hash of one row by itself. */
export function rowHash(text: string): string {
	const bytes = Buffer.from(text);
	const sum = new HashSum();
	sum.add(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
	return sum.hash;
}
