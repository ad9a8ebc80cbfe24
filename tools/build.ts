import { buildPackage } from "./package/build";
import { main } from "./workspace";

main(async () => {
	await buildPackage();
	return 0;
});
