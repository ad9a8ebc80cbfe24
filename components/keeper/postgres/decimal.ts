/** More digits than any column of an app has; Postgres' numeric ends at 131072 of them. */
const MOST = 1000;

/**
 * A decimal number without an exponent, as Postgres writes numeric: `1.5e-3` is `0.0015`. `trims`: without the zeros at the
 * end of its fraction. Undefined for what is no decimal number.
 */
export function plainDecimal(text: string, trims: boolean): string | undefined {
	const found = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
	if (found === null) return undefined;
	const [, sign, whole = "", fraction = "", exponent = "0"] = found;
	const shift = Number(exponent);
	if (Math.abs(shift) > MOST || whole.length + fraction.length > MOST) return undefined;
	const digits = whole + fraction;
	const point = whole.length + shift;
	const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
	const at = Math.max(point, 1);
	const before = padded.slice(0, at).replace(/^0+(?=\d)/, "");
	let after = padded.slice(at);
	if (trims) after = after.replace(/0+$/, "");
	const isZero = /^[0.]*$/.test(before + after);
	return `${sign === "-" && !isZero ? "-" : ""}${before}${after === "" ? "" : `.${after}`}`;
}

/** Whether numeric(precision, scale) holds it without rounding; a precision of -1 is no bound. */
export function holdsDecimal(text: string, precision: number, scale: number): boolean {
	const plain = plainDecimal(text, true);
	if (plain === undefined) return false;
	if (precision < 0) return true;
	const [whole = "", fraction = ""] = plain.replace("-", "").split(".");
	return fraction.length <= scale && (whole === "0" ? 0 : whole.length) <= precision - scale;
}
