import { parseArgs } from "node:util";
import { benchDoor } from "./bench/door";
import { benchRestore } from "./bench/restore";
import { setUp } from "./setup/index";
import { main } from "./workspace";

const USAGE = `npm run bench [-- options]: measures side by side, prints ratios, and exits with 1 where a target is missed

  restore   the keeper's restore, its integrity check aside, against plain litestream restore on the same files
  door      what the door costs against Caddy and none; acknowledge: replicated against local with a far store; memory

  --only NAME       one of them. Default: all
  --megabytes N     of the database that is restored. Default: 1000
  --runs N          of the restore. Default: 5`;

main(async () => {
	const { values } = parseArgs({
		options: {
			only: { type: "string" },
			megabytes: { type: "string", default: "1000" },
			runs: { type: "string", default: "5" },
			help: { type: "boolean" },
		},
	});
	const [megabytes, runs] = [Number(values.megabytes), Number(values.runs)];
	const benches = { restore: () => benchRestore({ megabytes, runs }), door: benchDoor };
	const wanted = Object.entries(benches).filter(([name]) => values.only === undefined || values.only === name);
	if (values.help || wanted.length === 0 || !(megabytes >= 1) || !(Number.isInteger(runs) && runs >= 1)) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp("local", { servers: true, caddy: true, postgres: true });
	let code = 0;
	for (const [, bench] of wanted) code = Math.max(code, await bench());
	return code;
});
