import { describe, expect, it } from "vitest";
import { SECRET, UNKNOWN } from "../../components/guard/plan";
import { noSqliteOnNetworkFileSystem } from "../../components/guard/rules/networkFileSystem";
import { noSecretInEnvironment } from "../../components/guard/rules/secretInEnvironment";
import { said } from "./guardRules";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";
const SERVICE = "gcp:cloudrunv2/service:Service";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PLAIN = "hunter2-in-the-clear";

/** A pod of Kubernetes with one container. */
const pod = (container: object, more = {}) => ({ spec: { template: { spec: { containers: [container], ...more } } } });

describe("no-secret-in-environment", () => {
	const variable = { name: "DB_PASSWORD", value: PLAIN };

	it.each([
		[CONTAINER, { envs: [`DB_PASSWORD=${PLAIN}`] }],
		["docker:index/service:Service", { taskSpec: { containerSpec: { env: { DB_PASSWORD: PLAIN } } } }],
		[SERVICE, { template: { containers: [{ envs: [{ name: "PORT", value: "80" }, variable] }] } }],
		["gcp:cloudrunv2/job:Job", { template: { template: { containers: [{ envs: [variable] }] } } }],
		["gcp:cloudfunctionsv2/function:Function", { serviceConfig: { environmentVariables: { DB_PASSWORD: PLAIN } } }],
		[TASK, { containerDefinitions: JSON.stringify([{ environment: [variable] }]) }],
		["aws:lambda/function:Function", { environment: { variables: { DB_PASSWORD: PLAIN } } }],
		["aws:codebuild/project:Project", { environment: { environmentVariables: [{ ...variable, type: "PLAINTEXT" }] } }],
		[DEPLOYMENT, pod({ env: [variable] })],
		["kubernetes:batch/v1:CronJob", { spec: { jobTemplate: pod({ env: [variable] }) } }],
		["azure-native:app:ContainerApp", { template: { containers: [{ env: [variable] }] } }],
		["digitalocean:index/app:App", { spec: { services: [{ envs: [{ key: "DB_PASSWORD", value: PLAIN }] }] } }],
	])("%s with %o", (type, properties) => {
		const reason = said(noSecretInEnvironment, type, properties);
		expect(reason).toContain("Environment variable DB_PASSWORD holds what its name calls a secret");
		expect(reason).not.toContain(PLAIN);
	});

	it.each([
		...["ADMIN_KEY", "API_TOKEN", "SECRET", "CLIENT_SECRET", "MYSQL_ROOT_PASSWORD", "apiToken", "PGPASSWORD"],
		...["DB_PASSWD", "SIGNING_KEY", "AWS_SECRET_ACCESS_KEY", "SMTP_PASS", "APIKEY", "passphrase", "API_KEY_2"],
	])("%s is the name of a secret", (name) => {
		expect(said(noSecretInEnvironment, CONTAINER, { envs: [`${name}=${PLAIN}`] })).toContain(name);
	});

	it.each([
		["DATABASE_URL=postgres://app:hunter2@db:5432/notes", "a URL with a password"],
		["REDIS=redis://:hunter2@cache:6379/0", "a URL with a password"],
		[`DEPLOY=-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2`, "a private key"],
		['GOOGLE={"type":"service_account","private_key":"hunter2"}', "a key of a service account"],
		[`GIT=ghp_${"a1".repeat(18)}`, "a token of a code host"],
		[`STRIPE=${"sk_live"}_${"hunter2".repeat(4)}`, "a key of Stripe"],
	])("%s is a secret whatever its name is", (line, what) => {
		const reason = said(noSecretInEnvironment, CONTAINER, { envs: [line] });
		expect(reason).toContain(`holds ${what} in plain text`);
		expect(reason).not.toMatch(/hunter2|a1a1/);
	});

	it.each([
		...["DATA_DIR=/app/data", "DATABASE_URL=sqlite:////app/data/notes.db", "DATABASE_URL=postgres://app@db/notes"],
		...[`DATABASE_URL=postgres://app:\${DB_PASSWORD}@db/notes`, "DB_PASSWORD_FILE=/run/secrets/password"],
		...["DB_PASSWORD=/run/secrets/password", "DB_PASSWORD=", `DB_PASSWORD=\${FROM_ELSEWHERE}`, "MAX_TOKEN=4096"],
		...["API_TOKEN=arn:aws:secretsmanager:eu-central-1:1:secret:x", "API_TOKEN=projects/p/secrets/s/versions/1"],
		...["API_TOKEN=op://vault/item", "USE_TOKEN=true", "SSH_PUBLIC_KEY=ssh-ed25519 AAAA", "KMS_KEY=alias/notes"],
		...["AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "KEYBOARD=qwerty", "TOKENIZER=bpe", "COMPASS=north", "MONKEY=see"],
		...["WEBSITE=https://example.com/a:b@c", "NO_VALUE", UNKNOWN, SECRET],
	])("nothing of %s", (line) => {
		expect(said(noSecretInEnvironment, CONTAINER, { envs: [line] })).toBe("");
	});

	it("leaves references, and what is hidden, at any depth", () => {
		const reference = { name: "DB_PASSWORD", valueSource: { secretKeyRef: { secret: "s", version: "1" } } };
		for (const each of [reference, { name: "DB_PASSWORD", value: SECRET }, { name: "DB_PASSWORD", value: UNKNOWN }]) {
			expect(said(noSecretInEnvironment, SERVICE, { template: { containers: [{ envs: [each] }] } })).toBe("");
		}
		const stored = [{ name: "DB_PASSWORD", value: "name-of-it", type: "SECRETS_MANAGER" }];
		const project = { environment: { environmentVariables: stored } };
		expect(said(noSecretInEnvironment, "aws:codebuild/project:Project", project)).toBe("");
		const task = [{ secrets: [{ name: "DB_PASSWORD", valueFrom: "arn:aws:secretsmanager:x" }] }];
		expect(said(noSecretInEnvironment, TASK, { containerDefinitions: JSON.stringify(task) })).toBe("");
		for (const hidden of [SECRET, UNKNOWN]) {
			expect(said(noSecretInEnvironment, TASK, { containerDefinitions: hidden })).toBe("");
			expect(said(noSecretInEnvironment, CONTAINER, { envs: hidden })).toBe("");
		}
	});
});

describe("no-sqlite-on-network-file-system", () => {
	const url = { name: "DATABASE_URL", value: "sqlite:////data/notes.db" };
	const file = { name: "HOLDFAST_DATABASE", value: "/data/notes" };
	const elsewhere = { name: "DATABASE_URL", value: "sqlite:////app/notes.db" };

	type Volume = { driver?: string; driverOpts?: object };

	it.each<[Volume, string]>([
		[{ driver: "local", driverOpts: { type: "nfs", o: "addr=10.0.0.2", device: ":/data" } }, "nfs"],
		[{ driverOpts: { type: "nfs4" } }, "nfs4"],
		[{ driverOpts: { type: "cifs", device: "//nas/data" } }, "cifs"],
		[{ driver: "vieux/sshfs:latest" }, "vieux/sshfs:latest"],
	])("a volume of Docker with %o", (properties, on) => {
		expect(said(noSqliteOnNetworkFileSystem, VOLUME, properties)).toContain(`The volume lies on ${on}`);
		const mounts = [{ volumeOptions: { driverName: properties.driver, driverOptions: properties.driverOpts } }];
		expect(said(noSqliteOnNetworkFileSystem, CONTAINER, { mounts })).toContain(`The volume lies on ${on}`);
	});

	it.each([
		{},
		{ driver: "local" },
		{ driverOpts: { type: "tmpfs" } },
		{ driverOpts: { type: "ext4" } },
		{ driver: UNKNOWN },
	])("nothing of a volume of Docker with %o", (properties) => {
		expect(said(noSqliteOnNetworkFileSystem, VOLUME, properties)).toBe("");
	});

	const task = (environment: object[], containerPath = "/data", efs: unknown = { fileSystemId: "fs-1" }) => ({
		volumes: [{ name: "disk" }, { name: "files", efsVolumeConfiguration: efs }],
		containerDefinitions: JSON.stringify([
			{ environment, mountPoints: [{ sourceVolume: "files", containerPath }] },
			{ mountPoints: [{ sourceVolume: "disk", containerPath: "/app" }] },
		]),
	});

	it("EFS in a task", () => {
		const on = (...args: Parameters<typeof task>) => said(noSqliteOnNetworkFileSystem, TASK, task(...args));
		expect(on([url])).toContain("/data/notes.db lies on EFS, which is mounted at /data");
		expect(on([file])).toContain("/data/notes lies on EFS");
		expect(on([url], "/")).toContain("mounted at /:");
		expect(on([elsewhere])).toBe("");
		expect(on([url], "/data/notes.db.d")).toBe("");
		expect(on([url], "/dat")).toBe("");
		expect(on([url], "/data", null)).toBe("");
		expect(said(noSqliteOnNetworkFileSystem, TASK, { ...task([url]), containerDefinitions: UNKNOWN })).toBe("");
	});

	it("NFS or a bucket in Cloud Run, NFS in Kubernetes, EFS in Lambda", () => {
		const service = (volume: object, env: object = url) => ({
			template: {
				volumes: [{ name: "v", ...volume }],
				containers: [{ envs: [env], volumeMounts: [{ name: "v", mountPath: "/data" }] }],
			},
		});
		expect(said(noSqliteOnNetworkFileSystem, SERVICE, service({ nfs: { server: "s" } }))).toContain("lies on NFS");
		expect(said(noSqliteOnNetworkFileSystem, SERVICE, service({ gcs: { bucket: "b" } }))).toContain("lies on a bucket");
		expect(said(noSqliteOnNetworkFileSystem, SERVICE, service({ emptyDir: { medium: "MEMORY" } }))).toBe("");
		expect(said(noSqliteOnNetworkFileSystem, SERVICE, service({ gcs: { bucket: "b" } }, elsewhere))).toBe("");

		const container = { env: [url], volumeMounts: [{ name: "v", mountPath: "/data" }] };
		const kube = (volume: object) => pod(container, { volumes: [{ name: "v", ...volume }] });
		expect(said(noSqliteOnNetworkFileSystem, DEPLOYMENT, kube({ nfs: { server: "s" } }))).toContain("lies on NFS");
		const csi = (driver: string) => said(noSqliteOnNetworkFileSystem, DEPLOYMENT, kube({ csi: { driver } }));
		expect(csi("nfs.csi.k8s.io")).toContain("lies on nfs.csi.k8s.io");
		expect(csi("ebs.csi.aws.com")).toBe("");

		const lambda = { environment: { variables: { DB: "/mnt/db/notes.sqlite3" } } };
		const mounted = { ...lambda, fileSystemConfig: { arn: "a", localMountPath: "/mnt/db" } };
		expect(said(noSqliteOnNetworkFileSystem, "aws:lambda/function:Function", mounted)).toContain("lies on EFS");
		expect(said(noSqliteOnNetworkFileSystem, "aws:lambda/function:Function", lambda)).toBe("");
	});

	it("a claim on a storage class that says so", () => {
		const claim = (storageClassName?: string) =>
			said(noSqliteOnNetworkFileSystem, "kubernetes:core/v1:PersistentVolumeClaim", { spec: { storageClassName } });
		expect(claim("efs-sc")).toContain('spec.storageClassName is "efs-sc"');
		expect(claim("nfs-client")).toContain("nfs-client");
		expect(claim("gp3")).toBe("");
		expect(claim()).toBe("");
		expect(claim(UNKNOWN)).toBe("");
	});
});
