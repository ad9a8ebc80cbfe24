import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import type { Covered } from "../../components/keeper/acknowledgement";
import { Door } from "../../components/keeper/door/door";

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
});

/** A door before an app whose answers come in two parts, and a store that everybody waits for: other requests commit all the time. */
async function scene(headers: Record<string, string>) {
	const app = createServer(async (_, answer) => {
		answer.writeHead(200, headers);
		answer.write("first ");
		await sleep(50);
		answer.end("last");
	});
	await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
	const asked: ((covered: Covered) => void)[] = [];
	const covered = () => new Promise<Covered>((resolve) => void asked.push(resolve));
	const acknowledgement = { outage: () => undefined, mark: () => 1, covered };
	const target = { host: "127.0.0.1", port: (app.address() as AddressInfo).port };
	const door = new Door(() => target, { acknowledgement });
	const probe = createServer().listen(0);
	const { port } = probe.address() as AddressInfo;
	await new Promise((resolve) => probe.close(resolve));
	closers.push(await door.listen(port), () => app.close());
	return { asked, url: `http://127.0.0.1:${port}/` };
}

it("a short answer waits for the store once, when it is whole, and tells by which transaction it is covered", async () => {
	const { asked, url } = await scene({ "content-length": "10" });
	const answer = fetch(url);
	await expect.poll(() => asked.length).toBe(1);
	let isThere = false;
	void answer.then(() => {
		isThere = true;
	});
	await sleep(100);
	expect(isThere).toBe(false);
	asked[0]?.({ transaction: 7 });
	const { headers, ...rest } = { headers: (await answer).headers, text: await (await answer).text() };
	expect([rest.text, headers.get("holdfast-transaction"), asked.length]).toEqual(["first last", "7", 1]);
});

it("a short answer that is not covered is a refusal, and nothing of it goes out", async () => {
	const { asked, url } = await scene({ "content-length": "10" });
	const answer = fetch(url);
	await expect.poll(() => asked.length).toBe(1);
	asked[0]?.({ refused: "the store is away" });
	expect([(await answer).status, await (await answer).text()]).toEqual([503, "the store is away\n"]);
});

it("an answer of unknown length goes out as it comes, and waits before its first byte and its last", async () => {
	const { asked, url } = await scene({});
	const answer = fetch(url);
	await expect.poll(() => asked.length).toBe(1);
	asked[0]?.({});
	const text = (await answer).text();
	await expect.poll(() => asked.length).toBe(2);
	asked[1]?.({ transaction: 8 });
	expect(await text).toBe("first last");
});
