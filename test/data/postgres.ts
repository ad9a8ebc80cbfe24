import { randomBytes } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { PostgresServer } from "../../tools/servers/postgres";
import { KEEPER_IMAGE } from "../../tools/setup/keeperBundle";
import { docker, tryDocker } from "./docker";

/** Builds the keeper's image under a tag of its own. */
export async function keeperImage(context: string): Promise<string> {
	const image = `holdfast-data-test-keeper:${randomBytes(4).toString("hex")}`;
	await docker("build", "--quiet", "--tag", image, context);
	return image;
}

/** A PostgreSQL server and the keeper's image, for as long as the tests of a file run. */
export function postgresForTests(): { readonly server: PostgresServer } {
	const held = {} as { server: PostgresServer };
	let image = "";
	beforeAll(async () => {
		// Another program can be given, such as one without a check, to see that a test fails then.
		image = await keeperImage(process.env.HOLDFAST_TEST_KEEPER ?? KEEPER_IMAGE);
		held.server = await PostgresServer.start({ keeper: image });
	});
	afterAll(async () => {
		await held.server?.remove();
		await tryDocker("image", "rm", image);
	});
	return held;
}
