import { STEPS, setUp } from "./setup/index";
import { seconds } from "./setup/steps";

const start = performance.now();
void setUp().then(async () => {
	for (const { title, present } of STEPS) console.log(`✓ ${title}: ${await present()}`);
	console.log(`Ready (${seconds(start)}). Next: npm run up`);
});
