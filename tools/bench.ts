import { parseArgs } from "node:util";
import { benchDoor } from "./bench/door";
import { benchGuard } from "./bench/guard";
import { benchImport } from "./bench/import";
import { benchPostgres } from "./bench/postgres";
import { benchRestore } from "./bench/restore";
import { setUp } from "./setup/index";
import { main } from "./workspace";

const USAGE = `npm run bench [-- options]: measures side by side, prints ratios, and exits with 1 where a target is missed

  restore   the keeper's restore, its integrity check aside, against plain litestream restore on the same files
  door      what the door costs against Caddy and none; acknowledge: replicated against local with a far store; memory
  postgres  rows per second of keeper postgres copy, verification included, against pgloader and sqlite3 | psql; memory
  guard     time and memory of the guard on a plan of 5,000 steps, against JSON.parse alone
  import    the cold import of the package's Docker part against @pulumi/docker alone

  --only NAME       one of them. Default: all
  --megabytes N     of the database that is restored. Default: 1000
  --rows N          that are copied to Postgres, of 200 bytes each. Default: 5000000
  --runs N          of the restore and the guard, default 5, of the import, 15, and of the copies to Postgres, 3 (pgloader 1 above a million rows)`;

main(async () => {
	const { values } = parseArgs({
		options: {
			only: { type: "string" },
			megabytes: { type: "string", default: "1000" },
			rows: { type: "string", default: "5000000" },
			runs: { type: "string" },
			help: { type: "boolean" },
		},
	});
	const [megabytes, rows] = [Number(values.megabytes), Number(values.rows)];
	const runs = (most: number) => Number(values.runs ?? most);
	const benches = {
		restore: () => benchRestore({ megabytes, runs: runs(5) }),
		door: benchDoor,
		import: () => benchImport({ runs: runs(15) }),
		postgres: () => benchPostgres({ rows, runs: runs(3) }),
		guard: () => benchGuard({ steps: 5000, runs: runs(5) }),
	};
	const wanted = Object.entries(benches).filter(([name]) => values.only === undefined || values.only === name);
	const isCount = (number: number) => Number.isInteger(number) && number >= 1;
	if (values.help || wanted.length === 0 || !(megabytes >= 1) || !isCount(rows) || !isCount(runs(1))) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp("local", { servers: true, caddy: true, postgres: true });
	let code = 0;
	for (const [, bench] of wanted) code = Math.max(code, await bench());
	return code;
});
