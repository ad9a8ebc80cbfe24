import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
	CreateBucketCommand,
	PutBucketPolicyCommand,
	PutBucketVersioningCommand,
	S3Client,
	type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { command, lastLine } from "../setup/command";
import { s3ServerBinary } from "../setup/servers";
import { ServerProcess, StoreServer } from "./serverProcess";

export interface Credentials {
	accessKeyId: string;
	secretAccessKey: string;
}

/** A statement of a policy as IAM has it: the server adds the user as its principal. */
export interface Statement {
	Sid?: string;
	Effect: "Allow" | "Deny";
	Action: string | string[];
	Resource: string | string[];
	Condition?: Record<string, Record<string, string | string[]>>;
}

const REGION = "us-east-1";

/**
 * Starts a real S3 server (versitygw) with versioned buckets, users and policies, in a temporary directory. It ends with
 * this process, or by `stop`.
 *
 * @param options.address where it listens. @default - the gateway of Docker's bridge, which containers can reach too
 */
export async function startS3Server(options: { address?: string } = {}): Promise<S3Server> {
	const root = newCredentials("root");
	const server = await ServerProcess.start(
		({ host, directory }) => {
			const [iam = "", versions = "", data = ""] = ["iam", "versions", "data"].map((name) => join(directory, name));
			for (const path of [iam, versions, data]) mkdirSync(path, { recursive: true });
			const gateway = ["--port", host, "--region", REGION, "--iam-dir", iam, "--iam-cache-disable", "--keep-alive"];
			return [s3ServerBinary(), ...gateway, "posix", "--versioning-dir", versions, data];
		},
		{
			address: options.address,
			env: { ROOT_ACCESS_KEY_ID: root.accessKeyId, ROOT_SECRET_ACCESS_KEY: root.secretAccessKey },
		},
	);
	return new S3Server(server, root);
}

export class S3Server extends StoreServer {
	readonly region = REGION;
	/** May do everything. */
	readonly admin: S3Client;
	/** The server has one policy for a bucket: these are its parts, by bucket and user. */
	private readonly policies = new Map<string, Map<string, Statement[]>>();

	constructor(
		server: ServerProcess,
		readonly rootCredentials: Credentials,
	) {
		super(server);
		this.admin = this.client(rootCredentials);
	}

	/** A client that acts as the owner of `credentials`. */
	client(credentials: Credentials, config: S3ClientConfig = {}): S3Client {
		const { endpoint, region } = this;
		return new S3Client({ endpoint, region, credentials, forcePathStyle: true, ...config });
	}

	/** Makes a bucket that only root may use. */
	async createBucket(Bucket: string, { versioning = false }: { versioning?: boolean } = {}): Promise<void> {
		await this.admin.send(new CreateBucketCommand({ Bucket }));
		if (!versioning) return;
		const VersioningConfiguration = { Status: "Enabled" } as const;
		await this.admin.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
	}

	/** Makes a user who may do nothing, until a policy allows it. */
	async createUser(name: string): Promise<Credentials> {
		const user = newCredentials(name);
		const args = ["--access", user.accessKeyId, "--secret", user.secretAccessKey, "--role", "user"];
		const { code, output } = await command(s3ServerBinary(), ["admin", "create-user", ...args], {
			env: {
				...process.env,
				ADMIN_ACCESS_KEY_ID: this.rootCredentials.accessKeyId,
				ADMIN_SECRET_ACCESS_KEY: this.rootCredentials.secretAccessKey,
				ADMIN_ENDPOINT_URL: this.endpoint,
				ADMIN_REGION: this.region,
			},
		});
		if (code !== 0) throw new Error(`cannot make the user ${name}: ${lastLine(output)}`);
		return user;
	}

	/** Says what a user may do in a bucket, in place of what was said before; other users keep theirs. */
	async setBucketPolicy(Bucket: string, statements: Statement[], { accessKeyId }: Credentials): Promise<void> {
		const policies = this.policies.get(Bucket) ?? new Map<string, Statement[]>();
		this.policies.set(Bucket, policies.set(accessKeyId, statements));
		const Statement = [...policies].flatMap(([user, own]) =>
			own.map((statement) => ({ ...statement, Principal: { AWS: [user] } })),
		);
		const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
		await this.admin.send(new PutBucketPolicyCommand({ Bucket, Policy }));
	}

	/** Ends it and removes its data. */
	override async stop(): Promise<void> {
		this.admin.destroy();
		await super.stop();
	}
}

function newCredentials(name: string): Credentials {
	return { accessKeyId: `${name}-${randomBytes(4).toString("hex")}`, secretAccessKey: randomBytes(20).toString("hex") };
}
