import { expect, it } from "vitest";
import { haveBrowser, PHONE, Window } from "./browser";
import { buildKeeper, Host } from "./harness";
import { DirectoryVolume } from "./stores";

buildKeeper();
haveBrowser();

const env = { HOLDFAST_STATUS_ADDRESS: "127.0.0.1", HOLDFAST_STALE_SECONDS: "5" };

/** The four ways in which people look. */
const LOOKS = [
	["desktop-light", { colorScheme: "light" }],
	["desktop-dark", { colorScheme: "dark" }],
	["phone-light", { colorScheme: "light", viewport: PHONE, deviceScaleFactor: 2 }],
	["phone-dark", { colorScheme: "dark", viewport: PHONE, deviceScaleFactor: 2 }],
] as const;

async function screenshots(state: string, url: string): Promise<void> {
	for (const [name, options] of LOOKS) {
		const window = await Window.open(url, options);
		await window.expectCalm();
		await window.screenshot(`${state}-${name}`);
	}
}

it("status page, good: says so, by day and by night, on a desk and on a phone", async () => {
	const host = await Host.make(await DirectoryVolume.make(), { env });
	const [, keeper] = await Promise.all([host.writer({ pause: 0.02 }), host.replicate()]);
	await keeper.proven();
	await keeper.exec("snapshot", "before-the-import");
	await keeper.exec("drill");
	const window = await Window.open(keeper.page);
	await expect.poll(() => window.sentence.textContent()).toBe("The data is safe.");
	await screenshots("good", keeper.page);
});
