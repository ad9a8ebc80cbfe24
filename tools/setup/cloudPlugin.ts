import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { command, lastLine, which } from "./command";
import { engineDirectory, pluginHome } from "./engine";
import { type Step, StepFailed } from "./steps";

/**
 * The provider of a cloud, in the version of its npm package. The engine could fetch it by itself, but with it one for
 * every other provider in node_modules, hundreds of megabytes each.
 */
export function cloudPluginStep(cloud: "gcp" | "aws"): Step {
	const program = `pulumi-resource-${cloud}`;
	const place = () => join(homeOfPulumi(), "plugins", `resource-${cloud}-v${versionOf(cloud)}`);
	return {
		title: `Pulumi ${cloud} plugin ${versionOf(cloud)}`,
		async present() {
			return which(program) ?? (existsSync(join(place(), program)) ? place() : undefined);
		},
		async make(say) {
			say("installing the vendor's release, some hundred megabytes");
			const env = { ...process.env, PULUMI_HOME: homeOfPulumi(), PULUMI_SKIP_UPDATE_CHECK: "true" };
			const engine = join(await engineDirectory(), "pulumi");
			const install = ["plugin", "install", "resource", cloud, versionOf(cloud)];
			const { code, output } = await command(engine, install, { timeout: 600_000, env });
			if (code === 0) return `installed in ${place()}`;
			throw new StepFailed(
				lastLine(output),
				`It comes from get.pulumi.com or github.com, and no package registry has it: go where one of them is reachable, or put ${program} on PATH.`,
			);
		},
	};
}

/** The home in which the engine will look (tools/workspace.ts): the user's own where the backend is. */
function homeOfPulumi(): string {
	if (process.env.PULUMI_BACKEND_URL === undefined) return pluginHome();
	return process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}

function versionOf(cloud: "gcp" | "aws"): string {
	const file = join(__dirname, "..", "..", "node_modules", "@pulumi", cloud, "package.json");
	return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
