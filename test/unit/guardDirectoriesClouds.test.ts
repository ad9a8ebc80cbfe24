import { describe, expect, it } from "vitest";
import { dataDirectories } from "../../components/guard/directories";
import { SECRET, UNKNOWN } from "../../components/guard/plan";
import { changedPlan, type Inputs, recorded, said, verdicts } from "./guardDirectories";

const DATA = "data directory /app/data of notes";
const FILES = "data directory /app/files of notes";

describe("an app of ours on Cloud Run", () => {
	const all = recorded("cloudRun");
	const changed = (change: (template: Inputs) => void) =>
		changedPlan(all, (_, inputs) => {
			change(inputs.template);
			return inputs;
		});
	const [keeper, app] = [0, 1];
	const set = (template: Inputs, container: number, name: string, value: string | undefined) => {
		const { envs } = template.containers[container];
		template.containers[container].envs = envs.filter((each: Inputs) => each.name !== name);
		if (value !== undefined) template.containers[container].envs.push({ name, value });
	};

	it.for<[string, string, (template: Inputs) => void]>([
		[
			"another database file",
			"at risk database-changed",
			(t) => set(t, app, "DATABASE_URL", "sqlite:////app/data/b.db"),
		],
		[
			"a database beside the data",
			"lost database-outside-mount",
			(t) => set(t, app, "DATABASE_URL", "sqlite:////app/b.db"),
		],
		["a secret database", "at risk database-unseen", (t) => set(t, app, "DATABASE_URL", SECRET)],
		[
			"another prefix",
			"at risk replica-changed",
			(t) => set(t, keeper, "HOLDFAST_STORE", "gs://holdfast-gcp-prod-notes-backup/b"),
		],
		["a bucket not known yet", "at risk replica-unseen", (t) => set(t, keeper, "HOLDFAST_STORE", UNKNOWN)],
		["a shorter retention", "at risk retention-shortened", (t) => set(t, keeper, "HOLDFAST_RETENTION_DAYS", "7")],
		[
			"the default retention",
			"at risk retention-shortened",
			(t) => set(t, keeper, "HOLDFAST_RETENTION_DAYS", undefined),
		],
		["acknowledge: local", "at risk acknowledge-weakened", (t) => set(t, keeper, "HOLDFAST_ACKNOWLEDGE", "local")],
		[
			"accept in an outage",
			"at risk acknowledge-weakened",
			(t) => set(t, keeper, "HOLDFAST_ON_STORE_OUTAGE", "accept"),
		],
		["two instances", "at risk several-instances", (t) => Object.assign(t.scaling, { maxInstanceCount: 2 })],
		["no limit of instances", "at risk several-instances", (t) => Object.assign(t, { scaling: {} })],
		["no keeper", "at risk keeper-removed", (t) => Object.assign(t, { containers: [t.containers[app]] })],
		[
			"a bucket for the data",
			"at risk network-file-system",
			(t) => Object.assign(t.volumes[0], { emptyDir: undefined, gcs: { bucket: "b" } }),
		],
		[
			"NFS for the data",
			"at risk network-file-system",
			(t) => Object.assign(t.volumes[0], { emptyDir: undefined, nfs: { server: "s", path: "/p" } }),
		],
	])("sees %s", ([, expected, change]) => {
		expect(verdicts(changed(change))).toEqual([`${expected}: ${DATA}`]);
	});

	it.for<[string, (template: Inputs) => void]>([
		["nothing", () => {}],
		["an image", (t) => Object.assign(t.containers[app], { image: UNKNOWN })],
		[
			"an image that is built",
			(t) => {
				t.containers[keeper].image = UNKNOWN;
				set(t, keeper, "HOLDFAST_VERSION", UNKNOWN);
			},
		],
		["more memory", (t) => Object.assign(t.containers[app].resources, { limits: { memory: "4Gi" } })],
		["a minimum of none", (t) => Object.assign(t.scaling, { minInstanceCount: 0 })],
		["a secret variable", (t) => set(t, app, "TOKEN", SECRET)],
		["the disk's medium", (t) => Object.assign(t.volumes[0].emptyDir, { medium: "DISK" })],
		["a longer retention", (t) => set(t, keeper, "HOLDFAST_RETENTION_DAYS", "365")],
	])("says nothing against %s", ([, change]) => {
		expect(verdicts(changed(change))).toEqual([`kept: ${DATA}`]);
	});

	const onPostgres = (template: Inputs) => {
		template.containers = [
			{ ...template.containers[app], envs: [{ name: "DATABASE_URL", valueSource: { secretKeyRef: {} } }] },
		];
		template.volumes.push({ name: "cloudsql", cloudSqlInstance: { instances: ["i"] } });
		template.scaling.maxInstanceCount = 10;
	};

	it("the move to Postgres is the update's own, with as many instances as one likes", () => {
		expect(verdicts(changed(onPostgres))).toEqual([`moved engine-switched: ${DATA}`]);
	});

	it("the way back leaves rows behind", () => {
		const plan = changed(onPostgres);
		for (const each of plan.steps) [each.old, each.new] = [each.new, each.old];
		expect(verdicts(plan)).toContain(`at risk engine-switched: ${DATA}`);
	});

	it("what goes with the app is in the replica; without one, it is lost", () => {
		expect(verdicts(changedPlan(all, () => false))).toEqual([`kept: ${DATA}`]);
	});
});

