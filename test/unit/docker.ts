import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach } from "vitest";
import { DockerApp } from "../../components/docker/app";
import type { DockerAppArgs } from "../../components/docker/args";
import { KEEPER_IMAGE, keeperBundleStep } from "../../tools/setup/keeperBundle";
import { FakeDockerCli, IMAGE_PROCESS } from "./dockerCliFake";
import { Made, resolved } from "./mocks";

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

/** Mocks for all tests of a file, with the fake of Docker's command line as it was at first before each of them. */
export function mocksOnDocker(): Made {
	const made = new Made();
	beforeAll(async () => {
		await haveKeeperProgram();
		await made.start();
	});
	beforeEach(() => {
		made.forget();
		FakeDockerCli.asked.splice(0);
		FakeDockerCli.image = IMAGE_PROCESS;
	});
	return made;
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
