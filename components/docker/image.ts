import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import ignore from "@balena/dockerignore";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { AppArgs, BuildArgs } from "../app";

/** Unless told, the provider deletes the old one first, and the engine all that rests on it: the app that serves. */
const NEW_FIRST = { deleteBeforeReplace: false };

/** The app's image on the Docker host: pulled, or built there from its context. */
export function appImage(
	name: string,
	physicalName: string,
	{ image, build }: Pick<AppArgs, "image" | "build">,
	options: pulumi.CustomResourceOptions,
): docker.RemoteImage {
	if (build !== undefined) return builtImage(name, physicalName, build, options);
	// Kept, so that a destroy does not take an image away that other containers use.
	return new docker.RemoteImage(
		name,
		{ name: pulumi.output(image as pulumi.Input<string>), keepLocally: true },
		{ ...options, ...NEW_FIRST },
	);
}

/**
 * An image built on the Docker host. Its tag is a hash of all that goes into it, so that the same content is never built
 * twice and a replacement cannot take the tag of its successor away.
 */
export function builtImage(
	name: string,
	repository: pulumi.Input<string>,
	build: BuildArgs,
	options: pulumi.CustomResourceOptions,
): docker.RemoteImage {
	const { context, dockerfile = "Dockerfile", args = {} } = build;
	const hash = contentHash(context, dockerfile, args);
	return new docker.RemoteImage(
		name,
		{
			name: pulumi.interpolate`${repository}:${hash.slice(0, 16)}`,
			// The provider's other builder goes to this machine's own engine, whatever host the provider is given.
			build: { context: portable(context), dockerfile, buildArgs: args, useLegacyBuilder: true },
			triggers: { content: hash },
			keepLocally: true,
		},
		// The provider's own limit, 20 minutes, is for things that are quick.
		{ ...options, ...NEW_FIRST, customTimeouts: { create: "2h" } },
	);
}

/**
 * The context from the program's directory, in which the provider runs too: the state has it, and the same project in
 * another directory, as in CI, must not make every container anew.
 */
function portable(context: string): string {
	// Set by the language host. A program that runs inside another one, by the Automation API, is not in that directory.
	const isHosted = process.env.PULUMI_NODEJS_PROJECT !== undefined;
	return isHosted && isAbsolute(context) ? relative(process.cwd(), context) || "." : context;
}

/** SHA-256 over what `docker build` would see: the files that `.dockerignore` leaves, the Dockerfile and the arguments. */
export function contentHash(context: string, dockerfile: string, args: Record<string, string>): string {
	const hash = createHash("sha256");
	const add = (...parts: (string | Buffer)[]) => {
		for (const part of parts) hash.update(`${part.length}:`).update(part);
	};
	add(dockerfile, JSON.stringify(Object.entries(args).sort()));
	const rules = ignoreRules(context);
	const ignored = ignore().add(rules);
	const hasExceptions = /^\s*!/m.test(rules);
	const walk = (directory: string) => {
		const entries = readdirSync(join(context, directory), { withFileTypes: true });
		for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
			const path = join(directory, entry.name);
			// With `!`, a directory may be ignored and a file in it not; without, it may even be unreadable.
			if (entry.isDirectory()) {
				if (hasExceptions || !ignored.ignores(path)) walk(path);
			} else if (path !== dockerfile && ignored.ignores(path)) continue;
			else if (entry.isSymbolicLink()) add("link", path, readlinkSync(join(context, path)));
			else if (entry.isFile()) add("file", path, executable(join(context, path)), readFileSync(join(context, path)));
		}
	};
	walk(".");
	return hash.digest("hex");
}

function ignoreRules(context: string): string {
	const file = join(context, ".dockerignore");
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function executable(file: string): string {
	return (statSync(file).mode & 0o111) === 0 ? "-" : "x";
}
