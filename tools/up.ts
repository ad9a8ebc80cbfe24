import { DockerCli } from "../components/docker/cli";
import type { Status } from "../components/keeper/status";
import { upInCloud } from "./cloud/run";
import { lastWords, waitForHealth } from "./health";
import { type Found, keeperStatus, statusPageOf } from "./keeper";
import { Plan } from "./plan";
import { clearAfter, clearTheWay, lockHint, unlock } from "./reconcile";
import { readState } from "./reconcile/state";
import { setUp } from "./setup/index";
import { seconds } from "./setup/steps";
import { configFile, configuredHost, ensureStack, pulumi } from "./stackConfig";
import { targetOf } from "./target";
import { main, pulumiEnvironment } from "./workspace";

interface Outputs {
	url?: string;
	data?: string;
	container?: string;
	keeper?: string;
	caddy?: string;
	database?: string;
	postgres?: string;
	postgresData?: string;
	postgresDump?: string;
	backup?: string;
	dockerHost?: string;
	rehearsal?: string;
}

// The main job: brings a stack up and says what is where. npm run up [-- STACK] [pulumi's own options]
main(async () => {
	const [first] = process.argv.slice(2);
	const isStack = first !== undefined && !first.startsWith("-");
	const stack = isStack ? first : (process.env.PULUMI_STACK ?? "local");
	const options = process.argv.slice(isStack ? 3 : 2);
	if (targetOf(stack) !== "docker") return upInCloud(stack, options);
	await setUp(stack);
	const start = performance.now();
	const env: NodeJS.ProcessEnv = { ...(await pulumiEnvironment()), PULUMI_STACK: stack };
	await ensureStack(stack, env);

	await unlock({ stack, env });

	const state = await readState(stack, env);
	const before: Outputs = state?.outputs ?? {};
	const host = configuredHost(stack);
	if (before.container !== undefined && before.dockerHost !== host)
		return refuse(stack, movedHost(before.dockerHost, host));
	// First what would happen: what is refused, such as a change of what is protected, is refused before anything is touched.
	const { plan, failed, refused } = await previewed(stack, options, env);
	if (failed) return refuse(stack, postgresTakenOut(plan.errors, before) ?? plan.errors);
	const docker = new DockerCli(host);
	for (const [volume, urn] of plan.keptVolumes) {
		const found = await docker.run(["volume", "inspect", volume]);
		if (found.code !== 0 && /no such volume/i.test(found.errors)) return refuse(stack, goneVolume(volume, urn));
		if (found.code !== 0) return refuse(stack, found.errors);
	}

	const cleared = await clearTheWay({ stack, env, docker }, state);
	if (cleared.code !== 0) return cleared.code;
	const again = [...new Set([...refused, ...(await toMakeAgain(docker, plan, before))])];
	if (plan.changesNothing && again.length === 0) {
		console.log("No change.");
	} else {
		const replace = again.flatMap((urn) => ["--replace", urn]);
		const up = await pulumi(
			stack,
			["up", "--yes", "--skip-preview", "--suppress-outputs", ...replace, ...options],
			env,
		);
		if (up.code !== 0) {
			lockHint({ stack, env });
			return up.code;
		}
	}
	const now = await readState(stack, env);
	await clearAfter({ stack, env, docker }, cleared.after, now);
	const outputs: Outputs = now?.outputs ?? {};
	if (outputs.rehearsal !== undefined && outputs.rehearsal !== before.rehearsal) console.log(`\n${outputs.rehearsal}`);
	return report(stack, env, outputs, start);
});

/** A preview, and once more where an earlier check, rehearsal or deploy failed: its answer may be another one by now. */
async function previewed(stack: string, options: string[], env: NodeJS.ProcessEnv) {
	const run = (...more: string[]) =>
		pulumi(stack, ["preview", "--json", "--show-sames", ...more, ...options], env, "pipe");
	const first = await run();
	const plan = new Plan(first.output);
	const refused = [...new Set(plan.failedSteps)];
	if (refused.length === 0) return { plan, failed: first.code !== 0, refused };
	const second = await run(...refused.flatMap((urn) => ["--replace", urn]));
	return { plan: new Plan(second.output), failed: second.code !== 0, refused };
}

/** What the state takes to be there, and a person or a clean-up of the host has stopped or removed. */
async function toMakeAgain(
	docker: DockerCli,
	plan: Plan,
	{ container = "", keeper, caddy, postgres, postgresDump }: Outputs,
): Promise<string[]> {
	const urns: (string | undefined)[] = [];
	if (!(await isStarted(docker, container))) urns.push(plan.containerUrn(container));
	if (keeper !== undefined && !(await isStarted(docker, keeper))) {
		// What it missed is checked before the app goes on.
		const urn = plan.containerUrn(keeper);
		urns.push(urn, urn?.replace(/-keeper$/, "-start"));
	}
	for (const other of [caddy, postgres, postgresDump]) {
		if (other !== undefined && !(await isStarted(docker, other))) urns.push(plan.containerUrn(other));
	}
	const stopped = urns.filter((urn) => urn !== undefined);
	if (plan.changesNothing && stopped.length === 0) return [];
	for (const [image, urn] of plan.keptImages) {
		if ((await docker.inspect("image", [image])).length === 0) stopped.push(urn);
	}
	return stopped;
}

