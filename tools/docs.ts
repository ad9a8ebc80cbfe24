import { writeFileSync } from "node:fs";
import { COMPONENTS_README, componentsReadme } from "./docs/render";
import { main } from "./workspace";

main(async () => {
	writeFileSync(COMPONENTS_README, componentsReadme());
	console.log(`✓ ${COMPONENTS_README}`);
	return 0;
});