describe("an app of ours on Fargate", () => {
	const all = recorded("fargate");
	const task = (change: (inputs: Inputs) => void) =>
		changedPlan(all, (name, inputs) => {
			if (name !== "notes-task") return { ...inputs, taskDefinition: UNKNOWN };
			change(inputs);
			return inputs;
		});
	const replaced = (from: string, to: string) => (inputs: Inputs) => {
		inputs.containerDefinitions = inputs.containerDefinitions.replaceAll(from, to);
	};
	const tags = {
		HOLDFAST_APP: "holdfast/aws-staging/notes",
		HOLDFAST_DISK: "temporary",
		HOLDFAST_DATA_DIRECTORY: "/app/data",
		HOLDFAST_DATABASE: "/app/data/notes.db",
		HOLDFAST_STORE: "s3://holdfast-aws-staging-notes-backup/app",
		HOLDFAST_RETENTION_DAYS: "7",
		HOLDFAST_ACKNOWLEDGE: "replicated",
		HOLDFAST_VARIABLES: "DATA_DIR=/app/data DATABASE_URL=sqlite:////app/data/notes.db",
	};
	const unseen = (change: object) => (inputs: Inputs) =>
		Object.assign(inputs, { containerDefinitions: UNKNOWN, tags: { ...tags, ...change } });

	it.for<[string, string, (inputs: Inputs) => void]>([
		["another database file", "at risk database-changed", replaced("notes.db", "b.db")],
		["another bucket", "at risk replica-changed", replaced("s3://holdfast-aws-staging-notes-backup", "s3://other")],
		["a shorter retention", "at risk retention-shortened", replaced('DAYS","value":"7"', 'DAYS","value":"3"')],
		[
			"containers that cannot be seen",
			"at risk mount-unseen",
			(inputs) => Object.assign(inputs, { containerDefinitions: UNKNOWN }),
		],
		[
			"another bucket beside an image that is built",
			"at risk replica-changed",
			unseen({ HOLDFAST_STORE: "s3://other/app" }),
		],
		[
			"another file beside an image that is built",
			"at risk database-changed",
			unseen({ HOLDFAST_DATABASE: "/app/data/b.db" }),
		],
		[
			"other variables beside an image that is built",
			"at risk database-variable-changed",
			unseen({ HOLDFAST_VARIABLES: "NOTES_DB=/app/data/notes.db" }),
		],
	])("sees %s", ([, expected, change]) => {
		expect(verdicts(task(change)).filter((line) => line.startsWith(expected))).toEqual([`${expected}: ${DATA}`]);
	});

	it.for<[string, (inputs: Inputs) => void]>([
		["an image", replaced("0123456789abcdef0123", "1123456789abcdef0123")],
		["an image that is built, for the tags say the rest", unseen({})],
		["the size", (inputs) => Object.assign(inputs, { cpu: "1024", memory: "2048" })],
		["another variable", replaced('{"name":"DATA_DIR"', '{"name":"COLOUR","value":"blue"},{"name":"DATA_DIR"')],
	])("says nothing against %s", ([, change]) => {
		expect(verdicts(task(change))).toEqual([`kept: ${DATA}`, `kept: ${FILES}`]);
	});

	it("files on EFS that go elsewhere are told beside the database", () => {
		const plan = task((inputs) => {
			for (const volume of inputs.volumes) {
				if (volume.efsVolumeConfiguration) volume.efsVolumeConfiguration.fileSystemId = "fs-other";
			}
		});
		expect(verdicts(plan)).toEqual([`at risk volume-changed: ${FILES}`, `kept: ${DATA}`]);
	});

	it("counts the tasks of the service, also where it alone is in the plan", () => {
		const two = changedPlan(all, (name, inputs) =>
			name === "notes-service" ? { ...inputs, desiredCount: 2 } : undefined,
		);
		expect(verdicts(two)).toEqual([`at risk several-instances: ${DATA}`, `kept: ${FILES}`]);
		expect(said(two, "several-instances")).toBe(
			"Up to 2 instances run in place of 1, and SQLite has one writer: each has data of its own, or they break one file. " +
				"Keep one instance; more need Postgres.",
		);
		const alone = { ...two, steps: two.steps.filter(({ name }) => name === "notes-service") };
		expect(verdicts(alone)).toEqual(["at risk several-instances: data of notes"]);
	});

	it("two tasks that overlap hand the data over", () => {
		const plan = changedPlan(all, (name, inputs) =>
			name === "notes-service" ? { ...inputs, deploymentMaximumPercent: 200 } : undefined,
		);
		expect(verdicts(plan)).toEqual([`kept: ${DATA}`, `kept: ${FILES}`]);
	});

	it("tells of a new image", () => {
		const { information } = dataDirectories(task(replaced("notes@sha256:0", "notes@sha256:1")));
		expect(information.map(({ text }) => text)).toEqual([
			"notes: new image ghcr.io/me/notes@sha256:1123456789ab in place of ghcr.io/me/notes@sha256:0123456789ab",
			"notes: the migration command runs: alembic upgrade head",
		]);
	});
});
