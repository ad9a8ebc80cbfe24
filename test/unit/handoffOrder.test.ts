import { describe, expect, it, onTestFinished, type TestContext, vi } from "vitest";
import type { Clock } from "../../components/keeper/clock";
import { Handoff } from "../../components/keeper/handoff";
import { HandoffLease } from "../../components/keeper/handoffLease";
import type { Hands, Memory } from "../../components/keeper/hands";
import { LEASE_KEY } from "../../components/keeper/lease";
import { Ended, Refusal } from "../../components/keeper/refusal";
import { MemoryStore } from "./memoryStore";

/** Twenty times as fast as the real one. */
let slept = 0;
const CLOCK: Clock = {
	now: () => performance.now() * 20 + slept,
	sleep: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds / 20)),
};

/** @param test which stops it at its end. @default - the one that runs, of tests that run one after the other */
function made(
	store: MemoryStore,
	owner: string,
	change: Partial<Hands> = {},
	more: { refusalSeconds?: number } = {},
	test: Pick<TestContext, "onTestFinished"> = { onTestFinished },
) {
	const events: string[] = [];
	const told =
		(name: string) =>
		async (..._: unknown[]) =>
			void events.push(name);
	let memory: Memory = {};
	const hands: Hands = {
		isBehindDoor: true,
		get memory() {
			return memory;
		},
		remember: (next) => {
			memory = next;
		},
		prepare: async () => {},
		place: told("place"),
		startApp: async () => true,
		stopApp: () => true,
		freeze: () => told("freeze")().then(() => true),
		thaw: async () => {},
		startReplication: () => void events.push("replicate"),
		stopReplication: told("stop to replicate"),
		sync: () => told("sync")().then(() => 7),
		openDoor: () => void events.push("open"),
		closeDoor: () => void events.push("close"),
		drained: told("drained"),
		settled: told("settled"),
		endDoor: () => void events.push("end"),
		...change,
	};
	const settings = { owner, leaseSeconds: 10, app: "notes", ...more };
	const handoff = new Handoff(new HandoffLease(store, settings, CLOCK), hands, settings, () => {}, CLOCK);
	const ended = handoff.run().catch((error: Error) => error);
	test.onTestFinished(async () => void (await handoff.stop(2)));
	const until = async (phase: string) => {
		while (handoff.phase !== phase) await CLOCK.sleep(50);
		await CLOCK.sleep(500);
	};
	const since = () => events.splice(0);
	return { handoff, ended, until, since };
}
const record = (store: MemoryStore) => JSON.parse(store.objects.get(LEASE_KEY)?.content ?? "{}");

it("a handover lets the requests that are under way end, before it freezes and syncs", async () => {
	const store = new MemoryStore();
	const old = made(store, "old");
	await old.until("serving");
	expect(old.since()).toEqual(["close", "place", "replicate", "open"]);
	const next = made(store, "next");
	await next.until("serving");
	await old.until("retired");
	expect(old.since()).toEqual([
		"close",
		"drained",
		"freeze",
		"sync",
		"stop to replicate",
		"end",
		"stop to replicate",
		"freeze",
	]);
});

it("a stop takes nobody in any more, lets what is under way end, and gives the lease back last", async () => {
	const store = new MemoryStore();
	const only = made(store, "only", { stopReplication: async () => expect(record(store).released).toBe(false) });
	await only.until("serving");
	only.since();
	expect(await only.handoff.stop(8)).toBe(true);
	expect(only.since()).toEqual(["end", "settled", "freeze", "sync"]);
	expect(record(store).released).toBe(true);
});

it("a stop says when not all is in the store, and keeps to its time where the store says nothing", async () => {
	const only = made(new MemoryStore(), "only", {
		sync: (seconds = 10) => CLOCK.sleep(seconds * 1000).then(() => Promise.reject(new Error("no answer"))),
	});
	await only.until("serving");
	const began = CLOCK.now();
	expect(await only.handoff.stop(8)).toBe(false);
	expect(CLOCK.now() - began).toBeLessThan(11_000);
});

it("one that slept until it is told to stop makes sure of its lease before it says that all is in the store", async () => {
	const only = made(new MemoryStore(), "only");
	await only.until("serving");
	slept += 60_000;
	expect(await only.handoff.stop(8)).toBe(true);
});

it("an app that is not well on what was handed over ends the keeper, once the one before has its lease back", async () => {
	const store = new MemoryStore();
	const old = made(store, "old");
	await old.until("serving");
	const refusal = new Refusal("data-would-be-lost", "rows are gone", "correct it");
	const next = made(store, "next", { startApp: () => Promise.reject(refusal) });
	const error = await next.ended;
	expect(error).toBeInstanceOf(Ended);
	expect(`${error}`).toContain("rows are gone");
	expect(record(store)).toMatchObject({ owner: "old", epoch: 3 });
	await old.until("serving");
	expect(next.since()).not.toContain("replicate");
});

