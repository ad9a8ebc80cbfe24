import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { DockerApp } from "../../components/docker/app";
import { args, CONTAINER, make, mocksOnDocker } from "./docker";
import { FakeDockerCli } from "./dockerCliFake";
import { failuresOf, type Made } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const made = mocksOnDocker();

type Container = ReturnType<Made["of"]>[string] | undefined;
const targets = (mounts: { target: string }[] = []) => mounts.map(({ target }) => target);
const scriptOf = (container: Container): string => container?.entrypoints[2];
/** What a container says of itself when it asks. */
const versionOf = (container: Container) => JSON.parse(/printf %s '(\{.*\})'/.exec(scriptOf(container))?.[1] ?? "");

describe("the app's container beside a keeper", () => {
	it("waits for the keeper, with the image's own entry point and command", async () => {
		await make({}, { provider: new docker.Provider("far", { host: "ssh://me@far" }) });
		const { notes } = made.of(CONTAINER);
		expect(notes?.entrypoints).toEqual(["/bin/sh", "-c", expect.stringMatching(/ exec "\$@"'$/), "sh"]);
		expect(scriptOf(notes)).toContain("docker logs shop-test-notes-keeper says why");
		expect(notes?.command).toEqual(["/entry.sh", "--fast", "serve", "all of it"]);
		expect(FakeDockerCli.asked).toEqual([["ssh://me@far", "image", "sha256:notes-image"]]);
		made.forget();
		FakeDockerCli.image = { Entrypoint: null, Cmd: ["serve"] as unknown as null };
		await make();
		expect(made.of(CONTAINER).notes?.command).toEqual(["serve"]);
	});

	it("has the app's own command and the migration wait too, and secrets where they were", async () => {
		await make({ command: ["gunicorn", "app"], migration: ["alembic", "upgrade"], secrets: { KEY: "hidden" } });
		const { notes, "notes-rehearsal": rehearsal, "notes-migration": migration } = made.of(CONTAINER);
		expect(migration).toBeUndefined();
		for (const each of [notes, rehearsal]) {
			expect(scriptOf(each).match(/KEY=\$\(cat \/run\/secrets\/KEY\) && export KEY && /g)).toHaveLength(3);
			expect(scriptOf(each)).toContain("export KEY && exec '\\''alembic'\\'' '\\''upgrade'\\'''");
			expect(each?.command).toEqual(["gunicorn", "app"]);
			expect(JSON.stringify(each)).not.toContain("hidden");
		}
		// What the image runs gets its secrets as files only, as without a backup; the migration is the user's own command.
		made.forget();
		await make({ migration: ["alembic", "upgrade"], secrets: { KEY: "hidden" } });
		expect(scriptOf(made.of(CONTAINER).notes).match(/\/run\/secrets/g)).toHaveLength(1);
	});

	it("says what it is", async () => {
		await make({ migration: ["m"], stopGraceSeconds: 7, deploy: { mayLose: ["sessions"] } });
		const version = {
			image: "sha256:notes-image",
			imageName: "ghcr.io/me/notes:1",
			port: 8000,
			healthPath: "/health",
			startSeconds: 60,
			stopSeconds: 7,
			migrates: true,
			mayLose: ["sessions"],
		};
		const { notes, "notes-rehearsal": rehearsal } = made.of(CONTAINER);
		expect(versionOf(notes)).toEqual({ kind: "app", ...version });
		expect(versionOf(rehearsal)).toEqual({ kind: "rehearsal", ...version });
		made.forget();
		await make({ health: false, deploy: { rollback: "keep-data" } });
		const plain = versionOf(made.of(CONTAINER).notes);
		expect(plain).toMatchObject({ startSeconds: 0, migrates: false, mayLose: [], backTo: { data: "keep" } });
		expect(plain).not.toHaveProperty("healthPath");
	});

	it("is replaced side by side, so that it serves until the update has succeeded; what has a name of ours is not", async () => {
		const deleteFirst: Record<string, boolean | undefined> = {};
		const note = ({ name, opts }: pulumi.ResourceTransformationArgs) => {
			deleteFirst[name] = (opts as pulumi.CustomResourceOptions).deleteBeforeReplace;
			return undefined;
		};
		await make({}, { transformations: [note] });
		const sideBySide = ["notes", "notes-rehearsal", "notes-deploy", "notes-image", "notes-keeper-image", "notes-start"];
		const one = ["notes-keeper", "notes-prepare", "notes-network"];
		for (const name of sideBySide) expect([name, deleteFirst[name]]).toEqual([name, false]);
		for (const name of one) expect([name, deleteFirst[name]]).toEqual([name, true]);
		await make({ backup: false }, { transformations: [note] });
		expect(deleteFirst.notes).toBe(true);
	});

	it("is changed by transform.container, and the containers that only help are not", async () => {
		await make({ transform: { container: (container) => ({ ...container, memory: 200 }) } });
		const { notes, "notes-keeper": keeper, "notes-deploy": deploy } = made.of(CONTAINER);
		expect([notes?.memory, keeper?.memory, deploy?.memory]).toEqual([200, undefined, undefined]);
	});
});

describe("the rehearsal", () => {
	it("has the app's own network where that is wanted, and is none where that is", async () => {
		await make({ deploy: { rehearsal: { network: true } }, cache: { mountPath: "/app/tmp" } });
		const { "notes-rehearsal": rehearsal } = made.of(CONTAINER);
		expect(rehearsal?.networksAdvanced).toEqual([{ name: "shop-test-notes-network" }]);
		// The app that serves keeps its cache for itself.
		expect(targets(rehearsal?.mounts)).toEqual(["/app/data", "/run/holdfast", "/run/holdfast-live"]);
		expect(rehearsal?.tmpfs).toMatchObject({ "/app/tmp": expect.stringContaining("nosuid") });
		for (const deploy of [{ rehearsal: false as const }, { rollback: { snapshot: "s" } }]) {
			made.forget();
			await make({ deploy });
			expect(Object.keys(made.of(CONTAINER))).toContain("notes-deploy");
			expect(Object.keys(made.of(CONTAINER))).not.toContain("notes-rehearsal");
		}
	});

	it("says what it found", async () => {
		const containerLogs = "noise\nholdfast: no table changes\nholdfast: the rehearsal took 2.0 s\n";
		await made.start(({ name }) => (name === "notes-rehearsal" ? { containerLogs } : {}));
		try {
			expect((await make()).rehearsal).toBe("  no table changes\n  the rehearsal took 2.0 s");
		} finally {
			await made.start();
		}
	});

	it("that failed: nothing new is made of the app, and its words say why", async () => {
		const containerLogs =
			"INFO upgrade\nsqlite3.Error: no such table\nholdfast: ✗ it would lose data\nholdfast: took 1 s\n";
		await made.start(({ name }) => (name === "notes-rehearsal" ? { exitCode: 3, containerLogs } : {}));
		try {
			const message = await failuresOf(() => new DockerApp("notes", args));
			expect(message).toContain(
				"notes was not changed, the version of before serves: the rehearsal of the new one failed",
			);
			expect(message).toContain("\n  ✗ it would lose data\n  took 1 s\n");
			expect(message).toContain(
				"docker logs notes-rehearsal-1a2b3c4):\n    INFO upgrade\n    sqlite3.Error: no such table\n",
			);
			expect(message).toMatch(/--replace 'urn:pulumi:\S+notes-rehearsal'/);
			expect(Object.keys(made.of(CONTAINER))).not.toContain("notes");
			expect(Object.keys(made.of(CONTAINER))).not.toContain("notes-deploy");
		} finally {
			await made.start();
		}
	});
});

describe("the deploy", () => {
	it("that failed: the update fails with the keeper's words", async () => {
		const containerLogs = "  1.0 s  the old version serves again\n✗ the migration failed with exit code 3\n";
		await made.start(({ name }) => (name === "notes-deploy" ? { exitCode: 3, containerLogs } : {}));
		try {
			const message = await failuresOf(() => new DockerApp("notes", args));
			expect(message).toContain("the deploy of notes failed, and all is as it was before:\n");
			expect(message).toContain("\n    ✗ the migration failed with exit code 3\n");
			expect(message).toMatch(/--replace 'urn:pulumi:\S+notes-deploy'/);
		} finally {
			await made.start();
		}
	});
});
