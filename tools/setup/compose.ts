import { command } from "./command";
import { GoProgram } from "./goBuild";
import { COMPOSE } from "./versions";

const program = new GoProgram("compose", COMPOSE, "github.com/docker/compose/v2/internal.Version");

/** The words that run docker compose: the plugin that is there, or one that is built from Go modules and kept in the cache. */
export async function composeCommand(): Promise<string[]> {
	const plugin = await command("docker", ["compose", "version"]);
	return plugin.code === 0 ? ["docker", "compose"] : [await program.make()];
}
