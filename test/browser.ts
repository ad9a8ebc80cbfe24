import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { chromiumBinary } from "../tools/setup/chromium";
import { ROOT } from "../tools/workspace";

export const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1200, height: 900 };
const SCREENSHOTS = join(ROOT, "test", "screenshots");

/** Runs in the page: each text against the ground behind it, as WCAG 2 counts contrast. */
const FAINT = `(() => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const over = (ground, colour) => {
		canvas.fillStyle = ground;
		canvas.fillRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
		return "rgb(" + [r, g, b] + ")";
	};
	const groundOf = (element) => element === null ? "white" : over(groundOf(element.parentElement), getComputedStyle(element).backgroundColor);
	const luminance = (colour) => {
		const [r, g, b] = colour.match(/[0-9]+/g).map((each) => each / 255).map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const found = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const { parentElement, textContent } = walker.currentNode;
		if (textContent.trim() === "" || !parentElement.checkVisibility() || parentElement.closest("script, style, svg, meter, .skip")) continue;
		const ground = groundOf(parentElement);
		const [light, dark] = [luminance(ground), luminance(over(ground, getComputedStyle(parentElement).color))].sort((one, other) => other - one);
		const contrast = (light + 0.05) / (dark + 0.05);
		if (contrast < 4.5) found.push(contrast.toFixed(2) + " " + textContent.trim());
	}
	return found;
})()`;

let browser: Browser;

/** A real Chromium for the tests of this file. */
export function haveBrowser(): void {
	beforeAll(async () => {
		browser = await chromium.launch({ executablePath: chromiumBinary() });
		mkdirSync(SCREENSHOTS, { recursive: true });
	});
	afterAll(async () => {
		await browser?.close();
		console.log(`screenshots: ${relative(process.cwd(), SCREENSHOTS)}`);
	});
}

/** A page in a window of its own, with all that it asked for and complained of. */
export class Window {
	/** What was asked of anybody but the page's own server. */
	readonly outside: string[] = [];
	/** What the console has of errors, broken policies among them. */
	readonly errors: string[] = [];

	private constructor(readonly page: Page) {}

	static async open(url: string, options: BrowserContextOptions = {}): Promise<Window> {
		const context = await browser.newContext({ viewport: DESKTOP, ...options });
		onTestFinished(() => context.close());
		const page = await context.newPage();
		const window = new Window(page);
		const own = new URL(url).origin;
		await context.route("**/*", (route) => {
			const asked = route.request().url();
			if (new URL(asked).origin === own) return route.continue();
			window.outside.push(asked);
			return route.abort();
		});
		page.on("console", (message) => {
			if (["error", "warning"].includes(message.type())) window.errors.push(message.text());
		});
		page.on("pageerror", (error) => window.errors.push(error.message));
		await page.goto(url);
		return window;
	}

	get sentence() {
		return this.page.locator("#sentence");
	}

	async text(selector: string): Promise<string> {
		return ((await this.page.locator(selector).textContent()) ?? "").trim();
	}

	/** Texts that stand out from their ground by less than 4.5 to 1, with the contrast. Without scripts, Chromium tells still. */
	tooFaint(): Promise<string[]> {
		return this.page.evaluate(FAINT);
	}

	/** How far the page can be scrolled to the side, in pixels. */
	sideways(): Promise<number> {
		return this.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
	}

	async screenshot(name: string): Promise<void> {
		await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
	}

	/** Expects that nothing was loaded from elsewhere, nothing went wrong, and nothing sticks out. */
	async expectCalm(): Promise<void> {
		expect(this.outside).toEqual([]);
		expect(this.errors).toEqual([]);
		expect(await this.sideways()).toBe(0);
	}
}
