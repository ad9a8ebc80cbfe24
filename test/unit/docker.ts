import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { DockerApp } from "../../components/docker/app";
import type { DockerAppArgs } from "../../components/docker/args";
import { KEEPER_IMAGE, keeperBundleStep } from "../../tools/setup/keeperBundle";
import { resolved } from "./mocks";

export const CONTAINER = "docker:index/container:Container";
export const VOLUME = "docker:index/volume:Volume";

export const args: DockerAppArgs = {
	image: "ghcr.io/me/notes:1",
	port: 8000,
	data: { mountPath: "/app/data", databaseFile: "notes.db" },
};

/** A fresh clone has no program of the keeper yet, and without it there is no keeper to deploy. */
export async function haveKeeperProgram(): Promise<void> {
	if (!existsSync(join(KEEPER_IMAGE, "keeper.js"))) await keeperBundleStep.make(() => {});
}

/** Makes an app under mocks, until everything is registered. */
export async function make(change: Partial<DockerAppArgs> = {}, opts?: pulumi.ComponentResourceOptions) {
	const app = new DockerApp("notes", { ...args, ...change }, opts);
	const outputs = {
		url: await resolved(app.url),
		data: await resolved(app.data),
		container: await resolved(app.container),
		image: await resolved(app.image),
		keeper: await resolved(app.keeper),
		backup: await resolved(app.backup),
		rehearsal: await resolved(app.rehearsal),
	};
	await pulumi.runtime.disconnect();
	return outputs;
}
