import { setTimeout as sleep } from "node:timers/promises";
import { dockerOutput } from "../prove/twin";
import type { Doing } from "./doing";
import type { Kind } from "./plan";

/** Milliseconds of load that are to be left out again by a way back. */
const AFTER = 1500;
/** Milliseconds by which each answer of a slow store comes later. */
const SLOW = 2000;

/** What each kind of step does, under load. */
export const ACTIONS: Record<Kind, (doing: Doing) => Promise<void>> = {
	async redeploy(doing) {
		doing.isQuiet = true;
		await doing.redeployed(doing.stage.versions.redeploy());
	},
	async "redeploy with a migration"(doing) {
		doing.isQuiet = true;
		await doing.redeployed(doing.stage.versions.migrate());
	},
	async "redeploy, and the migration fails"(doing) {
		doing.isQuiet = true;
		const { code, output } = await doing.stage.versions.failToMigrate();
		if (code === 0 || !output.includes("this migration fails")) doing.problems.push(`the deploy says: ${output}`);
	},
	"redeploy, and the app is killed": (doing) => doing.disturbed(() => doing.killed(() => doing.stage.scene.app())),
	"redeploy, and the keeper is killed": (doing) =>
		doing.disturbed(() => doing.killed(async () => doing.stage.scene.keeper)),
	"redeploy, and the store hangs": (doing) =>
		doing.disturbed(() =>
			doing.without(
				({ server }) => server.pause(),
				({ server }) => server.resume(),
				() => sleep(doing.step.away),
			),
		),
	"kill the app": (doing) => doing.killed(() => doing.stage.scene.app()),
	"kill the keeper": (doing) => doing.killed(async () => doing.stage.scene.keeper),
	"kill both": (doing) => again(doing, "kill"),
	"stop both": (doing) => again(doing, "stop"),
	"kill Litestream": (doing) => doing.signalLitestream("KILL"),
	async "freeze Litestream"(doing) {
		await doing.signalLitestream("STOP");
		await sleep(doing.step.away);
		await doing.signalLitestream("CONT");
	},
	async drill(doing) {
		const { code, output } = await doing.stage.scene.drill();
		if (code !== 0) doing.problems.push(`the drill failed: ${output}`);
	},
	async "restore into a file"(doing) {
		const directory = doing.stage.scene.twin.directory("restored");
		const file = `step-${doing.step.number}.db`;
		// What is acknowledged once it is replicated is in the store; of the rest, what was there before this step.
		const to = doing.acknowledge === "replicated" ? doing.last : doing.before;
		await doing.tool("restore", "--to", "newest", "--output", `${directory}/${file}`);
		doing.restored = { directory, file, to };
	},
	async "restore in place"(doing) {
		const name = `step-${doing.step.number}`;
		const last = doing.last;
		await doing.tool("command", "snapshot", name);
		await sleep(AFTER);
		await doing.load.stop();
		const app = await doing.stage.scene.app();
		await dockerOutput("stop", app);
		await doing.tool("restore", "--to", name, "--in-place");
		await dockerOutput("start", app);
		doing.keptTo = last;
	},
	async "roll back, data kept"(doing) {
		doing.isQuiet = true;
		await doing.redeployed(doing.stage.versions.redeploy());
		await sleep(AFTER);
		await doing.tool("rollback", "--keep-data");
	},
	async "roll back to the snapshot"(doing) {
		const last = doing.last;
		await doing.redeployed(doing.stage.versions.migrate());
		await sleep(AFTER);
		await doing.load.stop();
		await doing.tool("rollback", "--to-snapshot");
		doing.keptTo = last;
	},
	async "acknowledge otherwise"(doing) {
		doing.acknowledge = doing.acknowledge === "local" ? "replicated" : "local";
		await doing.redeployed(doing.stage.scene.twin.change({ acknowledge: doing.acknowledge }));
		doing.notes.push(`from now on ${doing.acknowledge}`);
	},
	async "lose the host"(doing) {
		await doing.stage.scene.both("kill");
		await doing.load.stop();
		await doing.stage.scene.loseHost();
		doing.hostLost = true;
	},
	"the store hangs": (doing) =>
		doing.without(
			({ server }) => server.pause(),
			({ server }) => server.resume(),
			() => sleep(doing.step.away),
		),
	"the store refuses": (doing) =>
		doing.without(
			({ server }) => server.refuse(),
			({ server }) => server.accept(),
			() => sleep(doing.step.away),
		),
	"the store is slow": (doing) =>
		doing.without(
			({ way }) => {
				way.delay = SLOW;
			},
			({ way }) => {
				way.delay = 0;
			},
			() => sleep(doing.step.away),
		),
	"the store loses answers": (doing) =>
		doing.without(
			({ way }) => {
				way.losesAnswers = true;
			},
			({ way }) => {
				way.losesAnswers = false;
			},
			() => sleep(doing.step.away),
		),
};

/** App and keeper end at once, in that way, and start again. */
async function again(doing: Doing, how: "kill" | "stop"): Promise<void> {
	const { scene } = doing.stage;
	const app = await scene.app();
	await scene.both(how);
	doing.kills += 2;
	await dockerOutput("start", scene.keeper);
	await dockerOutput("start", app);
}
