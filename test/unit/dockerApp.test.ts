import { describe, expect, it, vi } from "vitest";
import { DockerApp } from "../../components/docker/app";
import type { DockerAppArgs } from "../../components/docker/args";
import { args, CONTAINER, make, mocksOnDocker, VOLUME } from "./docker";
import { FakeDockerCli } from "./dockerCliFake";
import { problemsOf } from "./mocks";

// No unit test asks a real Docker.
vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const made = mocksOnDocker();

const REHEARSAL = expect.stringMatching(/^shop-test-notes-rehearsal-[0-9a-f]{8}$/);
const GATE = expect.stringMatching(/^shop-test-notes-gate-[0-9a-f]{8}$/);

describe("DockerApp", () => {
	it("defaults: a volume of its own, a closed container, the guides' health and log limits, loopback only", async () => {
		const outputs = await make();
		expect(outputs).toEqual({
			url: "http://127.0.0.1:8000",
			data: "shop-test-notes-data",
			container: "notes-1a2b3c4",
			rehearsal: "",
			image: "sha256:notes-image",
			keeper: "shop-test-notes-keeper",
			backup: "shop-test-notes-backup",
		});
		expect(made.of(CONTAINER).notes).toMatchObject({
			image: "sha256:notes-image",
			user: "1000:1000",
			readOnly: true,
			init: true,
			capabilities: { drops: ["ALL"] },
			securityOpts: ["no-new-privileges:true"],
			mounts: [
				{ type: "volume", source: "shop-test-notes-data", target: "/app/data" },
				{ type: "volume", source: GATE, target: "/run/holdfast" },
			],
			envs: ["DATA_DIR=/app/data", "DATABASE_URL=sqlite:////app/data/notes.db"],
			restart: "unless-stopped",
			logDriver: "json-file",
			logOpts: { "max-size": "10m", "max-file": "3" },
			stopTimeout: 30,
			destroyGraceSeconds: 30,
			healthcheck: { interval: "30s", timeout: "10s", retries: 3, startPeriod: "40s" },
		});
		// Two of it are there for a while: the name is the provider's to choose, and the published port is the keeper's.
		expect(made.of(CONTAINER).notes?.name).toBeUndefined();
		expect(made.of(CONTAINER).notes?.ports).toBeUndefined();
		expect(made.of(CONTAINER).notes?.networksAdvanced).toEqual([{ name: "shop-test-notes-network" }]);
		const { "notes-keeper": keeper, "notes-rehearsal": rehearsal, "notes-deploy": deploy } = made.of(CONTAINER);
		expect(keeper).toMatchObject({
			ports: [
				{ internal: 8000, external: 8000, ip: "127.0.0.1" },
				{ internal: 9400, ip: "127.0.0.1" },
			],
			networksAdvanced: [
				{ name: "shop-test-notes-network", aliases: ["notes"] },
				{ name: "shop-test-notes-rehearsal" },
			],
		});
		expect(Object.keys(made.of(CONTAINER)).sort()).toEqual([
			"notes",
			"notes-deploy",
			"notes-keeper",
			"notes-prepare",
			"notes-rehearsal",
			"notes-start",
		]);
		// The copy takes the place of the data, which is there for reading only, and there is no way to the outside.
		expect(rehearsal).toMatchObject({
			image: "sha256:notes-image",
			user: "1000:1000",
			readOnly: true,
			capabilities: { drops: ["ALL"] },
			securityOpts: ["no-new-privileges:true"],
			mounts: [
				{ type: "volume", source: REHEARSAL, target: "/app/data" },
				{ type: "volume", source: GATE, target: "/run/holdfast" },
				{ type: "volume", source: "shop-test-notes-data", target: "/run/holdfast-live", readOnly: true },
			],
			envs: made.of(CONTAINER).notes?.envs,
			networksAdvanced: [{ name: "shop-test-notes-rehearsal" }],
			restart: "no",
			mustRun: false,
			attach: true,
			logs: true,
		});
		expect(made.of("docker:index/network:Network")["notes-rehearsal-network"]).toMatchObject({ internal: true });
		// It asks the keeper over the socket beside it, and nobody over the network.
		expect(deploy).toMatchObject({
			command: ["deploy", "notes-id"],
			networkMode: "none",
			restart: "no",
			mustRun: false,
			attach: true,
			image: keeper?.image,
			mounts: keeper?.mounts,
		});
		expect(deploy?.name).toBeUndefined();
		expect(made.of(CONTAINER)["notes-prepare"]).toMatchObject({ start: false, mustRun: false, networkMode: "none" });
		expect(Object.keys(made.of(VOLUME)).sort()).toEqual([
			"notes-backup",
			"notes-data",
			"notes-gate",
			"notes-rehearsal",
			"notes-scratch",
		]);
	});

	it("backup: false: no keeper, no gate, and the image's own process", async () => {
		expect(await make({ backup: false })).toMatchObject({
			container: "shop-test-notes",
			keeper: undefined,
			backup: undefined,
			rehearsal: undefined,
		});
		expect(Object.keys(made.of(CONTAINER)).sort()).toEqual(["notes", "notes-prepare"]);
		expect(Object.keys(made.of(VOLUME))).toEqual(["notes-data"]);
		const { notes, "notes-prepare": prepare } = made.of(CONTAINER);
		expect(notes).toMatchObject({
			name: "shop-test-notes",
			ports: [{ internal: 8000, external: 8000, ip: "127.0.0.1" }],
			networksAdvanced: [{ name: "shop-test-notes-network", aliases: ["notes"] }],
		});
		expect(Object.keys(made.of("docker:index/network:Network"))).toEqual(["notes-network"]);
		expect(notes?.entrypoints).toBeUndefined();
		expect(notes?.command).toBeUndefined();
		expect(notes?.mounts).toEqual([{ type: "volume", source: "shop-test-notes-data", target: "/app/data" }]);
		expect(prepare?.mounts).toEqual([{ type: "volume", source: "shop-test-notes-data", target: "/data" }]);
		expect(FakeDockerCli.asked).toEqual([]);
	});

	it("custom: every option reaches the container", async () => {
		await make({
			backup: false,
			migration: ["alembic", "upgrade", "head"],
			command: ["gunicorn", "app"],
			cache: { mountPath: "/app/tmp" },
			environment: { LOG_LEVEL: "INFO" },
			user: 33,
			group: 44,
			memoryMiB: 256,
			cpus: 0.5,
			logs: { maxSizeMB: 1, maxFiles: 2 },
			stopGraceSeconds: 5,
			health: { path: "/ok", intervalSeconds: 1 },
			publish: { port: 9000, address: "0.0.0.0" },
			transform: { container: (container) => ({ ...container, hostname: "changed" }) },
		});
		const { notes, "notes-migration": migration } = made.of(CONTAINER);
		expect(notes).toMatchObject({
			hostname: "changed",
			user: "33:44",
			entrypoints: ["gunicorn"],
			command: ["app"],
			memory: 256,
			memorySwap: 256,
			cpus: "0.5",
			logOpts: { "max-size": "1m", "max-file": "2" },
			stopTimeout: 5,
			destroyGraceSeconds: 5,
			ports: [{ internal: 8000, external: 9000, ip: "0.0.0.0" }],
		});
		expect(notes?.envs).toContain("CACHE_DIR=/app/tmp");
		expect(notes?.mounts).toContainEqual({
			type: "volume",
			source: expect.stringMatching(/^shop-test-notes-cache-[0-9a-f]{8}$/),
			target: "/app/tmp",
		});
		expect(notes?.healthcheck.tests[1]).toContain("http://127.0.0.1:8000/ok");
		expect(migration).toMatchObject({
			entrypoints: ["alembic"],
			command: ["upgrade", "head"],
			mustRun: false,
			attach: true,
			restart: "no",
		});
		expect(migration).toMatchObject({ user: "33:44", readOnly: true, mounts: notes?.mounts, envs: notes?.envs });
		const built = Object.values(made.of("docker:index/remoteImage:RemoteImage")).find(
			({ build }) => build !== undefined,
		);
		expect(built?.build.buildArgs).toEqual({ OWNER: "33:44" });
	});

	it("secrets: files for the app, never in its plain environment, marked as secret", async () => {
		await make({ backup: false, secrets: { ADMIN_KEY: "hidden" }, command: ["gunicorn"] });
		const { notes, "notes-prepare": prepare } = made.of(CONTAINER);
		expect(JSON.stringify(notes)).not.toContain("hidden");
		expect(notes?.envs).toContain("ADMIN_KEY_FILE=/run/secrets/ADMIN_KEY");
		expect(notes?.entrypoints).toEqual([
			"/bin/sh",
			"-c",
			'ADMIN_KEY=$(cat /run/secrets/ADMIN_KEY) && export ADMIN_KEY && exec "$@"',
			"sh",
		]);
		expect(notes?.command).toEqual(["gunicorn"]);
		// The mark of a secret, which the engine encrypts in the state.
		expect(prepare?.uploads).toMatchObject({
			"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
			value: [{ file: "/run/secrets/ADMIN_KEY", content: "hidden", owner: "1000", group: "1000", permissions: "0400" }],
		});
	});

	it("existing data: neither made nor filled by us", async () => {
		expect((await make({ backup: false, existingData: { directory: "/srv/notes" } })).data).toBe("/srv/notes");
		expect(made.of(VOLUME)).toEqual({});
		expect(made.of(CONTAINER).notes?.mounts).toEqual([{ type: "bind", source: "/srv/notes", target: "/app/data" }]);
		expect(made.of(CONTAINER)["notes-prepare"]?.mounts).toEqual([]);
	});

	it("throws: the app's and the platform's problems together", () => {
		const wrong = {
			port: 0,
			publish: { port: 70000, address: "999.1.1.1" },
			user: "app",
			existingData: { directory: "data" },
		};
		expect(Object.keys(problemsOf(() => new DockerApp("notes", { ...args, ...wrong })))).toEqual([
			"port",
			"publish.port",
			"publish.address",
			"user",
			"existingData.directory",
		]);
		for (const existingData of [{}, { volume: "a1", directory: "/a" }, { directory: "/" }]) {
			const either = { ...args, existingData } as DockerAppArgs;
			expect(Object.keys(problemsOf(() => new DockerApp("notes", either)))[0]).toMatch(/^existingData/);
		}
		const built = { ...args, image: undefined, build: { context: "no/such/directory" } };
		expect(problemsOf(() => new DockerApp("notes", built))["build.context"]).toContain("which is not there");
		const file = { ...args, image: undefined, build: { context: __dirname } };
		expect(problemsOf(() => new DockerApp("notes", file))["build.dockerfile"]).toContain("which is not there");
		const volume = problemsOf(() => new DockerApp("notes", { ...args, existingData: { volume: "../x" } }));
		expect(volume["existingData.volume"]).toContain("docker volume ls");
		expect(made.types()).toEqual([]);
	});
});
