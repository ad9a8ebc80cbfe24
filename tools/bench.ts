import { parseArgs } from "node:util";
import { benchRestore } from "./bench/restore";
import { setUp } from "./setup/index";
import { main } from "./workspace";

const USAGE = `npm run bench [-- --megabytes N] [--runs N]: measures side by side and prints ratios

  restore   the keeper's restore, its integrity check aside, against plain litestream restore on the same files`;

main(async () => {
	const { values } = parseArgs({
		options: {
			megabytes: { type: "string", default: "1000" },
			runs: { type: "string", default: "5" },
			help: { type: "boolean" },
		},
	});
	const [megabytes, runs] = [Number(values.megabytes), Number(values.runs)];
	if (values.help || !(megabytes >= 1) || !(Number.isInteger(runs) && runs >= 1)) {
		console.error(USAGE);
		return values.help ? 0 : 2;
	}
	await setUp();
	return benchRestore({ megabytes, runs });
});
