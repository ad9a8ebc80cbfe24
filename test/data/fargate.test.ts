import { createHash } from "node:crypto";
import { expect, it, type TestContext } from "vitest";
import { FargatePlatform } from "./cloud/fargate";
import { LocalImages } from "./cloud/images";
import { Load } from "./cloud/load";
import { expectNothingLost, expectOrderly, identityOf, report, rowsOf } from "./cloud/proof";
import { APP_ARGS, MIGRATION } from "./cloud/render";
import { renderFargate } from "./cloud/renderFargate";
import { rollOutUnderLoad } from "./cloud/rollouts";
import { S3Bucket } from "./stores";
import { testServers } from "./testServers";

/** The app's 30 s and the keeper's 60: what the definition gives them, one after the other. */
const BUDGET = 90;

const servers = testServers();
const images = new LocalImages();

async function scene({ onTestFinished, onTestFailed }: TestContext) {
	const store = await S3Bucket.make(servers.s3);
	const definition = await renderFargate(store, images);
	const platform = new FargatePlatform(store.writer, { AWS_ENDPOINT_URL_S3: servers.s3.endpoint });
	onTestFinished(() => platform.remove(), 60_000);
	onTestFailed(async () => console.error(await platform.log()), 30_000);
	const keeper = images.ofContainer(definition.containers, "keeper");
	return { store, keeper, definition, platform, load: new Load(platform) };
}

// At the same time: both mostly wait for checks that come every few seconds.
it.concurrent("fault 14: rollouts under load: the old task stops before the new one starts, and nothing is lost", async (context) => {
	const scenery = await scene(context);
	const { store, definition, platform } = scenery;
	const migrating = await renderFargate(store, images, MIGRATION);
	const first = await platform.deploy(definition);
	const { run, ...said } = await identityOf(platform);
	expect(said).toMatchObject({
		user: "1000:1000",
		data: { owner: "1000:1000" },
		root: "Read-only file system",
		migrations: 0,
		secret: createHash("sha256").update(APP_ARGS.secrets.API_KEY).digest("hex"),
	});
	expect(said.variables).not.toContain("HOLDFAST_STORE");
	expect(first.finished.map(({ name, code }) => [name, code]).sort()).toEqual([["gate", 0]]);

	await rollOutUnderLoad("Fargate", scenery, migrating, { first: run, budget: BUDGET });
});

it.concurrent("a version that does not start, then the loss of the machine: the version before serves, and nothing is lost", async (context) => {
	const scenery = await scene(context);
	const { store, definition, platform, load } = scenery;
	const broken = await renderFargate(store, images, { command: ["python3", "-c", "exit(1)"] });
	await platform.deploy(definition);
	const running = load.run(3, 0);
	await load.more(20);
	await expect(platform.deploy(broken)).rejects.toThrow("went back: the essential container app ended with 1");
	await load.more(20);
	await platform.lose();
	await load.more(20);
	await running.stop();
	const last = await rowsOf(platform);
	expectOrderly([await platform.destroy()], BUDGET);
	expect(platform.stops.flatMap(({ killed }) => killed)).toEqual([]);
	const order = await expectNothingLost(scenery, last);
	expect(order).toHaveLength(3);
	report("Fargate, a version that does not start, and a lost machine", load, order, platform.stops);
});
