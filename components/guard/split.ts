const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, LINE, SPACE] = [34, 92, 91, 93, 123, 125, 10, 32];
/** What stands before the list of steps. */
const STEPS = /"steps":\s*$/;

/** What is left of a preview without its steps, or where it is damaged. */
export interface Rest {
	/** JSON with an empty list of steps. Empty where there is none. */
	text: string;
	/** Whether it ends where it should. */
	isWhole: boolean;
}

/**
 * Takes a preview apart without ever having it in memory as a whole: of 5,000 steps, it is some 100 MB, most of it stack
 * traces that nobody here reads.
 *
 * @param chunks the file, in pieces of any size
 * @param onStep gets the JSON of each step
 */
export function splitPreview(chunks: Iterable<Buffer>, onStep: (json: string) => void): Rest {
	// Of the rest, and of the step that is being read: what earlier chunks had of it.
	let rest = "";
	let carried: Buffer[] = [];
	let [depth, inText, isEscaped, hasBegun, isAtLineStart] = [0, false, false, false, true];
	let inSteps = false;
	for (const chunk of chunks) {
		let start = 0;
		for (let at = 0; at < chunk.length; at++) {
			const byte = chunk[at];
			if (!hasBegun) {
				// The engine's warnings stand in lines of their own before it.
				if (byte === OPEN && isAtLineStart) {
					hasBegun = true;
					depth = 1;
					start = at;
				}
				isAtLineStart = byte === LINE;
			} else if (inText) {
				// Most of a plan is text and the spaces before it, so that these two loops are what it costs.
				for (; at < chunk.length; at++) {
					const letter = chunk[at];
					if (isEscaped) isEscaped = false;
					else if (letter === BACKSLASH) isEscaped = true;
					else if (letter === QUOTE) break;
				}
				inText = at === chunk.length;
			} else if (byte === SPACE) {
				while (chunk[at + 1] === SPACE) at++;
			} else if (byte === QUOTE) {
				inText = true;
			} else if (byte === OPEN || byte === OPEN_LIST) {
				if (byte === OPEN_LIST && depth === 1) {
					rest += chunk.toString("latin1", start, at);
					start = at;
					inSteps = STEPS.test(rest);
				}
				if (byte === OPEN && depth === 2 && inSteps) start = at;
				depth++;
			} else if (byte === CLOSE || byte === CLOSE_LIST) {
				depth--;
				if (inSteps && depth === 2) {
					onStep(Buffer.concat([...carried, chunk.subarray(start, at + 1)]).toString("utf8"));
					carried = [];
				} else if (inSteps && depth === 1) {
					rest += "[";
					start = at;
					inSteps = false;
				}
			}
		}
		if (!hasBegun) continue;
		if (!inSteps) rest += chunk.toString("latin1", start);
		else if (depth > 2) carried.push(chunk.subarray(start));
	}
	// Byte by byte so far, so that no character is cut by the end of a chunk.
	return { text: Buffer.from(rest, "latin1").toString("utf8"), isWhole: hasBegun && depth === 0 };
}
