import { afterAll, beforeAll, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { haveBrowser, PHONE, Window } from "../browser";
import { docker } from "./docker";
import { buildKeeper, Host } from "./harness";
import type { RunningKeeper } from "./runningKeeper";
import { DirectoryVolume, S3Bucket } from "./stores";

let server: S3Server;
buildKeeper();
haveBrowser();
beforeAll(async () => {
	server = await startS3Server();
});
afterAll(() => server?.stop());

const env = { HOLDFAST_STATUS_ADDRESS: "127.0.0.1", HOLDFAST_STALE_SECONDS: "5" };

/** The ways in which people look. */
const LOOKS = [
	["desktop-light", { colorScheme: "light" }],
	["desktop-dark", { colorScheme: "dark" }],
	["phone-light", { colorScheme: "light", viewport: PHONE, deviceScaleFactor: 2 }],
	["phone-dark", { colorScheme: "dark", viewport: PHONE, deviceScaleFactor: 2 }],
	["phone-no-script", { colorScheme: "light", viewport: PHONE, javaScriptEnabled: false }],
] as const;

/** Looks in all ways, each of which must be calm, legible, and have what a screen reader needs. */
async function looked(state: string, { page }: RunningKeeper, sentence: string): Promise<void> {
	for (const [name, options] of LOOKS) {
		const window = await Window.open(page, options);
		expect(await window.sentence.textContent()).toBe(sentence);
		await window.screenshot(`${state}-${name}`);
		await window.expectCalm();
		expect(await window.tooFaint(), name).toEqual([]);
		const roles = ["banner", "main", "contentinfo"] as const;
		for (const role of roles) expect(await window.page.getByRole(role).count(), role).toBe(1);
		const headings = window.page.getByRole("heading", { level: 1 });
		expect(await headings.allTextContents()).toEqual([sentence]);
		expect(await window.page.getByRole("img", { name: "Replication lag over time" }).count()).toBe(1);
	}
}

it("status page, good: says so in one sentence, with what it rests on, and goes on by itself", async () => {
	const host = await Host.make(await DirectoryVolume.make(), { env });
	const [writer, keeper] = await Promise.all([host.writer({ pause: 0.02 }), host.replicate()]);
	await keeper.proven();
	await keeper.exec("snapshot", "before-the-import");
	await keeper.exec("drill");
	const window = await Window.open(keeper.page);
	await expect.poll(() => window.text("#history"), { timeout: 30_000 }).toContain("before-the-import");
	expect(await window.page.getByRole("img", { name: "Drills: 1, of which 0 failed" }).count()).toBe(1);
	await expect.poll(() => window.text("#lag"), { timeout: 30_000 }).toContain("The data was safe all the while");
	await looked("good", keeper, "The data is safe.");

	const before = await window.text("#as-of");
	await writer.more(20);
	await expect.poll(() => window.text("#as-of"), { timeout: 30_000 }).not.toBe(before);
	expect(await window.text("#heard")).toMatch(/^live, heard \d+ s ago$/);
	await window.expectCalm();

	// No word from the keeper is not a good word.
	await docker("pause", keeper.name);
	await expect
		.poll(() => window.sentence.textContent(), { timeout: 30_000 })
		.toBe("Not known: the keeper does not answer.");
	expect(await window.text("#reasons")).toBe("What it said last may not hold any more: The data is safe.");
	expect(await window.text("#heard")).toMatch(/^last heard \d+ s ago/);
	expect(await window.page.title()).toMatch(/^\? /);
	await window.screenshot("lost-desktop-light");
	expect(await window.tooFaint()).toEqual([]);
	await docker("unpause", keeper.name);
	await expect.poll(() => window.sentence.textContent(), { timeout: 60_000 }).toBe("The data is safe.");
	expect(await window.page.title()).toMatch(/^✓ /);
});

it("status page, stale: says what is wrong and what to do, and takes it back when it is over", async () => {
	const host = await Host.make(await S3Bucket.make(server), { env });
	const [, keeper] = await Promise.all([host.writer({ pause: 0.02 }), host.replicate()]);
	await keeper.proven();
	const sentence = "Stale: the newest writes may be on this disk alone.";
	const window = await Window.open(keeper.page);
	expect(await window.sentence.textContent()).toBe("The data is safe.");
	await server.refuse();
	try {
		await expect.poll(() => window.sentence.textContent(), { timeout: 60_000 }).toBe(sentence);
		expect(await window.text("#reasons")).toContain("The replica is stale: last proven");
		await expect.poll(() => window.text("#lag"), { timeout: 60_000 }).toContain("Not safe for about");
		await looked("stale", keeper, sentence);
		const copy = window.page.getByRole("button", { name: /^Copy docker logs --tail 50 [0-9a-f]{12}$/ });
		await copy.focus();
		await window.page.keyboard.press("Enter");
		await expect.poll(() => copy.textContent()).toMatch(/Copied|Selected/);
	} finally {
		await server.accept();
	}
	await expect.poll(() => window.sentence.textContent(), { timeout: 90_000 }).toBe("The data is safe.");
});

it("status page, refused: names what was found, and the commands that settle it", async () => {
	const store = await DirectoryVolume.make();
	const one = await Host.make(store, { env });
	const [writer, first] = await Promise.all([one.writer({ pause: 0.02 }), one.replicate()]);
	await first.proven();
	await writer.stop();
	await first.stop();
	// On another host, a file that the replica knows nothing of.
	const other = await Host.make(store, { env });
	await other.sql("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)");
	const keeper = await other.replicate("refused");
	const sentence = "Refused: the keeper does not go on with this data.";
	const window = await Window.open(keeper.page);
	await expect
		.poll(() => window.text("#lag"), { timeout: 30_000 })
		.toContain("Nothing was replicated. Not safe for about");
	await looked("refused", keeper, sentence);
	expect(await window.text("#reasons")).toContain("(data-unknown-to-replica)");
	expect(await window.page.locator(".command code").allTextContents()).toEqual([
		"npm run keeper -- accept-database",
		expect.stringMatching(/^docker logs --tail 50 [0-9a-f]{12}$/),
	]);
});
