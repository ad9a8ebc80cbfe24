import { existsSync } from "node:fs";
import { which } from "./command";
import { installPackages } from "./dockerEngine";
import type { Step } from "./steps";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** The browser in which the status page is tested: this machine's own. Undefined where there is none. */
export function chromiumBinary(): string | undefined {
	const found = NAMES.map((name) => which(name)).find((path) => path !== undefined);
	return found ?? (existsSync(ON_MACOS) ? ON_MACOS : undefined);
}

export const chromiumStep: Step = {
	title: "Chromium for tests",
	present: async () => chromiumBinary(),
	async make(say) {
		const remedy = "Install Chromium or Google Chrome (sudo apt-get install chromium), then npm run test:data again.";
		await installPackages(["chromium"], say, remedy);
		return "from Debian's package";
	},
};
