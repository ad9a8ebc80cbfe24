import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { GcsStore } from "../../components/keeper/stores/gcs";
import { StoreUnreachable } from "../../components/keeper/stores/store";

/** A server that answers writes with these statuses, one after the other. */
async function storeThatAnswers(statuses: number[]) {
	const asked: (string | null)[] = [];
	const methods: string[] = [];
	const server = createServer((incoming, outgoing) => {
		methods.push(incoming.method ?? "");
		asked.push(new URL(incoming.url ?? "", "http://gcs").searchParams.get("ifGenerationMatch"));
		incoming.resume().on("end", () => {
			outgoing.writeHead(statuses.shift() ?? 500).end(JSON.stringify({ generation: "8" }));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	vi.stubEnv("STORAGE_EMULATOR_HOST", `127.0.0.1:${(server.address() as AddressInfo).port}`);
	onTestFinished(() => void vi.unstubAllEnvs());
	return { asked, methods, store: new GcsStore("vault", "app", undefined, 5) };
}

describe("a write to Cloud Storage that comes too soon after another's", () => {
	it("is tried again on the same condition", async () => {
		const { asked, store } = await storeThatAnswers([429, 429, 200]);
		expect(await store.put("state/lease.json", "{}", { version: "7" })).toBe("8");
		expect(asked).toEqual(["7", "7", "7"]);
	});

	it("is not made where somebody else has written meanwhile", async () => {
		const { store } = await storeThatAnswers([429, 412]);
		expect(await store.put("state/lease.json", "{}", { version: "7" })).toBeUndefined();
	});

	it("fails in the end, so that whoever waits for it learns of it", async () => {
		const { asked, store } = await storeThatAnswers([429, 429, 429, 429]);
		await expect(store.put("state/lease.json", "{}", "absent")).rejects.toThrow(StoreUnreachable);
		expect(asked).toHaveLength(3);
	});

	it("any other failure is told at once: it may have been written", async () => {
		const { asked, store } = await storeThatAnswers([503, 200]);
		await expect(store.put("state/lease.json", "{}", "absent")).rejects.toThrow("status 503");
		expect(asked).toHaveLength(1);
	});
});

describe("a copy within Cloud Storage", () => {
	it("is not made again where it is there: the writer may not overwrite", async () => {
		const { methods, store } = await storeThatAnswers([200]);
		await store.copy("replica/ltx/0/1-1.ltx", "replica/2-ab/ltx/0/1-1.ltx");
		expect(methods).toEqual(["GET"]);
	});

	it("is made where it is not", async () => {
		const { methods, store } = await storeThatAnswers([404, 200]);
		await store.copy("replica/ltx/0/1-1.ltx", "replica/2-ab/ltx/0/1-1.ltx");
		expect(methods).toEqual(["GET", "POST"]);
	});

	it("fails where the store does not take it", async () => {
		const { store } = await storeThatAnswers([403, 403]);
		await expect(store.copy("replica/a", "replica/b")).rejects.toThrow("status 403");
	});
});
