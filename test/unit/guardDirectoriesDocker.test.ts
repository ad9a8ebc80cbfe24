import { describe, expect, it } from "vitest";
import { dataDirectories } from "../../components/guard/directories";
import { SECRET, UNKNOWN } from "../../components/guard/plan";
import { changedPlan, type Inputs, recorded, said, step, urn, verdicts } from "./guardDirectories";

const DATA = "data directory /app/data of notes";
const all = recorded("docker");

/** Changes the containers of a DockerApp as the component would: app and keeper. */
function both(change: (inputs: Inputs, part: "app" | "keeper") => void) {
	return changedPlan(all, (name, inputs) => {
		if (name !== "notes" && name !== "notes-keeper") return undefined;
		change(inputs, name === "notes" ? "app" : "keeper");
		return inputs;
	});
}

const replaced = (inputs: Inputs, from: string, to: string) => {
	inputs.envs = inputs.envs.map((line: string) => line.replace(from, to));
};
const dataMount = (inputs: Inputs) => inputs.mounts.find(({ target }: Inputs) => target === "/app/data");

describe("an app of ours on a Docker host", () => {
	it("is one data directory, with app and keeper", () => {
		expect(verdicts(both(() => {}))).toEqual([`kept: ${DATA}`]);
		expect(dataDirectories(changedPlan(all, () => undefined))).toMatchObject({
			findings: [
				{
					reason:
						"It stays on volume holdfast-local-notes-data, and its replica goes to volume holdfast-local-notes-backup, prefix notes.",
				},
			],
			information: [],
		});
	});

	it.for<[string, string, (inputs: Inputs, part: "app" | "keeper") => void]>([
		["another volume", "at risk volume-changed", (inputs) => Object.assign(dataMount(inputs), { source: "other" })],
		[
			"a directory of the host",
			"at risk volume-changed",
			(inputs) => Object.assign(dataMount(inputs), { type: "bind", source: "/srv/notes" }),
		],
		[
			"a volume not known yet",
			"at risk mount-unseen",
			(inputs) => Object.assign(dataMount(inputs), { source: UNKNOWN }),
		],
		[
			"all mounts unknown",
			"at risk mount-unseen",
			(inputs, part) => part === "app" && Object.assign(inputs, { mounts: UNKNOWN }),
		],
		[
			"no mount",
			"lost mount-missing",
			(inputs) =>
				Object.assign(inputs, { mounts: inputs.mounts.filter((mount: Inputs) => mount !== dataMount(inputs)) }),
		],
		[
			"a volume without a name",
			"lost mount-missing",
			(inputs) => Object.assign(dataMount(inputs), { source: undefined }),
		],
		["another database file", "at risk database-changed", (inputs) => replaced(inputs, "notes.db", "other.db")],
		[
			"another prefix of the replica",
			"at risk replica-changed",
			(inputs) => replaced(inputs, "/backup/notes", "/backup/notes2"),
		],
		[
			"a bucket for the replica",
			"at risk replica-changed",
			(inputs) => replaced(inputs, "file:///backup/notes", "s3://vault/notes"),
		],
		[
			"a replica not known yet",
			"at risk replica-unseen",
			(inputs) =>
				Object.assign(inputs, {
					envs: inputs.envs.map((line: string) => (line.startsWith("HOLDFAST_STORE") ? UNKNOWN : line)),
				}),
		],
		[
			"another volume for the replica",
			"at risk replica-changed",
			(inputs, part) =>
				part === "keeper" &&
				Object.assign(
					inputs.mounts.find(({ target }: Inputs) => target === "/backup"),
					{ source: "elsewhere" },
				),
		],
		["a shorter retention", "at risk retention-shortened", (inputs) => replaced(inputs, "DAYS=30", "DAYS=7")],
		[
			"secret variables",
			"at risk database-unseen",
			(inputs, part) => part === "app" && Object.assign(inputs, { envs: SECRET }),
		],
		[
			"other variables",
			"at risk database-variable-changed",
			(inputs, part) => part === "app" && Object.assign(inputs, { envs: ["NOTES_DB=/app/data/notes.db"] }),
		],
		[
			"a database outside of the mount",
			"lost database-outside-mount",
			(inputs) => replaced(inputs, "sqlite:////app/data/notes.db", "sqlite:////app/notes.db"),
		],
	])("sees %s", ([, expected, change]) => {
		expect(verdicts(both(change))).toEqual([`${expected}: ${DATA}`]);
	});

	it("a store on the host cannot be seen without the keeper's mounts", () => {
		const plan = changedPlan(all, (name, inputs) =>
			name === "notes-keeper" ? { ...inputs, mounts: UNKNOWN } : undefined,
		);
		expect(verdicts(plan)).toEqual([`at risk mount-unseen: ${DATA}`, `at risk replica-unseen: ${DATA}`]);
	});

	it("on a disk that stays, acknowledge: local is told and no more", () => {
		const plan = both(() => {});
		for (const { name, old } of plan.steps) {
			if (name === "notes-keeper" && old) {
				old.inputs = { ...old.inputs, envs: [...(old.inputs.envs as string[]), "HOLDFAST_ACKNOWLEDGE=replicated"] };
			}
		}
		expect(verdicts(plan)).toEqual([`kept: ${DATA}`]);
		expect(dataDirectories(plan).information.map(({ text }) => text)).toEqual([
			"keeper of notes: a write counts once it is on this disk (acknowledge: local in place of replicated)",
		]);
	});

	it("says what is where, and the way out", () => {
		const other = both((inputs) => Object.assign(dataMount(inputs), { source: "other" }));
		expect(said(other, "volume-changed")).toBe(
			"Volume other is mounted at /app/data in place of volume holdfast-local-notes-data: the app starts without the data, " +
				"which stays in holdfast-local-notes-data. Mount volume holdfast-local-notes-data again; or copy its content to " +
				"other with the app stopped, then approve.",
		);
	});

	it.for<[string, (inputs: Inputs, part: "app" | "keeper") => void]>([
		["an image", (inputs) => Object.assign(inputs, { image: UNKNOWN, entrypoints: UNKNOWN })],
		["a variable that holds no data", (inputs) => inputs.envs.push("COLOUR=blue")],
		["a secret variable beside the others", (inputs) => inputs.envs.push(SECRET)],
		["ports", (inputs) => Object.assign(inputs, { ports: [{ internal: 9000, external: 9000 }] })],
		["labels", (inputs) => inputs.labels.push({ label: "team", value: "blue" })],
		["memory", (inputs) => Object.assign(inputs, { memory: 512, cpus: "0.5" })],
		[
			"a cache",
			(inputs) => inputs.mounts.push({ type: "volume", source: "notes-cache-1a2b3c4d", target: "/app/cache" }),
		],
		["a directory in memory", (inputs) => inputs.mounts.push({ type: "tmpfs", target: "/app/work" })],
		[
			"another volume beside it",
			(inputs) => inputs.mounts.push({ type: "volume", source: "uploads", target: "/app/uploads" }),
		],
		[
			"helper volumes of another user",
			(inputs) => {
				for (const mount of inputs.mounts) mount.source = mount.source.replace("189e853c", "ffffffff");
			},
		],
		["the keeper's tuning", (inputs, part) => part === "keeper" && inputs.envs.push("HOLDFAST_STALE_SECONDS=90")],
		["a longer retention", (inputs) => replaced(inputs, "DAYS=30", "DAYS=90")],
		["the scheme of the URL", (inputs) => replaced(inputs, "sqlite:///", "sqlite+aiosqlite:///")],
	])("says nothing against %s", ([, change]) => {
		expect(verdicts(both(change))).toEqual([`kept: ${DATA}`]);
	});

	it("a mount path that the variables follow is a move; one that they do not is a loss", () => {
		const moved = both((inputs) => {
			dataMount(inputs).target = "/srv/data";
			replaced(inputs, "/app/data", "/srv/data");
			replaced(inputs, "/app/data", "/srv/data");
		});
		expect(verdicts(moved)).toEqual([`moved mount-path-changed: ${DATA}`]);
		const astray = changedPlan(all, (name, inputs) => {
			if (name !== "notes") return undefined;
			dataMount(inputs).target = "/srv/data";
			return inputs;
		});
		expect(verdicts(astray)).toEqual([`lost mount-path-changed: ${DATA}`]);
	});

	it("a keeper that goes leaves the data without a replica", () => {
		const plan = changedPlan(all, (name) => (/^notes-(keeper|start|deploy|rehearsal)$/.test(name) ? false : undefined));
		expect(verdicts(plan)).toEqual([`at risk keeper-removed: ${DATA}`]);
	});

	it("of an app that goes, the data stays where its volume does", () => {
		const gone = (name: string, urn: string) =>
			urn.includes("container:Container") || name === "notes-data" ? false : undefined;
		const stays = changedPlan(all, (name, _, urn) => (name === "notes-data" ? undefined : gone(name, urn)));
		expect(verdicts(stays)).toEqual([`kept: ${DATA}`]);
		const goes = changedPlan(all, (name, _, urn) => gone(name, urn));
		expect(verdicts(goes)).toEqual([`lost volume-deleted: ${DATA}`]);
		for (const each of goes.steps) if (each.old) each.old.retainOnDelete = true;
		expect(verdicts(goes)).toEqual([`kept: ${DATA}`]);
	});

	it("a container under another name, with the same app, is the same one", () => {
		const plan = changedPlan(all, () => undefined);
		const steps = plan.steps.flatMap((each) => {
			if (each.name !== "notes" || each.old === undefined) return [each];
			return [
				step("delete", each.urn, each.old.inputs),
				step("create", each.urn.replace(/::notes$/, "::app"), undefined, each.old.inputs),
			];
		});
		expect(verdicts({ ...plan, steps })).toEqual([`kept: ${DATA}`]);
	});

	it("tells of a new image and a migration", () => {
		const change = (to: string) =>
			changedPlan(all, (name, inputs) => {
				if (name !== "notes") return undefined;
				inputs.image = `sha256:${"ab".repeat(32)}`;
				inputs.entrypoints = inputs.entrypoints.map((word: string) => word.replace("'\\''head'\\''", to));
				return inputs;
			});
		const told = (to: string) => dataDirectories(change(to)).information.map(({ text }) => text);
		const image = "notes: new image sha256:abababababab in place of sha256:c30223e6b6d3";
		expect(told("'\\''head'\\''")).toEqual([image, "notes: the migration command runs: alembic upgrade head"]);
		expect(told("'\\''+1'\\''")).toEqual([
			image,
			"notes: the migration is alembic upgrade +1, it was alembic upgrade head",
		]);
	});

	it.for([
		["postgres", "moved engine-switched"],
		["postgres settled", "moved engine-switched"],
	])("the move to %s is the deploy's own", ([label, expected]) => {
		const plan = changedPlan(all, (name, inputs) => {
			if (name !== "notes") return undefined;
			inputs.labels.push({ label: "holdfast.database", value: label });
			return inputs;
		});
		expect(verdicts(plan)).toEqual([`${expected}: ${DATA}`]);
	});

	it.for([
		["sqlite return copy", "moved engine-switched"],
		["sqlite return leave", "at risk engine-switched"],
		["sqlite", "moved engine-switched"],
		["postgres", "kept"],
	])("the way back, %s", ([label, expected]) => {
		const plan = changedPlan(all, (name, inputs) => {
			if (name !== "notes") return undefined;
			inputs.labels.push({ label: "holdfast.database", value: label });
			return inputs;
		});
		for (const { name, old } of plan.steps) {
			if (name === "notes")
				old?.inputs.labels &&
					Object.assign(old, {
						inputs: {
							...old.inputs,
							labels: [...(old.inputs.labels as Inputs[]), { label: "holdfast.database", value: "postgres" }],
						},
					});
		}
		expect(verdicts(plan)).toEqual([`${expected}: ${DATA}`]);
	});

	it("what a server or Caddy mounts is looked at as anybody's", () => {
		const server = urn("holdfast:docker:DockerPostgres$docker:index/container:Container", "notes-postgres");
		const inputs = (source: string) => ({
			labels: [
				{ label: "holdfast.app", value: "shop/prod/notes" },
				{ label: "holdfast.role", value: "postgres" },
			],
			mounts: [
				{ type: "volume", source, target: "/var/lib/postgresql/data" },
				{ type: "volume", source: "url", target: "/run/holdfast-postgres" },
			],
		});
		const plan = {
			stack: "prod",
			project: "shop",
			config: {},
			steps: [step("replace", server, inputs("a"), inputs("b"))],
		};
		expect(verdicts(plan)).toEqual([
			"at risk volume-changed: data directory /var/lib/postgresql/data of notes-postgres",
		]);
	});
});
