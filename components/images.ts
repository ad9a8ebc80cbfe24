import { basename, join } from "node:path";
import type { BuildArgs } from "./app";
import { refusal, shown } from "./validate";

/** The name of the directory that `npm run build` makes of this one. */
const isPackage = basename(__dirname) === "dist";

/**
 * Whether the Docker engine has Holdfast's own images under their tags. In a clone `npm run setup` puts them there. With the
 * npm package nobody has: they are built from public ones, unless `HOLDFAST_IMAGES` is `local`.
 */
export function areImagesMade(): boolean {
	const said = process.env.HOLDFAST_IMAGES;
	if (said !== undefined && said !== "local") {
		throw refusal(
			`HOLDFAST_IMAGES must be local, where the Docker engine has Holdfast's images (got ${shown(said)}): leave it out, and they are built from public ones`,
		);
	}
	return said === "local" || !isPackage;
}

/** One of Holdfast's own images on the Docker host: its tag, or how it is built from the public one. */
export function ownImage(tag: string, ...context: string[]): { image: string } | { build: BuildArgs } {
	return areImagesMade() ? { image: tag } : { build: { context: join(__dirname, ...context) } };
}

/** What to do where the Docker host has no image of that tag. */
export function missingImage(tag: string, ...context: string[]): string {
	const remedy = isPackage ? "leave HOLDFAST_IMAGES out" : "run npm run setup";
	return `needs the image ${tag} on the Docker host (got none): ${remedy}, or docker build -t ${tag} ${join(__dirname, ...context)} there`;
}
