import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keeperHealthCheck } from "../../components/aws/taskDefinition";
import { ACCOUNT, ALL, digest, FargateScene, LEAST, REGION } from "./fargateScene";

const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const scene = new FargateScene();
beforeAll(() => scene.start());
beforeEach(() => scene.made.forget());

const CLOSED = {
	readonlyRootFilesystem: true,
	linuxParameters: { capabilities: { add: [], drop: ["ALL"] }, initProcessEnabled: true },
};
const logConfiguration = {
	logDriver: "awslogs",
	options: {
		"awslogs-group": "/holdfast/shop-test-notes",
		"awslogs-region": REGION,
		"awslogs-stream-prefix": "holdfast",
	},
};
const at = (sourceVolume: string, containerPath: string) => ({ sourceVolume, containerPath, readOnly: false });
const after = (containerName: string, condition: string) => ({ containerName, condition });
type Pair = { name: string; value: string };
const variables = (container: Record<string, unknown> | undefined) =>
	Object.fromEntries(((container?.environment ?? []) as Pair[]).map(({ name, value }) => [name, value]));

describe("the task of a FargateApp", () => {
	it("defaults: gate and keeper before the app, as the app's user, on a temporary disk", async () => {
		await scene.make(LEAST);
		const { containerDefinitions, ...task } = scene.one(TASK);
		expect(task).toEqual({
			family: "shop-test-notes",
			requiresCompatibilities: ["FARGATE"],
			networkMode: "awsvpc",
			cpu: "512",
			memory: "1024",
			ephemeralStorage: { sizeInGib: 21 },
			runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
			executionRoleArn: `arn:aws:iam:${REGION}:${ACCOUNT}:notes-execution`,
			taskRoleArn: `arn:aws:iam:${REGION}:${ACCOUNT}:notes-role`,
			volumes: [{ name: "data" }, { name: "scratch" }, { name: "keeper-tmp" }, { name: "app-tmp" }],
			skipDestroy: true,
			// What a preview shows while the containers' text is still unknown.
			tags: {
				HOLDFAST_ACKNOWLEDGE: "replicated",
				HOLDFAST_APP: "shop/test/notes",
				HOLDFAST_DATABASE: "/app/data/notes.db",
				HOLDFAST_DATA_DIRECTORY: "/app/data",
				HOLDFAST_DISK: "temporary",
				HOLDFAST_RETENTION_DAYS: "30",
				HOLDFAST_STORE: "s3://vault/app",
				HOLDFAST_VARIABLES: "DATA_DIR=/app/data DATABASE_URL=sqlite:////app/data/notes.db",
			},
		});
		const { gate, keeper, app, ...others } = scene.containers();
		expect(others).toEqual({});
		const image = LEAST.keeper?.image;
		const data = [at("data", "/app/data"), at("scratch", "/holdfast/scratch")];
		expect(gate).toMatchObject({ image, command: ["prepare"], essential: false, user: "0:0" });
		expect(gate?.mountPoints).toEqual([
			...data,
			at("keeper-tmp", "/holdfast/keeper-tmp"),
			at("app-tmp", "/holdfast/app-tmp"),
		]);
		expect(gate).toMatchObject({ readonlyRootFilesystem: true, logConfiguration });
		expect(variables(gate)).toEqual({
			...variables(keeper),
			HOLDFAST_USER: "1000:1000",
			HOLDFAST_DIRECTORIES: "/holdfast/keeper-tmp:/holdfast/app-tmp",
		});
		expect(keeper).toEqual({
			name: "keeper",
			image,
			command: ["replicate"],
			essential: true,
			user: "1000:1000",
			...CLOSED,
			memoryReservation: 256,
			environment: keeper?.environment,
			mountPoints: [...data, at("keeper-tmp", "/tmp")],
			portMappings: [8080, 9400].map((port) => ({ containerPort: port, hostPort: port, protocol: "tcp" })),
			dependsOn: [after("gate", "SUCCESS")],
			healthCheck: keeperHealthCheck(350),
			stopTimeout: 60,
			logConfiguration,
		});
		expect(variables(keeper)).toEqual({
			HOLDFAST_APP: "shop/test/notes",
			HOLDFAST_DISK: "temporary",
			HOLDFAST_DATA_DIRECTORY: "/app/data",
			HOLDFAST_DATABASE: "/app/data/notes.db",
			HOLDFAST_STORE: "s3://vault/app",
			HOLDFAST_RETENTION_DAYS: "30",
			HOLDFAST_SCRATCH: "/holdfast/scratch",
			HOLDFAST_STOP_SECONDS: "50",
			HOLDFAST_PORT: "9400",
			HOLDFAST_APP_PORT: "8080",
			HOLDFAST_APP_TARGET: "127.0.0.1:8000",
			HOLDFAST_APP_HEALTH: "http://127.0.0.1:8000/health",
			HOLDFAST_APP_START_SECONDS: "130",
			HOLDFAST_LOG: "json",
			HOLDFAST_ACKNOWLEDGE: "replicated",
			HOLDFAST_BEHIND_PROXY: "true",
			HOLDFAST_DOOR_IDLE_SECONDS: "77",
			HOLDFAST_VERSION: LEAST.image,
			AWS_REGION: REGION,
		});
		expect(app).toEqual({
			name: "app",
			image: LEAST.image,
			user: "1000:1000",
			...CLOSED,
			environment: [
				{ name: "DATABASE_URL", value: "sqlite:////app/data/notes.db" },
				{ name: "DATA_DIR", value: "/app/data" },
			],
			mountPoints: [at("data", "/app/data"), at("app-tmp", "/tmp")],
			essential: true,
			dependsOn: [after("keeper", "HEALTHY")],
			stopTimeout: 30,
			logConfiguration,
		});
	});

	it("custom: every option reaches its container", async () => {
		await scene.make(ALL);
		const task = scene.one(TASK);
		expect(task).toMatchObject({
			cpu: "1024",
			memory: "2048",
			ephemeralStorage: { sizeInGib: 40 },
			runtimePlatform: { cpuArchitecture: "ARM64" },
		});
		expect((task.volumes as object[]).slice(4)).toEqual([
			{ name: "cache" },
			{
				name: "files",
				efsVolumeConfiguration: {
					fileSystemId: "notes-files-id",
					transitEncryption: "ENABLED",
					authorizationConfig: { accessPointId: "notes-files-owner-id", iam: "ENABLED" },
				},
			},
		]);
		const { gate, keeper, migration, app } = scene.containers();
		expect(variables(gate)).toMatchObject({
			HOLDFAST_USER: "1234:99",
			HOLDFAST_DIRECTORIES: "/holdfast/keeper-tmp:/holdfast/app-tmp:/holdfast/cache",
		});
		expect(gate?.mountPoints).toContainEqual(at("cache", "/holdfast/cache"));
		// The load balancer waits for 37.
		expect(variables(keeper)).toMatchObject({
			HOLDFAST_DOOR_IDLE_SECONDS: "42",
			HOLDFAST_VERSION: `${ALL.image} {"migration":["migrate"],"command":["serve","--port","8000"]}`,
		});
		expect(keeper).toMatchObject({ user: "1234:99", healthCheck: { startPeriod: 300, interval: 100, retries: 10 } });
		const secret = (name: string) => ({
			name,
			valueFrom: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:notes-secret-${name}:::notes-secret-${name}-value-1`,
		});
		const same = {
			image: ALL.image,
			user: "1234:99",
			...CLOSED,
			secrets: [secret("SECRET_KEY"), secret("TOKEN")],
			mountPoints: [
				at("data", "/app/data"),
				at("app-tmp", "/tmp"),
				at("cache", "/app/cache"),
				at("files", "/app/files"),
			],
		};
		expect(migration).toMatchObject({
			...same,
			entryPoint: ["migrate"],
			essential: false,
			dependsOn: [after("keeper", "HEALTHY")],
		});
		expect(migration?.command).toBeUndefined();
		expect(app).toMatchObject({
			...same,
			entryPoint: ["serve"],
			command: ["--port", "8000"],
			cpu: 512,
			memory: 1024,
			dependsOn: [after("keeper", "HEALTHY"), after("migration", "SUCCESS")],
			stopTimeout: 20,
		});
		expect(variables(app)).toMatchObject({ MODE: "on", CACHE_DIR: "/app/cache" });
		expect(task.containerDefinitions).not.toContain("hidden");
	});

	it("everything is named by its digest, what is built too", async () => {
		const context = mkdtempSync(join(tmpdir(), "holdfast-fargate-"));
		const { image, ...rest } = LEAST;
		const outputs = await scene.make({ ...rest, build: { context } });
		const repository = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop-test-notes`;
		expect(outputs.image).toBe(`${repository}${digest("c")}`);
		for (const { image: reference } of Object.values(scene.containers())) {
			expect(reference).toMatch(/@sha256:[0-9a-f]{64}$/);
		}
		expect(scene.one("aws:ecr/repository:Repository")).toMatchObject({
			name: "shop-test-notes",
			imageTagMutability: "MUTABLE",
			imageScanningConfiguration: { scanOnPush: true },
		});
		const policy = scene.one("aws:iam/rolePolicy:RolePolicy").policy as string;
		expect(JSON.parse(policy).Statement[1].Resource).toEqual([`arn:aws:ecr:${REGION}:${ACCOUNT}:notes-repository`]);
	});

	it("the door's port is never the app's", async () => {
		await scene.make({ ...LEAST, port: 8080 });
		expect(variables(scene.containers().keeper)).toMatchObject({
			HOLDFAST_APP_PORT: "8081",
			HOLDFAST_APP_TARGET: "127.0.0.1:8080",
		});
	});

	it("the order of the variables is not that of the arguments", async () => {
		const task = async (environment: Record<string, string>) => {
			scene.made.forget();
			await scene.make({ ...LEAST, environment });
			return scene.one(TASK).containerDefinitions;
		};
		expect(await task({ A: "1", Z: "2" })).toBe(await task({ Z: "2", A: "1" }));
	});

	it.each([
		[60, { startPeriod: 60, interval: 5 }],
		[300, { startPeriod: 300, interval: 5 }],
		[350, { startPeriod: 300, interval: 5 }],
		[400, { startPeriod: 300, interval: 10 }],
		[3300, { startPeriod: 300, interval: 300 }],
	])("a restore of %i s has that time, within what ECS takes", (seconds, expected) => {
		const check = keeperHealthCheck(seconds);
		expect(check).toMatchObject(expected);
		expect(check.command).toEqual(["CMD", "node", "/keeper/keeper.js", "ready"]);
		expect(check.startPeriod + check.interval * check.retries).toBeGreaterThanOrEqual(seconds);
		expect(check.interval).toBeLessThanOrEqual(300);
		expect(check.retries).toBeLessThanOrEqual(10);
	});
});
