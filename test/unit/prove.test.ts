import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { figures } from "../../tools/prove/figures";
import { duplicatesIn, Load } from "../../tools/prove/load";
import { disturbances } from "../../tools/prove/redeploy";

/** What a load of one writer and one reader finds, of 20 notes, with an app that answers so. */
async function load(answer: RequestListener): Promise<Load> {
	const server = createServer(answer);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const found = new Load(`http://127.0.0.1:${port}`, { writers: 1, readers: 1, count: 20 });
	await found.finished;
	return found;
}

const good: RequestListener = ({ method }, answer) =>
	void answer.writeHead(method === "POST" ? 201 : 200).end(JSON.stringify({ id: 1 }));

it("a redeploy that nobody notices disturbs nobody", async () => {
	expect(disturbances(await load(good), 0)).toEqual([]);
});

it("a redeploy is told of each request that failed, be it a read", async () => {
	let failed = false;
	const found = await load((request, answer) => {
		if (failed || request.method === "POST") return good(request, answer);
		failed = true;
		request.socket.destroy();
	});
	expect(disturbances(found, 0)).toEqual([expect.stringMatching(/^1 of \d+ requests failed: .*other side closed/)]);
});

it("a redeploy is told of a request that waited for longer than the door was closed", async () => {
	let held = false;
	const found = await load((request, answer) => {
		if (held) return good(request, answer);
		held = true;
		setTimeout(() => good(request, answer), 1300);
	});
	expect(disturbances(found, 0.1)).toEqual([expect.stringMatching(/^a request waited 1\.\d\d s, and the door was/)]);
	expect(disturbances(found, 60)).toEqual([]);
	expect(found.longestWait).toBeGreaterThan(1.29);
});

it("a note that is there twice is counted", () => {
	const notes = ["one", "two", "one", "one"].map((text, id) => [id, text] as const);
	expect(duplicatesIn(new Map(notes))).toBe(2);
	expect(duplicatesIn(new Map(notes.slice(0, 2)))).toBe(0);
});

it("the figures of a prove are sums and extremes over all its runs, for each mode by itself", () => {
	const row = { fault: "f", acknowledged: 9, present: 9, lost: 0, duplicates: 0, held: true, seconds: 1 };
	const redeploy = { requests: 100, failed: 0, longestWait: 1.5, doorClosed: 1.75 };
	expect(
		figures([
			row,
			{ ...row, acknowledge: "local", lost: 3, lostSpan: 0.4 },
			{ ...row, acknowledge: "local", lost: 4, lostSpan: 0.9 },
			{ ...row, acknowledge: "replicated", lostSpan: 0 },
			{ ...row, redeploy },
			{ ...row, duplicates: 1, redeploy: { ...redeploy, failed: 2, longestWait: 1.25 } },
		]),
	).toEqual([
		"acknowledge: local: host lost 2 times, 7 acknowledged writes lost, at most those of the last 0.9 s",
		"acknowledge: replicated: host lost 1 times, 0 acknowledged writes lost",
		"2 redeploys: 2 of 200 requests failed, longest wait 1.50 s, door closed 1.75 s, 1 requests came twice",
	]);
});
