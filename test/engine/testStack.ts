import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { copySampleApp } from "../../tools/prove/sampleApp";
import { dockerOutput, freePort, Twin } from "../../tools/prove/twin";
import { command, type Ended } from "../../tools/setup/command";
import { ROOT } from "../../tools/workspace";

export { docker, dockerOutput, freePort, succeeds } from "../../tools/prove/twin";

/** A stack for one test, removed when that is finished, however it ended. */
export class TestStack extends Twin {
	/** @param name that of another stack, for a twin of it in another backend */
	static async make(name = `t${randomBytes(4).toString("hex")}`): Promise<TestStack> {
		const stack = new TestStack(name, await freePort());
		onTestFinished(() => stack.remove(), 120_000);
		return stack;
	}

	/** A volume that goes with the stack. */
	async madeVolume(suffix: string, ...options: string[]): Promise<string> {
		const volume = `${this.container}-${suffix}`;
		await dockerOutput("volume", "create", ...options, volume);
		return volume;
	}

	/** Runs a script as a reader of a page does in this repo, with this stack's files and backend. */
	shell(script: string): Promise<Ended> {
		return command("bash", ["-euo", "pipefail", "-c", script], { cwd: ROOT, env: this.env });
	}

	/** A copy of the sample app that the test may change. */
	sampleApp(): string {
		const copy = join(this.home, "sample-app");
		copySampleApp(copy);
		return copy;
	}

	/** The sample app's image under a tag that goes with the stack. */
	async sampleImage(): Promise<string> {
		const tag = `holdfast-${this.name}-sample:1`;
		await dockerOutput("build", "--quiet", "--tag", tag, join(ROOT, "stacks", "sample-app"));
		return tag;
	}
}
