import { door } from "./bench/door";
import { growth } from "./bench/growth";
import { guard } from "./bench/guard";
import { imports } from "./bench/import";
import { loss } from "./bench/loss";
import { thisMachine } from "./bench/machine";
import { memory } from "./bench/memory";
import { postgres } from "./bench/postgres";
import { preview } from "./bench/preview";
import { redeploy } from "./bench/redeploy";
import { restore } from "./bench/restore";
import type { Bench } from "./bench/result";
import { runBench } from "./bench/run";
import { setUp } from "./setup/index";
import { main, ROOT } from "./workspace";

/** In the order in which they run, which is also that of the report. */
const BENCHES: Bench[] = [redeploy, loss, restore, door, postgres, preview, imports, memory, guard, growth];

main(() =>
	runBench(process.argv.slice(2), BENCHES, {
		directory: ROOT,
		async prepare() {
			await setUp("local", { servers: true, caddy: true, postgres: true });
			return thisMachine();
		},
		say: (lines) => console.log(lines),
	}),
);
