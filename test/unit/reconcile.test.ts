import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { abandonedLooks, type Known, type Look, leftovers, type Thing } from "../../tools/reconcile/leftovers";
import { isAbandoned, isPulumi, type Lock } from "../../tools/reconcile/lock";
import { stateOf } from "../../tools/reconcile/state";
import { which } from "../../tools/setup/command";

const known: Known = { stack: "local", backend: "b1", ids: new Set(["kept"]) };

function thing(changes: Partial<Thing> = {}): Thing {
	const whole: Thing = {
		kind: "container",
		id: "lost",
		name: "holdfast-local-notes-migration",
		app: "holdfast/local/notes",
		backend: "b1",
		role: "",
	};
	return { ...whole, ...changes };
}

function removed(found: Thing[], changes: Partial<Known> = {}) {
	const { before, after } = leftovers(found, { ...known, ...changes });
	return { before: before.map(({ id }) => id), after: after.map(({ id }) => id) };
}

const NOTHING = { before: [], after: [] };

describe("what an update that was cut off has left behind", () => {
	it("is what this stack of this backend has made and the state does not know", () => {
		expect(removed([thing()])).toEqual({ before: ["lost"], after: [] });
		expect(removed([thing({ kind: "network", name: "holdfast-local-notes-network" })]).before).toEqual(["lost"]);
		expect(removed([thing({ app: "holdfast/local/other-component" })]).before).toEqual(["lost"]);
	});

	it("is nothing that the state knows", () => {
		expect(removed([thing({ id: "kept" }), thing({ id: "kept", role: "app" })])).toEqual(NOTHING);
	});

	it("is nothing of another backend, of none, or where this one has no id", () => {
		expect(removed([thing({ backend: "b2" }), thing({ backend: "" }), thing({ backend: "b2", role: "app" })])).toEqual(
			NOTHING,
		);
		for (const backend of [undefined, ""]) {
			expect(removed([thing({ backend: "" }), thing()], { backend })).toEqual(NOTHING);
		}
	});

	it("is nothing of another stack or project, also where its name begins the same", () => {
		const others = ["holdfast/locals/notes", "holdfast/vps/notes", "shop/local/notes", "holdfast/local", "", "notes"];
		expect(removed(others.map((app) => thing({ app })))).toEqual(NOTHING);
	});

	it("goes before the update, but a version of the app only after it: it may be the one that serves", () => {
		const found = [thing({ id: "app", role: "app" }), thing({ id: "job", role: "migration" }), thing({ id: "old" })];
		expect(removed(found)).toEqual({ before: ["job", "old"], after: ["app"] });
		expect(removed([thing({ kind: "network", role: "app" })]).before).toEqual(["lost"]);
	});

	it("goes in an order that stops who writes before the keeper, and empties a network before it is removed", () => {
		const network = thing({ id: "network", kind: "network", name: "holdfast-local-notes-network" });
		const keeper = thing({ id: "keeper", name: "holdfast-local-notes-keeper" });
		const app = thing({ id: "app", name: "holdfast-local-notes" });
		for (const found of [
			[network, keeper, app],
			[keeper, app, network],
			[app, network, keeper],
		]) {
			expect(removed(found).before).toEqual(["app", "keeper", "network"]);
		}
	});
});

describe("a look into a volume that was cut off", () => {
	const now = Date.parse("2026-11-22T12:00:00Z");
	const look = (changes: Partial<Look> = {}): Look => ({
		Id: "look",
		Name: "/holdfast-look-0123456789ab",
		Created: "2026-11-22T11:40:00.123456789Z",
		State: { Status: "created" },
		...changes,
	});

	it("is removed, but not one that may still go on, has run, or is called alike", () => {
		expect(abandonedLooks([look()], now)).toEqual(["look"]);
		const others = [
			look({ Created: "2026-11-22T11:55:00Z" }),
			look({ State: { Status: "exited" } }),
			look({ Name: "/my-holdfast-look-0123456789ab" }),
			look({ Name: "/holdfast-look-notes" }),
		];
		expect(abandonedLooks(others, now)).toEqual([]);
	});
});

describe("a lock", () => {
	const lock: Lock = { pid: 12, hostname: "here", username: "me", timestamp: "2026-11-22T10:06:26Z" };
	const lives = async () => true;
	const ended = async () => false;

	it("is abandoned where its process was on this machine and runs no more, or it was never written whole", async () => {
		expect(await isAbandoned(lock, "here", ended)).toBe(true);
		expect(await isAbandoned(undefined, "here", lives)).toBe(true);
	});

	it("is left to a process that lives, and to another machine, where nobody here can look", async () => {
		expect(await isAbandoned(lock, "here", lives)).toBe(false);
		expect(await isAbandoned(lock, "there", ended)).toBe(false);
	});
});

describe("the process of a lock", () => {
	async function started(program: string): Promise<ChildProcess> {
		const child = spawn(program, ["60"]);
		onTestFinished(() => void child.kill());
		await once(child, "spawn");
		return child;
	}

	it("updates as long as it lives and is Pulumi: its number may be another program's by now", async () => {
		const directory = mkdtempSync(join(tmpdir(), "holdfast-lock-"));
		onTestFinished(() => rmSync(directory, { recursive: true }));
		symlinkSync(which("sleep") ?? "", join(directory, "pulumi"));
		const engine = await started(join(directory, "pulumi"));
		expect(await isPulumi(engine.pid ?? 0)).toBe(true);
		engine.kill("SIGKILL");
		await once(engine, "exit");
		expect(await isPulumi(engine.pid ?? 0)).toBe(false);
		expect(await isPulumi((await started("sleep")).pid ?? 0)).toBe(false);
	});
});

describe("a state", () => {
	const root = { type: "pulumi:pulumi:Stack", urn: "urn:root", outputs: { url: "http://a", key: { secret: "v1:x" } } };
	const deployment = {
		resources: [root, { type: "docker:index/container:Container", urn: "urn:1", id: "1", delete: true }],
		pending_operations: [
			{ type: "deleting", resource: { urn: "urn:2", id: "2" } },
			{ type: "creating", resource: { urn: "urn:3" } },
		],
	};

	it("gives the ids, also of what is being deleted, and no secret", () => {
		expect(stateOf(JSON.stringify({ version: 3, deployment }))).toEqual({
			outputs: { url: "http://a", key: "[secret]" },
			ids: new Set(["1", "2"]),
			pending: 2,
			urn: "urn:root",
		});
	});

	it("is empty where nothing was ever made, and unknown where it cannot be read", () => {
		const empty = { outputs: {}, ids: new Set(), pending: 0 };
		expect(stateOf('{"version": 3, "deployment": null}')).toEqual(empty);
		expect(stateOf('{"version": 3, "deployment": {"manifest": {}}}')).toEqual(empty);
		expect(stateOf("error: no stack named 'x' found")).toBeUndefined();
		expect(stateOf("")).toBeUndefined();
	});
});
