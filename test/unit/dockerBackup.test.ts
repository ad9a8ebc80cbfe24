import { describe, expect, it, vi } from "vitest";
import { DockerApp } from "../../components/docker/app";
import { gateRefusal } from "../../components/docker/keeper";
import { args, CONTAINER, make, mocksOnDocker, VOLUME } from "./docker";
import { failuresOf } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const made = mocksOnDocker();

const targets = (mounts: { target: string }[] = []) => mounts.map(({ target }) => target);

describe("the backup of a DockerApp", () => {
	it("defaults: a kept volume of its own, and a keeper that is closed like the app and runs as it", async () => {
		await make();
		const { "notes-keeper": keeper, "notes-start": gate, "notes-prepare": prepare } = made.of(CONTAINER);
		const common = {
			user: "1000:1000",
			readOnly: true,
			init: true,
			capabilities: { drops: ["ALL"] },
			securityOpts: ["no-new-privileges:true"],
			tmpfs: { "/tmp": expect.stringContaining("nosuid") },
			logDriver: "json-file",
			logOpts: { "max-size": "10m", "max-file": "3" },
			envs: [
				"HOLDFAST_APP=shop/test/notes",
				"HOLDFAST_DATA_DIRECTORY=/app/data",
				"HOLDFAST_DATABASE=/app/data/notes.db",
				"HOLDFAST_STORE=file:///backup/notes",
				"HOLDFAST_RETENTION_DAYS=30",
				"HOLDFAST_SCRATCH=/scratch",
				"HOLDFAST_CONTROL=/scratch/keeper.sock",
				"HOLDFAST_REHEARSAL=/rehearsal",
				"HOLDFAST_OPEN=/run/holdfast/open",
				"HOLDFAST_STOP_SECONDS=40",
			],
			mounts: [
				{ type: "volume", source: "shop-test-notes-data", target: "/app/data" },
				{ type: "volume", source: "shop-test-notes-backup", target: "/backup" },
				{ type: "volume", source: expect.stringMatching(/-scratch-[0-9a-f]{8}$/), target: "/scratch" },
				{ type: "volume", source: expect.stringMatching(/-rehearsal-[0-9a-f]{8}$/), target: "/rehearsal" },
				{ type: "volume", source: expect.stringMatching(/-gate-[0-9a-f]{8}$/), target: "/run/holdfast" },
			],
		};
		expect(keeper).toMatchObject({
			...common,
			envs: [...common.envs, "HOLDFAST_APP_PORT=8000", "HOLDFAST_PORT=9400", "HOLDFAST_STATUS_ADDRESS=127.0.0.1"],
			name: "shop-test-notes-keeper",
			command: ["replicate"],
			restart: "unless-stopped",
			// More than HOLDFAST_STOP_SECONDS, or the last sync would be killed.
			stopTimeout: 45,
			destroyGraceSeconds: 45,
			healthcheck: { tests: ["CMD-SHELL", expect.stringContaining("/tmp/keeper.health")], interval: "15s" },
		});
		expect(keeper?.ports).toEqual([
			{ internal: 8000, external: 8000, ip: "127.0.0.1" },
			{ internal: 9400, ip: "127.0.0.1" },
		]);
		expect(gate?.ports).toBeUndefined();
		expect(gate).toMatchObject({
			...common,
			command: ["start"],
			restart: "no",
			mustRun: false,
			attach: true,
			logs: true,
		});
		expect(gate?.healthcheck).toBeUndefined();
		expect(targets(prepare?.mounts)).toEqual(["/data", "/backup", "/scratch", "/rehearsal"]);
		const options = made.of(VOLUME)["notes-gate"];
		expect(options).toMatchObject({
			driver: "local",
			driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=4m,mode=0700,uid=1000,gid=1000" },
		});
	});

	it("keeps its own status out of the way of an app on the same port", async () => {
		await make({ port: 9400 });
		const { "notes-keeper": keeper } = made.of(CONTAINER);
		expect(keeper?.envs).toEqual(expect.arrayContaining(["HOLDFAST_APP_PORT=9400", "HOLDFAST_PORT=9401"]));
	});

	it("custom: a directory or a volume of the host is mounted and not made", async () => {
		expect((await make({ backup: { directory: "/mnt/disk", retentionDays: 7 }, user: 33, group: 44 })).backup).toBe(
			"/mnt/disk",
		);
		const { "notes-keeper": keeper, "notes-prepare": prepare } = made.of(CONTAINER);
		expect(keeper?.mounts).toContainEqual({ type: "bind", source: "/mnt/disk", target: "/backup" });
		expect(keeper?.envs).toContain("HOLDFAST_STORE=file:///backup/notes");
		expect(keeper?.envs).toContain("HOLDFAST_RETENTION_DAYS=7");
		expect(keeper?.user).toBe("33:44");
		expect(targets(prepare?.mounts)).not.toContain("/backup");
		expect(Object.keys(made.of(VOLUME))).not.toContain("notes-backup");
		made.forget();
		expect((await make({ backup: { volume: "other-disk" } })).backup).toBe("other-disk");
		expect(made.of(CONTAINER)["notes-keeper"]?.mounts).toContainEqual({
			type: "volume",
			source: "other-disk",
			target: "/backup",
		});
		expect(Object.keys(made.of(VOLUME))).not.toContain("notes-backup");
	});

	it("custom: a bucket, whose credentials are files of the keeper alone and in no environment", async () => {
		const url = "s3://my-bucket/notes";
		const backup = {
			url,
			environment: { AWS_REGION: "eu-central-1" },
			secrets: { AWS_ACCESS_KEY_ID: "the-id", AWS_SECRET_ACCESS_KEY: "the-key" },
		};
		expect((await make({ backup })).backup).toBe(url);
		const { notes, "notes-keeper": keeper, "notes-start": gate, "notes-prepare": prepare } = made.of(CONTAINER);
		expect(keeper?.envs).toContain(`HOLDFAST_STORE=${url}`);
		expect(keeper?.envs).toContain("AWS_REGION=eu-central-1");
		expect(JSON.stringify([notes, keeper, gate])).not.toMatch(/the-id|the-key/);
		for (const each of [keeper, gate]) {
			expect(each?.mounts).toContainEqual({
				type: "volume",
				source: expect.stringMatching(/-keeper-secrets-[0-9a-f]{8}$/),
				target: "/run/secrets",
				readOnly: true,
			});
			expect(targets(each?.mounts)).not.toContain("/backup");
		}
		expect(targets(notes?.mounts)).toEqual(["/app/data", "/run/holdfast"]);
		// The mark of a secret, which the engine encrypts in the state.
		expect(prepare?.uploads).toMatchObject({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" });
		const files = prepare?.uploads.value.map(({ file, owner, permissions }: Record<string, string>) => [
			file,
			owner,
			permissions,
		]);
		expect(files).toEqual([
			["/keeper-secrets/AWS_ACCESS_KEY_ID", "1000", "0400"],
			["/keeper-secrets/AWS_SECRET_ACCESS_KEY", "1000", "0400"],
		]);
	});

	it("shows initial data of the host to the gate alone, read-only; an object is only named", async () => {
		await make({ initialData: "/srv/old/notes.db" });
		const { "notes-keeper": keeper, "notes-start": gate, notes } = made.of(CONTAINER);
		expect(gate?.mounts).toContainEqual({ type: "bind", source: "/srv/old", target: "/initial", readOnly: true });
		expect(gate?.envs).toContain("HOLDFAST_INITIAL_DATA=/initial/notes.db");
		expect(JSON.stringify([keeper, notes])).not.toMatch(/initial/i);
		made.forget();
		await make({ initialData: "s3://bucket/old.db" });
		expect(made.of(CONTAINER)["notes-start"]?.envs).toContain("HOLDFAST_INITIAL_DATA=s3://bucket/old.db");
		expect(targets(made.of(CONTAINER)["notes-start"]?.mounts)).not.toContain("/initial");
	});

	it("custom: how watchful the keeper is, and transform.keeper for both of its containers", async () => {
		await make({
			keeper: { drillHours: 0, staleSeconds: 120, leaseSeconds: 9 },
			transform: { keeper: (container) => ({ ...container, memory: 200 }) },
		});
		const { notes, "notes-keeper": keeper, "notes-start": gate } = made.of(CONTAINER);
		expect([notes?.memory, keeper?.memory, gate?.memory]).toEqual([undefined, 200, 200]);
		expect(keeper?.envs).toEqual(
			expect.arrayContaining(["HOLDFAST_DRILL_HOURS=0", "HOLDFAST_STALE_SECONDS=120", "HOLDFAST_LEASE_SECONDS=9"]),
		);
	});

	it("makes no keeper after a check that refused", async () => {
		const logs = "✗ refused (data-gone): it is missing\n  What to do: put the file back\n";
		await made.start(({ name }) => (name === "notes-start" ? { exitCode: 3, containerLogs: logs } : {}));
		try {
			const message = await failuresOf(() => new DockerApp("notes", args));
			expect(message).toContain("✗ refused (data-gone): it is missing\n  What to do: put the file back\n");
			expect(message).toContain("docker logs ");
			expect(Object.keys(made.of(CONTAINER))).not.toContain("notes-keeper");
		} finally {
			await made.start();
		}
	});

	it("says in the keeper's own words why a check did not let the app start", () => {
		const logs = "directory /app/data: there\n✗ refused (data-gone): it is missing\n  What to do: put the file back\n";
		const { message } = gateRefusal("notes", "shop-test-notes-start", { exitCode: 3, logs, urn: "urn:it" });
		expect(message).toContain("notes was not started, its data is not touched");
		expect(message).toContain("exit code 3\n✗ refused (data-gone): it is missing\n  What to do: put the file back\n");
		expect(message).not.toContain("directory /app/data");
		expect(message).toContain("docker logs ");
		const other = gateRefusal("notes", "c", { exitCode: 1, logs: "1\n2\n3\n4\n5\n6\n", urn: "urn:it" });
		expect(other.message).toContain("exit code 1\n2\n3\n4\n5\n6\n");
	});
});
