import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GcsBackupBucket } from "../../components/gcp/backupBucket";
import { CloudRunApp } from "../../components/gcp/cloudRunApp";
import { args, cloudRunProblemsOf, makeCloudRun, rendered, SERVICE, startGoogle } from "./cloudRun";
import { haveKeeperProgram } from "./docker";
import { Made } from "./mocks";

const API = "gcp:projects/service:Service";
const INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";

const made = new Made();
beforeAll(async () => {
	await haveKeeperProgram();
	await startGoogle(made);
});
beforeEach(() => made.forget());

describe("CloudRunApp", () => {
	it("defaults: to zero, one instance, closed, run as the backup's writer", async () => {
		const outputs = await makeCloudRun();
		expect(outputs).toEqual({
			url: "https://shop-test-notes.run.app",
			service: "shop-test-notes",
			image: args.image,
			keeperImage: args.keeper?.image,
			serviceAccount: "writer@shop.iam.gserviceaccount.com",
		});
		const { service, template } = rendered(made);
		expect(service).toMatchObject({
			name: "shop-test-notes",
			location: "asia-southeast1",
			ingress: "INGRESS_TRAFFIC_ALL",
			deletionProtection: false,
		});
		expect(service).not.toHaveProperty("launchStage");
		expect(template).toMatchObject({
			serviceAccount: "writer@shop.iam.gserviceaccount.com",
			executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
			scaling: { minInstanceCount: 0, maxInstanceCount: 1 },
			maxInstanceRequestConcurrency: 1000,
			timeout: "3600s",
		});
		// Nothing is built, let in, mapped, or watched.
		expect(made.types()).toEqual([API, SERVICE, "holdfast:gcp:CloudRunApp"].sort());
		expect(made.of(API)).toEqual({
			"notes-api-run": { service: "run.googleapis.com", disableOnDestroy: false },
		});
	});

	it("reads the initial data, wherever the user has it", async () => {
		await makeCloudRun({ initialData: "gs://old-bucket/users.db" });
		expect(made.of("gcp:storage/bucketIAMMember:BucketIAMMember")).toEqual({
			"notes-initial-data": {
				bucket: "old-bucket",
				role: "roles/storage.objectViewer",
				member: "serviceAccount:writer@shop.iam.gserviceaccount.com",
			},
		});
	});

	it("the keeper is the ingress, and ready once the data is in place", async () => {
		await makeCloudRun();
		const { keeper, template } = rendered(made);
		expect(template.containers.map(({ name }: { name: string }) => name)).toEqual(["keeper", "app"]);
		expect(keeper).toMatchObject({
			args: ["replicate"],
			ports: { containerPort: 8080 },
			startupProbe: {
				httpGet: { path: "/ready", port: 9400 },
				periodSeconds: 1,
				timeoutSeconds: 1,
				failureThreshold: 240,
			},
			volumeMounts: [
				{ name: "data", mountPath: "/app/data" },
				{ name: "scratch", mountPath: "/holdfast/scratch" },
				{ name: "keeper-tmp", mountPath: "/tmp" },
			],
		});
		expect(keeper.environment).toMatchObject({
			HOLDFAST_APP: "shop/test/notes",
			HOLDFAST_DISK: "temporary",
			HOLDFAST_ACKNOWLEDGE: "replicated",
			HOLDFAST_STORE: "gs://vault/app",
			HOLDFAST_STOP_SECONDS: "9",
			HOLDFAST_SCRATCH: "/holdfast/scratch",
			HOLDFAST_APP_TARGET: "127.0.0.1:8000",
			HOLDFAST_LOG: "json",
			HOLDFAST_VERSION: rendered(made).app?.image,
			// Without it, the app would take each request for plain HTTP from the same peer.
			HOLDFAST_BEHIND_PROXY: "true",
			HOLDFAST_SERVICE: "my-project/asia-southeast1/shop-test-notes",
		});
		// No gate file: the platform starts the app when the keeper says so.
		expect(keeper.environment).not.toHaveProperty("HOLDFAST_OPEN");
	});

	it("the app waits for the keeper, and is asked for its health", async () => {
		await makeCloudRun({ environment: { LOG: "info" } });
		const { app } = rendered(made);
		expect(app).toMatchObject({
			dependsOns: ["keeper"],
			environment: { LOG: "info", DATA_DIR: "/app/data", DATABASE_URL: "sqlite:////app/data/notes.db" },
			// 40 seconds, and 3 checks of 30.
			startupProbe: { httpGet: { path: "/health", port: 8000 }, periodSeconds: 2, failureThreshold: 65 },
			livenessProbe: {
				httpGet: { path: "/health", port: 8000 },
				periodSeconds: 30,
				timeoutSeconds: 10,
				failureThreshold: 3,
			},
			volumeMounts: [
				{ name: "data", mountPath: "/app/data" },
				{ name: "app-tmp", mountPath: "/tmp" },
			],
		});
		for (const taken of ["ports", "commands", "args"]) expect(app).not.toHaveProperty(taken);
	});

	it("in memory, whoever may write a page has the memory for it", async () => {
		await makeCloudRun();
		const { keeper, app, template } = rendered(made);
		expect(keeper.resources).toEqual({
			limits: { cpu: "1000m", memory: `${256 + 512 + 564}Mi` },
			cpuIdle: true,
			startupCpuBoost: true,
		});
		expect(app.resources.limits).toEqual({ cpu: "1000m", memory: `${512 + 512}Mi` });
		expect(template.volumes).toEqual([
			{ name: "data", emptyDir: { medium: "MEMORY", sizeLimit: "512Mi" } },
			{ name: "scratch", emptyDir: { medium: "MEMORY", sizeLimit: "564Mi" } },
			{ name: "keeper-tmp", emptyDir: { medium: "MEMORY", sizeLimit: "64Mi" } },
			{ name: "app-tmp", emptyDir: { medium: "MEMORY", sizeLimit: "64Mi" } },
		]);
	});

	it.each([
		[{ disk: { sizeMiB: 256 } }, ["1000m", "794Mi"], ["1000m", "768Mi"]],
		[{ disk: { sizeMiB: 2048 }, memoryMiB: 1024 }, ["2000m", "4557Mi"], ["1000m", "3072Mi"]],
		[{ disk: { medium: "disk" as const } }, ["1000m", "512Mi"], ["1000m", "512Mi"]],
		[{ disk: { medium: "disk" as const }, memoryMiB: 8192, cpus: 4 }, ["1000m", "512Mi"], ["4000m", "8192Mi"]],
		[{ cache: { mountPath: "/app/cache" } }, ["1000m", "1332Mi"], ["1000m", "1152Mi"]],
	])("sizes: %j", async (change, [keeperCpu, keeperMemory], [appCpu, appMemory]) => {
		await makeCloudRun(change);
		const { keeper, app } = rendered(made);
		expect(keeper.resources.limits).toEqual({ cpu: keeperCpu, memory: keeperMemory });
		expect(app.resources.limits).toEqual({ cpu: appCpu, memory: appMemory });
	});

	it("custom: always on, public, a domain, a disk, a cache, protected, changed", async () => {
		const { url } = await makeCloudRun({
			scale: "always-on",
			ingress: "public",
			domain: "notes.example.com",
			disk: { medium: "disk", sizeMiB: 2048 },
			cache: { mountPath: "/app/cache" },
			protectApp: true,
			port: 8080,
			health: false,
			command: ["gunicorn", "app:app"],
			transform: { service: (service) => ({ ...service, labels: { team: "kelp" } }) },
		});
		expect(url).toBe("https://notes.example.com");
		const { service, template, keeper, app } = rendered(made);
		expect(service).toMatchObject({ deletionProtection: true, launchStage: "BETA", labels: { team: "kelp" } });
		expect(template.scaling).toEqual({ minInstanceCount: 1, maxInstanceCount: 1 });
		for (const { resources } of [keeper, app]) expect(resources.cpuIdle).toBe(false);
		// The app has the port that would be the door's.
		expect(keeper.ports).toEqual({ containerPort: 8081 });
		expect(app.startupProbe).toEqual({
			tcpSocket: { port: 8080 },
			periodSeconds: 1,
			timeoutSeconds: 1,
			failureThreshold: 240,
		});
		expect(app).not.toHaveProperty("livenessProbe");
		expect(app.commands).toEqual(["gunicorn", "app:app"]);
		expect(app.volumeMounts).toContainEqual({ name: "cache", mountPath: "/app/cache" });
		expect(template.volumes.slice(0, 3)).toEqual([
			{ name: "data", emptyDir: { medium: "DISK", sizeLimit: "2048Mi" } },
			{ name: "scratch", emptyDir: { medium: "DISK", sizeLimit: "2253Mi" } },
			{ name: "cache", emptyDir: { medium: "MEMORY", sizeLimit: "128Mi" } },
		]);
		expect(made.of(INVOKER)["notes-invoker"]).toMatchObject({ name: "shop-test-notes", member: "allUsers" });
		expect(made.of("gcp:cloudrun/domainMapping:DomainMapping")["notes-domain"]).toEqual({
			name: "notes.example.com",
			location: "asia-southeast1",
			metadata: { namespace: "my-project" },
			spec: { routeName: "shop-test-notes" },
		});
	});

	it("a migration runs before the app, in its container, with all the time there is", async () => {
		await makeCloudRun({ migration: ["alembic", "upgrade", "it's"], command: ["gunicorn", "app:app"] });
		const { app, keeper } = rendered(made);
		expect(app.commands).toEqual(["/bin/sh", "-c", `'alembic' 'upgrade' 'it'\\''s' && exec 'gunicorn' 'app:app'`]);
		expect(app.startupProbe.failureThreshold * app.startupProbe.periodSeconds).toBe(240);
		expect(keeper.environment.HOLDFAST_APP_START_SECONDS).toBe("240");
	});

	it.each([
		[{}, "130"],
		[{ health: false as const }, "240"],
		[{ health: { startPeriodSeconds: 10, intervalSeconds: 11, retries: 1, timeoutSeconds: 5 } }, "21"],
	])("the keeper waits for the app no shorter than the platform: %j", async (change, seconds) => {
		await makeCloudRun(change);
		const { app, keeper } = rendered(made);
		const { periodSeconds, failureThreshold } = app.startupProbe;
		expect(keeper.environment.HOLDFAST_APP_START_SECONDS).toBe(seconds);
		expect(periodSeconds * failureThreshold - Number(seconds)).toBeLessThan(periodSeconds);
		expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(Number(seconds));
	});

	it("a real shell runs the migration, then becomes the app; not where the migration fails", async () => {
		const shell = async (migration: string[]) => {
			made.forget();
			await makeCloudRun({ migration, command: ["sh", "-c", 'echo "$1 $$"', "sh", "it's $HOME"] });
			const [program, ...words] = rendered(made).app.commands as [string, ...string[]];
			return spawnSync(program, words, { encoding: "utf8" });
		};
		const { stdout, pid, status } = await shell(["printf", "%s\n", "a 'b'  c"]);
		expect({ stdout, status }).toEqual({ stdout: `a 'b'  c\nit's $HOME ${pid}\n`, status: 0 });
		expect(await shell(["sh", "-c", "exit 3"])).toMatchObject({ stdout: "", status: 3 });
	});

	it("takes a GcsBackupBucket as it is", async () => {
		const backup = new GcsBackupBucket("notes", { location: "ASIA-SOUTHEAST1", retentionDays: 7 });
		const { serviceAccount } = await makeCloudRun({ backup });
		expect(serviceAccount).toBe("writer-shop-test-notes@shop");
		const { keeper, template } = rendered(made);
		expect(template.serviceAccount).toBe(serviceAccount);
		expect(keeper.environment).toMatchObject({
			HOLDFAST_STORE: "gs://shop-test-notes-backup/app",
			HOLDFAST_RETENTION_DAYS: "7",
		});
		const far = new GcsBackupBucket("far", { location: "europe-west1" });
		expect(cloudRunProblemsOf({ backup: far })["backup.location"]).toContain('got "europe-west1"');
	});

	it("a long name is cut to what Cloud Run takes, and stays the same", async () => {
		const long = `notes-${"x".repeat(80)}`;
		const names = new Set<string>();
		for (const name of [long, `${long}y`, long]) {
			made.forget();
			new CloudRunApp(name, args);
			await pulumi.runtime.disconnect();
			for (const service of Object.values(made.of(SERVICE))) names.add(service.name);
		}
		expect(names.size).toBe(2);
		for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,47}[a-z0-9]$/);
	});
});
