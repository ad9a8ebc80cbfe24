import { plainDecimal } from "./decimal";

/** Why a text that is JSON is none that jsonb holds as it is. */
class NotKept extends Error {}

/**
 * The text that Postgres gives of a jsonb: keys by length and then by bytes, numbers in digits, one space after each comma
 * and colon. Undefined where jsonb would lose something: of a doubled key all but the last. The text is valid JSON already.
 */
export function jsonbText(json: string): string | undefined {
	try {
		return new Reader(json).value();
	} catch (error) {
		if (error instanceof NotKept) return undefined;
		throw error;
	}
}

class Reader {
	private at = 0;

	constructor(private readonly json: string) {}

	value(): string {
		this.skip();
		const first = this.json[this.at];
		if (first === "{") return this.object();
		if (first === "[") return this.array();
		if (first === '"') return JSON.stringify(this.text());
		return this.word();
	}

	private object(): string {
		const members = new Map<string, string>();
		this.at += 1;
		while (this.next("}")) {
			const key = this.text();
			if (members.has(key)) throw new NotKept();
			this.skip();
			this.at += 1;
			members.set(key, this.value());
		}
		const sorted = [...members].map(([key, value]) => ({ bytes: Buffer.from(key), key, value }));
		sorted.sort((one, other) => one.bytes.length - other.bytes.length || Buffer.compare(one.bytes, other.bytes));
		return `{${sorted.map(({ key, value }) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`;
	}

	private array(): string {
		const items: string[] = [];
		this.at += 1;
		while (this.next("]")) items.push(this.value());
		return `[${items.join(", ")}]`;
	}

	/** Whether there is another member; behind `end` there is none. */
	private next(end: string): boolean {
		this.skip();
		if (this.json[this.at] === ",") {
			this.at += 1;
			this.skip();
		}
		if (this.json[this.at] !== end) return true;
		this.at += 1;
		return false;
	}

	private text(): string {
		const start = this.at;
		this.at += 1;
		while (this.json[this.at] !== '"') this.at += this.json[this.at] === "\\" ? 2 : 1;
		this.at += 1;
		const text = JSON.parse(this.json.slice(start, this.at)) as string;
		if (text.includes("\0") || /\p{Surrogate}/u.test(text)) throw new NotKept();
		return text;
	}

	private word(): string {
		const start = this.at;
		while (this.at < this.json.length && !/[\s,\]}]/.test(this.json[this.at] ?? "")) this.at += 1;
		const word = this.json.slice(start, this.at);
		if (/^[tfn]/.test(word)) return word;
		const plain = plainDecimal(word, false);
		if (plain === undefined) throw new NotKept();
		return plain;
	}

	private skip(): void {
		while (/\s/.test(this.json[this.at] ?? "")) this.at += 1;
	}
}