it("one that took what nobody held gives it back before it ends, so that the next need not wait", async () => {
	const store = new MemoryStore();
	const refusal = new Refusal("data-would-be-lost", "rows are gone", "correct it");
	const only = made(store, "only", { startApp: () => Promise.reject(refusal) });
	expect(await only.ended).toBeInstanceOf(Ended);
	expect(record(store).released).toBe(true);
});

it("one that is told to stop while it places its data leaves its generation to nobody: its copy may still be on its way", async () => {
	const store = new MemoryStore();
	const first = made(store, "first", { place: () => new Promise(() => {}) });
	while (first.handoff.phase !== "beginning") await CLOCK.sleep(50);
	expect(await first.handoff.stop(8)).toBe(true);
	expect(record(store)).toMatchObject({ released: true, unbegun: true, generation: "" });
	const second = made(store, "second");
	await second.until("serving");
	expect(record(store).generation).toMatch(/^0000000002-[0-9a-f]{4}$/);
	expect(record(store).unbegun).toBeUndefined();
	await second.handoff.stop(8);
	const third = made(store, "third");
	await third.until("serving");
	expect(record(store)).toMatchObject({ owner: "third", generation: expect.stringMatching(/^0000000002-/) });
});

// Each waits for seconds, for a store of its own.
describe.concurrent("a refusal where the platform waits for the keeper", () => {
	const refusal = new Refusal("replica-incomplete", "a file is gone", "restore it");
	const platform = (test: TestContext, store: MemoryStore, owner: string, change: Partial<Hands>) =>
		made(store, owner, { stopApp: () => false, ...change }, { refusalSeconds: 60 }, test);

	it("that stands ends the keeper, and leaves the lease to whoever comes next", async (test) => {
		const store = new MemoryStore();
		const began = CLOCK.now();
		const only = platform(test, store, "only", { place: () => Promise.reject(refusal) });
		expect(await only.ended).toBe(refusal);
		const after = CLOCK.now() - began;
		expect(after).toBeGreaterThan(60_000);
		expect(after).toBeLessThan(70_000);
		expect(record(store)).toMatchObject({ owner: "only", released: true, unbegun: true });
	});

	it("that passes within its time ends nothing, and is forgotten", async (test) => {
		const store = new MemoryStore();
		let tries = 0;
		const place = async () => {
			if (++tries < 3) throw refusal;
		};
		const only = platform(test, store, "only", { place });
		await only.until("serving");
		expect([tries, only.handoff.refusal]).toEqual([3, undefined]);
		await CLOCK.sleep(65_000);
		expect(only.handoff.phase).toBe("serving");
	});

	it("does not end a restore that takes its time", async (test) => {
		let tries = 0;
		const place = () => (++tries === 1 ? Promise.reject(refusal) : CLOCK.sleep(80_000));
		const only = platform(test, new MemoryStore(), "only", { place });
		await only.until("serving");
		expect(tries).toBe(2);
	});

	it("does not end one that waits for a holder that lives", async (test) => {
		const store = new MemoryStore();
		const old = made(store, "old", {}, {}, test);
		await old.until("serving");
		const next = platform(test, store, "next", { place: () => Promise.reject(refusal) });
		await CLOCK.sleep(100_000);
		expect([next.handoff.refusal, old.handoff.phase]).toEqual([refusal, "serving"]);
		expect(next.handoff.standing.isStopping).toBe(false);
	});

	it("is tried again and again where a gate holds the app", async (test) => {
		const only = made(
			new MemoryStore(),
			"only",
			{ stopApp: () => false, place: () => Promise.reject(refusal) },
			{},
			test,
		);
		await CLOCK.sleep(100_000);
		expect([only.handoff.refusal, only.handoff.standing.isStopping]).toEqual([refusal, false]);
	});
});

it("a stop in which each step takes as long as it may still gives the lease back in its time", async () => {
	const store = new MemoryStore();
	const never = () => new Promise<never>(() => {});
	const only = made(store, "only", { settled: never, freeze: never, sync: never });
	await only.until("serving");
	slept += 60_000;
	const renewal = vi.spyOn(HandoffLease.prototype, "renew").mockImplementationOnce(() => CLOCK.sleep(2000).then(never));
	const began = CLOCK.now();
	expect(await only.handoff.stop(8)).toBe(false);
	const took = CLOCK.now() - began;
	renewal.mockRestore();
	expect(took).toBeLessThan(8000);
	expect(took).toBeGreaterThan(6000);
	expect(record(store)).toMatchObject({ owner: "only", released: true });
});
