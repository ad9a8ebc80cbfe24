import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Assumptions, DEFAULTS, estimate } from "./cost/estimate";
import { PRICES, PRICES_OF } from "./cost/prices";
import { render } from "./cost/render";
import { table } from "./cost/table";
import { keeperBundleStep } from "./setup/keeperBundle";
import { runSteps } from "./setup/steps";
import { configFile } from "./stackConfig";
import { main } from "./workspace";

const USAGE = `npm run cost -- STACK [options]: what a month of a cloud stack costs by list prices of ${PRICES_OF}, resource by resource

  No engine, no credentials and no network: the program is run under mocks. The options change what is assumed:
${Object.entries(DEFAULTS)
	.map(([name, value]) => `  --${kebab(name).padEnd(24)} ${value}`)
	.join("\n")}
  --no-free                  without the free allowances, for an account that uses them up elsewhere
  --json                     the rows as JSON`;

function kebab(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

main(async () => {
	const names = Object.keys(DEFAULTS) as (keyof Assumptions)[];
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			...Object.fromEntries(names.map((name) => [kebab(name), { type: "string" as const }])),
			"no-free": { type: "boolean" },
			json: { type: "boolean" },
			help: { type: "boolean" },
		},
	});
	const given = values as Record<string, string | boolean | undefined>;
	const assumptions = { ...DEFAULTS };
	for (const name of names) {
		const value = given[kebab(name)];
		if (value !== undefined) assumptions[name] = Number(value);
	}
	const [stack] = positionals;
	const isRight = Object.values(assumptions).every((value) => Number.isFinite(value) && value >= 0);
	if (stack === undefined || positionals.length > 1 || given.help || !isRight) {
		console.error(USAGE);
		return given.help ? 0 : 2;
	}
	const file = configFile(stack);
	if (!existsSync(file)) throw new Error(`there is no ${file}: copy one of the files beside it`);
	if (!(await runSteps([keeperBundleStep]))) return 1;
	// Nothing is encrypted here: a passphrase for another stack is no reason to refuse this one.
	delete process.env.PULUMI_CONFIG_PASSPHRASE;
	delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
	const { resources, region } = await render(stack, readFileSync(file, "utf8"));
	const free = { freeAllowances: !given["no-free"] };
	const result = estimate(resources, region, assumptions, PRICES, free);
	console.log(given.json ? JSON.stringify(result, null, 2) : table(stack, region, result, assumptions, free));
	return 0;
});
