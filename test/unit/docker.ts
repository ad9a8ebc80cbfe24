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

/** What the app's image runs by itself, in the fake of the docker command line. */
export const IMAGE_PROCESS = { Entrypoint: ["/entry.sh", "--fast"], Cmd: ["serve", "all of it"] };

/** Stands in for `components/docker/cli`: knows one image and asks no Docker. */
export class FakeDockerCli {
	static image: typeof IMAGE_PROCESS | { Entrypoint: null; Cmd: null } | undefined = IMAGE_PROCESS;
	/** Every question, with the host that was asked. */
	static readonly asked: unknown[][] = [];

	constructor(readonly host?: string) {}

	async inspect(kind: string, names: string[]): Promise<unknown[]> {
		FakeDockerCli.asked.push([this.host, kind, ...names]);
		return kind === "image" && FakeDockerCli.image !== undefined ? [{ Config: FakeDockerCli.image }] : [];
	}

	/** No Docker answers. */
	async run() {
		return { code: 1, stdout: Buffer.alloc(0), errors: "", reason: "there is no Docker in this test" };
	}
}

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
		image: await resolved(app.image),
		keeper: await resolved(app.keeper),
		backup: await resolved(app.backup),
	};
	await pulumi.runtime.disconnect();
	return outputs;
}
