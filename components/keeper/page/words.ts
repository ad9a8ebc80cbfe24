/** A size as people read it. */
export function size(bytes: number | undefined): string {
	if (bytes === undefined) return "not known";
	const units = ["B", "kB", "MB", "GB", "TB"];
	const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
	const value = bytes / 1000 ** step;
	return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

/** A time span as people read it. */
export function span(seconds: number): string {
	if (seconds < 120) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
	if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
	if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
	return `${Math.round(seconds / 86_400)} days`;
}

/** A moment by the clock, in UTC; with its day where that is not today. */
export function clock(time: Date, now: Date): string {
	const [day = "", hours = ""] = time.toISOString().split("T");
	const isToday = now.toISOString().startsWith(day);
	return `${isToday ? "" : `${day} `}${hours.slice(0, 5)} UTC`;
}

/** A whole number, in groups of three. Not by Intl or localeCompare: the first use of either loads data that stay in the keeper's memory. */
export function count(value: number): string {
	return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
