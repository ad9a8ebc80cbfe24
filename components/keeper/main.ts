import { parseArgs } from "node:util";
import * as accept from "./accept";
import * as commands from "./commands";
import { deploy, since } from "./deploy/command";
import { hold } from "./freeze";
import { answer } from "./inspect";
import { errorEntry, refusalEntry } from "./log";
import { endWithParent } from "./postgres/run";
import { prepare } from "./prepare";
import { Ended, REFUSED, Refusal, refusalLines } from "./refusal";
import { replicate } from "./replicate";

const USAGE = `keeper: keeps the SQLite data of a container app

  keeper start                        the gate: looks, restores where data must exist, refuses in doubt
  keeper replicate                    start, then replicate until it is told to stop
  keeper prepare                      as root: gives the directories of a temporary disk to the app's user, and looks at it
  keeper ready                        exit code 0 once the app may be started: its data is in place, under the lease
  keeper status [--json]              what the running keeper knows
  keeper snapshot [NAME] [--image I]  name the present moment, to restore to it later
  keeper drill [--json]               restore into scratch, check, count, report
  keeper restore --to POINT --output FILE | --in-place
                                      POINT: newest, a time, a transaction's number, a snapshot's name
  keeper deploy INSTANCE              makes a waiting container of the app the one that serves, or all is as before
  keeper since SNAPSHOT               as JSON, what going back to a snapshot would cost: rows written since, by table
  keeper postgres copy --from FILE    all rows to Postgres, verified, in one transaction; or nothing changes there
                                      [--database NAME] [--replace JSON] [--json]; the server: HOLDFAST_POSTGRES_URL_FILE
                                      [--after OLDER] only what has changed since the copy of that file
  keeper postgres verify --from FILE  whether both sides hold the same rows; compare says how many differ
  keeper postgres back --to FILE      the rows of Postgres into a SQLite file with the same tables, verified, in one
                                      transaction [--replace JSON] [--replace-back JSON] [--json]
  keeper postgres baseline            what Postgres holds now was put there by the app's own migration
  keeper accept-database              the file in the data directory is right, whatever the replica says
  keeper accept-replica               the replica in the store is this app's, although no manifest says so
  keeper postgres move [--prepare] [--rehearse]
                                      as a job where instances have disks of their own: takes the data to Postgres
  keeper accept-postgres              Postgres has this app's newest data, although this host does not know of it
  keeper accept-sqlite                the replica counts, although the data moved to Postgres: what was written since is given up

Settings come from the environment, see components/keeper/settings.ts. Exit codes: 0 done, 1 failed, ${REFUSED} refused.`;

async function main(): Promise<number> {
	const [command, ...rest] = process.argv.slice(2);
	const { values, positionals } = parseArgs({
		args: rest,
		allowPositionals: true,
		options: {
			json: { type: "boolean" },
			to: { type: "string" },
			output: { type: "string" },
			"in-place": { type: "boolean" },
			image: { type: "string" },
			prepare: { type: "boolean" },
			rehearse: { type: "boolean" },
			from: { type: "string" },
			after: { type: "string" },
			database: { type: "string" },
			replace: { type: "string" },
			"replace-back": { type: "string" },
		},
	});
	switch (command) {
		case "start":
			return commands.start();
		case "replicate":
			return replicate();
		case "prepare":
			return prepare();
		case "ready":
			return commands.ready();
		case "status":
			return commands.status(values.json ?? false);
		case "snapshot":
			return commands.snapshot(positionals[0], values.image);
		case "drill":
			return commands.drill(values.json ?? false);
		case "restore":
			return commands.restore(values.to ?? "newest", { output: values.output, inPlace: values["in-place"] ?? false });
		case "accept-database":
			return accept.acceptDatabase();
		case "accept-replica":
			return accept.acceptReplica();
		case "accept-postgres":
			return accept.acceptPostgres();
		case "accept-sqlite":
			return accept.acceptSqlite();
		case "inspect":
			return answer(...positionals);
		case "deploy":
			return deploy(positionals[0] ?? "");
		case "since":
			return since(positionals[0] ?? "");
		case "postgres":
			endWithParent();
			// Loaded only here: who stays on SQLite pays nothing for it.
			if (positionals[0] === "move") return (await import("./postgres/moveJob.js")).move(values);
			return (await import("./postgres/command.js")).postgres(positionals[0], values);
		case "hold":
			return hold(positionals[0] ?? "", Number(positionals[1]));
		default:
			console.error(USAGE);
			return command === undefined || command === "help" ? 0 : 2;
	}
}

/** Nobody else tells of their refusal: they end with it. */
const GATES = ["start", "prepare", "replicate"];

function tell(failure: unknown): void {
	const { HOLDFAST_LOG, HOLDFAST_APP = "" } = process.env;
	const error = failure instanceof Ended ? failure.reason : failure;
	const message = error instanceof Error ? error.message : `${error}`;
	const isWatched = GATES.includes(process.argv[2] ?? "");
	if (error instanceof Refusal) {
		console.error(HOLDFAST_LOG === "json" ? refusalEntry(error, HOLDFAST_APP, isWatched) : refusalLines(error));
	} else console.error(HOLDFAST_LOG === "json" ? errorEntry(message) : `✗ ${message}`);
}

main().then(
	(code) => {
		process.exitCode = code;
	},
	(error) => {
		tell(error);
		process.exitCode = error instanceof Refusal ? REFUSED : 1;
	},
);
