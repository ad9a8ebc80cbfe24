import { basename, join } from "node:path";
import type { BuildArgs } from "./app";
import { refusal, shown } from "./validate";

/**
 * Whether the Docker engine has Holdfast's own images under their tags. In a clone `npm run setup` puts them there. With the
 * npm package nobody has: they are built from public ones, unless `HOLDFAST_IMAGES` is `local`.
 */
export function areImagesMade(): boolean {
	const said = process.env.HOLDFAST_IMAGES;
	if (said !== undefined && said !== "local" && said !== "public") {
		throw refusal(
			`HOLDFAST_IMAGES must be local (the Docker engine has holdfast/keeper-base:1 and its like) or public (they are built from public images) (got ${shown(said)})`,
		);
	}
	return said === undefined ? basename(__dirname) !== "dist" : said === "local";
}

/** One of Holdfast's own images on the Docker host: its tag, or how it is built from the public one. */
export function ownImage(tag: string, ...context: string[]): { image: string } | { build: BuildArgs } {
	return areImagesMade() ? { image: tag } : { build: { context: join(__dirname, ...context) } };
}
