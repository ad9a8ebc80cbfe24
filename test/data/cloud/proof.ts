import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { SAMPLE_BASE } from "../../../tools/setup/versions";
import type { Content } from "../harness";
import { median } from "../instance";
import type { TestStore } from "../stores";
import type { Front, Load } from "./load";
import { Pod, type Stopped, variables } from "./pod";
import { APP } from "./render";

const READER = readFileSync(join(__dirname, "..", "app", "reader.py"), "utf8");

interface Row {
	content: string;
	at: number;
}

/** What the app says of itself. */
interface Identity {
	run: string;
	migrations: number;
	user: string;
	data: { owner: string; mode: string };
	root: string;
	variables: string[];
	secret: string;
	revision: string | null;
	port: string | null;
}

export async function identityOf(front: Front): Promise<Identity> {
	return JSON.parse((await front.request("/identity")).body) as Identity;
}

/** The rows as the instance that serves has them, in the order in which they were written. */
export async function rowsOf(front: Front): Promise<Row[]> {
	const { status, body } = await front.request("/rows");
	if (status !== 200) throw new Error(`the rows cannot be read: ${status} ${body}`);
	return (JSON.parse(body) as [string, number][]).map(([content, at]) => ({ content, at }));
}

/**
 * Expects that the store has, row for row, what the last instance had, that nothing is missing of what was acknowledged,
 * and that one wrote at a time. Returns the runs of the app in their order.
 */
export async function expectNothingLost(
	{ store, keeper, load }: { store: TestStore; keeper: string; load: Load },
	last: Row[],
): Promise<string[]> {
	const { rows, times, integrity } = await restoredOf(store, keeper);
	const restored = rows.map((content, index) => ({ content, at: times[index] as number }));
	expect(integrity).toBe("ok");
	expect(restored).toEqual(last);
	expect(load.problemsOf(restored)).toEqual([]);
	const order = runsOf(restored);
	expect(load.overlaps(order)).toEqual([]);
	return order;
}

/** The newest state in the store, restored on another machine by the keeper's own command. */
async function restoredOf(store: TestStore, keeper: string): Promise<Content> {
	const pod = await Pod.open("restore", { volumes: { scratch: { options: [], mode: "0777" } } });
	try {
		const environment = {
			HOLDFAST_APP: APP,
			HOLDFAST_DATA_DIRECTORY: "/app/data",
			HOLDFAST_DATABASE: "/app/data/app.db",
			HOLDFAST_STORE: store.url,
		};
		const mount = pod.mount("scratch", "/scratch");
		const restore = ["restore", "--to", "newest", "--output", "/scratch/restored.db"];
		await pod.start("keeper", [mount, ...variables(environment), ...store.restorerArgs], [keeper, ...restore]);
		const { code } = await pod.end("keeper");
		if (code !== 0) throw new Error(`restore ended with ${code}: ${await pod.output("keeper")}`);
		await pod.start("reader", [mount], [SAMPLE_BASE, "python3", "-c", READER, "/scratch/restored.db"]);
		await pod.end("reader");
		return JSON.parse(await pod.output("reader")) as Content;
	} finally {
		await pod.remove();
	}
}

/** Expects that every container ended by itself, well, within the seconds that the platform gives. */
export function expectOrderly(stops: Stopped[], seconds: number): void {
	for (const stop of stops) {
		expect(stop).toMatchObject({ killed: [] });
		expect(Object.values(stop.codes).filter((code) => code !== 0)).toEqual([]);
		expect(stop.seconds).toBeLessThan(seconds);
	}
}

/** One line of what was measured. */
export function report(what: string, load: Load, order: string[], stops: Stopped[]): void {
	const pauses = load.pauses(order);
	const seconds = (all: number[]) => all.map((one) => one.toFixed(1)).join(" ") || "none";
	const middle = pauses.length > 1 ? ` (median ${median(pauses).toFixed(1)})` : "";
	const failures = Object.entries(load.failures).map(([kind, count]) => `${count} × ${kind}`);
	console.log(
		`${what}: ${load.acknowledged.length} writes acknowledged, none lost; not acknowledged: ${failures.join(", ") || "none"}; ` +
			`write pauses in s: ${seconds(pauses)}${middle}; stops in s: ${seconds(stops.map((stop) => stop.seconds))}`,
	);
}

/** The runs of the app in the order in which they wrote. */
function runsOf(rows: Row[]): string[] {
	return [...new Set(rows.map(({ content }) => content.split(" ")[1] ?? ""))];
}