async function isStarted(docker: DockerCli, container = ""): Promise<boolean> {
	const [found] = await docker.inspect<{ State: { Status: string } }>("container", [container]);
	return ["running", "restarting"].includes(found?.State.Status ?? "");
}

function refuse(stack: string, reason: string): number {
	console.error(`✗ ${stack} was not changed:\n${reason}`);
	return 1;
}

/** Docker would make an empty volume of that name without a word, and the app would start with no data. */
function goneVolume(volume: string, urn: string): string {
	return `the volume ${volume}, which holds the data of this stack, is gone from the Docker host.
  If it was moved, bring it back under this name. To start with an empty one on purpose:
  npm run pulumi -- state delete --force --yes '${urn}'`;
}

/** Pulumi's own words would have whoever has the data there let go of it. */
function postgresTakenOut(errors: string, { database, postgres, postgresData }: Outputs): string | undefined {
	const found = errors.matchAll(
		/resource "(urn:[^"]*DockerPostgres\$docker:index\/volume:Volume::[^"]*)" cannot be deleted/g,
	);
	const urns = [...new Set([...found].map(([, urn]) => urn))];
	if (urns.length === 0) return undefined;
	if (database === "postgres")
		return `the app's data is in Postgres, and the settings have no holdfast:postgres any more.
  Put it back, with holdfast:database: postgres. To go back to SQLite, set holdfast:database to sqlite and keep the group.`;
	return `holdfast:postgres is not in the settings any more, and the volumes of its server are protected. To let go of the server:
${urns.map((urn) => `  npm run pulumi -- state unprotect --yes '${urn}'`).join("\n")}
  npm run up
  The volumes, such as ${postgresData}, stay on the Docker host with what was written to ${postgres}: docker volume rm deletes them.`;
}

function movedHost(before: string | undefined, now: string | undefined): string {
	return `docker:host was ${before ?? "this machine's engine"} and is now ${now ?? "this machine's engine"}: a stack stays on its host, where its data is.
  Put docker:host back, or use another stack for the other host.`;
}

function postgresLine({ postgresData, database }: Outputs, status: Status | undefined): string {
	if (postgresData === undefined) return "";
	const { report } = status?.move ?? {};
	const copied = report?.direction === "to-postgres" ? `, of which ${report.rows} rows were copied: ${report.key}` : "";
	const what = database === "postgres" ? `has the app's data${copied}` : "a deploy rehearses the move to it";
	return `\n  postgres volume ${postgresData}, kept by npm run down; ${what}`;
}

async function report(stack: string, env: NodeJS.ProcessEnv, outputs: Outputs, start: number): Promise<number> {
	const { url, data, container = "", keeper, backup, dockerHost } = outputs;
	const docker = new DockerCli(dockerHost);
	const ill = await waitForHealth(docker, container);
	const status = keeper === undefined ? undefined : await keeperStatus(docker, keeper);
	const [found] = keeper === undefined ? [] : await docker.inspect<Found>("container", [keeper]);
	const page = found && statusPageOf(found);
	const where = dockerHost === undefined ? "" : `, on ${dockerHost}`;
	if (ill !== undefined) {
		console.error(`✗ ${container} is ${ill}. The end of its log:\n${await lastWords(docker, container)}`);
		if (status?.refusal !== undefined) {
			console.error(`✗ The keeper holds it back (${status.refusal.code}): ${status.refusal.found}`);
			console.error(`  What to do: ${status.refusal.remedy}`);
		} else console.error(`  The data is in ${data}. Mend the app and run npm run up again.`);
		return 1;
	}
	const kind = (place = "") => (place.startsWith("/") ? "directory" : place.includes("://") ? "bucket" : "volume");
	const kept = status?.healthy === false ? `NOT SAFE: ${status.problems.join("; ")}` : "npm run status";
	console.log(`
✓ ${stack} is up (${seconds(start)})

  app      ${url}${where}${page === undefined ? "" : `\n  status   ${page}${where}`}
  log      docker logs --follow ${container}
  data     ${kind(data)} ${data}, kept by npm run down
  replica  ${backup === undefined ? "none: backup is false" : `${kind(backup)} ${backup}; ${kept}`}${postgresLine(outputs, status)}
  backend  ${env.PULUMI_BACKEND_URL}
  config   ${configFile(stack)}

  Next: deploy a change with npm run up again; see it first with npm run pulumi -- preview --diff; stop with npm run down`);
	return 0;
}
