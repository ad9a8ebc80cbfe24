import { randomBytes } from "node:crypto";
import { Scene } from "../prove/scene";
import { bucketFor } from "../prove/stage";
import { freePort, succeeds, Twin } from "../prove/twin";
import { type S3Server, startS3Server } from "../servers/s3";
import { StoreProxy } from "../servers/storeProxy";
import type { StoreKind } from "./plan";
import { Versions } from "./versions";

/** A host that was lost keeps others waiting for as long as its lease; the default would only make the soak slower. */
const KEEPER = { leaseSeconds: 6, staleSeconds: 20, drillHours: 0 };

/** A stack of the soak's own, and the way to its store, which can be taken away. */
export interface Stage {
	scene: Scene;
	versions: Versions;
	/** @default - the replica is in a volume of the host */
	store?: { server: S3Server; way: StoreProxy };
}

/** Sets a stack up, and takes all of it away afterwards, however that ended; on an interrupt after `interrupted`. */
export async function onStage<T>(
	kind: StoreKind,
	work: (stage: Stage) => Promise<T>,
	interrupted: () => void = () => {},
): Promise<T> {
	const twin = new Twin(`soak-${randomBytes(3).toString("hex")}`, await freePort());
	const store = kind === "s3" ? await storeAway() : undefined;
	const remove = async () => {
		await twin.remove();
		await store?.way.stop();
		await store?.server.stop();
	};
	const end = () => {
		interrupted();
		void remove().finally(() => process.exit(130));
	};
	process.once("SIGINT", end).once("SIGTERM", end);
	try {
		const versions = new Versions(twin);
		await configure(twin, versions, store);
		await succeeds(twin.up());
		const replica = { kind, damage: () => Promise.reject(new Error("the soak damages no replica")) };
		const scene = new Scene(twin, replica, "local");
		await scene.settled();
		return await work({ scene, versions, store });
	} finally {
		process.off("SIGINT", end).off("SIGTERM", end);
		await remove();
	}
}

async function storeAway(): Promise<{ server: S3Server; way: StoreProxy }> {
	const server = await startS3Server();
	return { server, way: await StoreProxy.start(server.endpoint) };
}

async function configure(twin: Twin, versions: Versions, store: Stage["store"]): Promise<void> {
	const app = { build: versions.build() };
	if (store === undefined) {
		twin.configure(app, { keeper: KEEPER });
		return;
	}
	const { backup, secrets } = await bucketFor("soak", store.server, store.way.endpoint);
	twin.secrets = secrets;
	twin.configure(app, { keeper: KEEPER, backup });
	await twin.setSecrets();
}
