import { randomBytes } from "node:crypto";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { writerStatements } from "../../components/aws/policies";
import { startS3Server } from "../servers/s3";
import { type Acknowledge, type ReplicaAccess, Scene } from "./scene";
import { freePort, succeeds, Twin } from "./twin";

const BUCKET = "prove";
const PREFIX = "notes";
/** A host that was lost keeps others waiting for as long as its lease; the default would only make the prove slower. */
const KEEPER = { leaseSeconds: 6, staleSeconds: 20, drillHours: 0 };

/** Sets a twin up with a replica in a volume or on a real S3 server, and takes all of it away afterwards, however it ended. */
export async function stageOn<T>(
	store: "host" | "s3",
	app: { acknowledge?: Acknowledge },
	work: (scene: Scene) => Promise<T>,
): Promise<T> {
	const twin = new Twin(`prove-${randomBytes(3).toString("hex")}`, await freePort());
	const server = store === "s3" ? await startS3Server() : undefined;
	const interrupted = () => void twin.remove().finally(() => process.exit(130));
	process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
	try {
		const replica = server === undefined ? onHost(twin, app) : await onServer(twin, app, server);
		await succeeds(twin.up());
		return await work(new Scene(twin, replica, app.acknowledge ?? "local"));
	} finally {
		process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
		await twin.remove();
		await server?.stop();
	}
}

function onHost(twin: Twin, app: object): ReplicaAccess {
	twin.configure({ ...app }, { keeper: KEEPER });
	const volume = `${twin.container}-backup`;
	const flip = `python3 -c '
import glob
files = lambda generation: glob.glob("/look/notes/replica/" + generation + "ltx/*/*.ltx")
path = max(files("*-*/") or files(""))
file = open(path, "r+b"); file.seek(0, 2); middle = file.tell() // 2
file.seek(middle); byte = file.read(1); file.seek(middle); file.write(bytes([byte[0] ^ 255]))'`;
	return {
		kind: `the volume ${volume}`,
		async damage() {
			await twin.inVolume(volume, flip);
			return async () => {
				await twin.inVolume(volume, flip);
			};
		},
	};
}

/** A bucket, and a stack's settings to back up to it with the rights of a writer. */
export async function bucketFor(
	bucket: string,
	server: Awaited<ReturnType<typeof startS3Server>>,
	endpoint = server.endpoint,
) {
	await server.createBucket(bucket, { versioning: true });
	const writer = await server.createUser("writer");
	// Just what the bucket component grants.
	await server.setBucketPolicy(bucket, writerStatements(`arn:aws:s3:::${bucket}`, PREFIX), writer);
	const secrets = { AWS_ACCESS_KEY_ID: writer.accessKeyId, AWS_SECRET_ACCESS_KEY: writer.secretAccessKey };
	const environment = { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: server.region };
	return { backup: { url: `s3://${bucket}/${PREFIX}`, environment, secrets: Object.keys(secrets) }, secrets };
}

async function onServer(
	twin: Twin,
	app: object,
	server: Awaited<ReturnType<typeof startS3Server>>,
): Promise<ReplicaAccess> {
	const { backup, secrets } = await bucketFor(BUCKET, server);
	twin.secrets = secrets;
	twin.configure({ ...app }, { keeper: KEEPER, backup });
	await twin.setSecrets();
	const flip = async (Key: string | undefined) => {
		const object = { Bucket: BUCKET, Key };
		const found = await server.admin.send(new GetObjectCommand(object));
		const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
		const middle = bytes.length >> 1;
		bytes[middle] = (bytes[middle] ?? 0) ^ 255;
		await server.admin.send(new PutObjectCommand({ ...object, Body: bytes, Metadata: found.Metadata }));
	};
	return {
		kind: `s3://${BUCKET}/${PREFIX} at ${server.endpoint}`,
		async damage() {
			// The newest snapshot, with which every restore begins. Litestream names its levels in S3 in a way of its own.
			const within = { Bucket: BUCKET, Delimiter: "/", Prefix: `${PREFIX}/replica/` };
			const { CommonPrefixes = [] } = await server.admin.send(new ListObjectsV2Command(within));
			const generations = CommonPrefixes.map(({ Prefix: each = "" }) => each).filter((each) =>
				/\/\d+-[^/]+\/$/.test(each),
			);
			const Prefix = `${generations.at(-1) ?? within.Prefix}0009/`;
			const listed = await server.admin.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
			const newest = listed.Contents?.at(-1)?.Key;
			await flip(newest);
			return () => flip(newest);
		},
	};
}
