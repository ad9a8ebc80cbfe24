import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BuildArgs } from "./app";
import { areImagesMade } from "./images";
import { refusal } from "./validate";

const CONTEXT = join(__dirname, "keeper", "image");

/**
 * How the keeper's image is built: its program on its base.
 *
 * @param owner as whom it runs where the platform does not say so, `user:group`. @default - root, and the platform says so
 */
export function keeperBuild(owner?: string): BuildArgs {
	if (!existsSync(join(CONTEXT, "keeper.js"))) {
		throw refusal(`the keeper's program is not built: run npm run setup in ${join(__dirname, "..")}`);
	}
	// Another file and not an argument: the classic builder would pull the public images for nothing.
	const dockerfile = areImagesMade() ? "Dockerfile" : "Dockerfile.public";
	return { context: CONTEXT, dockerfile, ...(owner !== undefined && { args: { OWNER: owner } }) };
}
