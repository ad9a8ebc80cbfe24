import type * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { InstanceAppArgs, InstanceBackup } from "../instance";
import type { Database, MoveArgs } from "../postgres";
import type { Change } from "../transform";
import type { SecretReference } from "./cloudRunContainers";

/** What a {@link CloudRunApp} needs to know. */
export interface CloudRunAppArgs extends InstanceAppArgs {
	/** The region in which it runs, such as `asia-southeast1`; not a zone. It cannot be changed afterwards. */
	location: string;
	/** Where the replica is; a `GcsBackupBucket` fits. The service runs as its writer. */
	backup: CloudRunBackup;
	/**
	 * `to-zero`: it stops some minutes after the last request, and has a processor only while it answers one. Background
	 * work of the app does not run in between. `always-on`: one instance runs at all times, with its processor.
	 * @default "to-zero"
	 */
	scale?: "to-zero" | "always-on";
	/** The disk of an instance. It goes with the instance: the data is restored from the backup at each start. */
	disk?: CloudRunDiskArgs;
	/**
	 * Name under which everybody reaches the app by HTTPS, such as `notes.example.com`. Google must know that it is yours
	 * (`gcloud domains verify`), and its DNS must lead to `ghs.googlehosted.com`. Not offered in every region.
	 * @default - only the service's own address
	 */
	domain?: string;
	/**
	 * Where the app has its data. With `postgres`, the update moves it there first, verified, and the service is the app's
	 * container alone; door, acknowledge, disk, keeper and initialData rest. @default "sqlite"
	 */
	database?: Database;
	/** The server to move to, a `CloudSqlPostgres` fits. While `database` is sqlite, each update rehearses the move. @default - none */
	postgres?: CloudRunPostgres;
	/** What a person decides about the move. @default {} */
	move?: CloudRunMoveArgs;
	/** Lets nobody delete the service, neither by Pulumi nor in the console; for prod. @default false */
	protectApp?: boolean;
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: {
		service?: Change<gcp.cloudrunv2.ServiceArgs>;
		/** The repository for images that are built here. */
		images?: Change<gcp.artifactregistry.RepositoryArgs>;
		/** Each secret. */
		secret?: Change<gcp.secretmanager.SecretArgs>;
		/** Each alert policy. */
		alertPolicy?: Change<gcp.monitoring.AlertPolicyArgs>;
		domainMapping?: Change<gcp.cloudrun.DomainMappingArgs>;
		/** Each of the jobs that move the data. */
		job?: Change<gcp.cloudrunv2.JobArgs>;
	};
}

/** The backup, and as whom it is written. */
export interface CloudRunBackup extends InstanceBackup {
	/** E-mail of the service account that may write the replica. The service runs as it. */
	writerEmail: pulumi.Input<string>;
	/** Where the bucket is, to find out early that it is far from the app. @default - not compared */
	location?: string;
}

/** The server, and by which secret it is reached. */
export interface CloudRunPostgres {
	/** Name of the instance in its project. */
	instance: pulumi.Input<string>;
	/** Its project. */
	project: pulumi.Input<string>;
	/** Where it is, to find out early that it is far from the app. @default - not compared */
	location?: string;
	/** `PROJECT:REGION:INSTANCE`. */
	connectionName: pulumi.Input<string>;
	/** Name of the database. */
	database: pulumi.Input<string>;
	/** The secret that holds its URL, `postgresql://…`. */
	url: SecretReference;
	/** The URL of another database of the server, or with another scheme. */
	urlOf(database: pulumi.Input<string>, scheme?: string): pulumi.Output<string>;
}

/** What a person decides about a move on Cloud Run. */
export interface CloudRunMoveArgs extends MoveArgs {
	/**
	 * Raised by one, runs the jobs of the move once more although nothing else has changed, such as after a failure that was
	 * not the app's. @default 1
	 */
	attempt?: number;
}

/** The disk of an instance. */
export interface CloudRunDiskArgs {
	/**
	 * Room for the data in MiB, from 64: for the database, its write-ahead log, and what Litestream keeps of the last minutes.
	 * The keeper has as much again, and a tenth, for drills. In memory, both containers' memory has room for it, because
	 * whoever writes a page pays for it.
	 * @default 512; 4096 on a disk
	 */
	sizeMiB?: number;
	/**
	 * `memory`: fast, generally available, and paid as memory. `disk`: a disk of the instance (ext4), for larger databases.
	 * Google offers it as a preview, up to 10 GB in all without a higher quota (2026-11). @default "memory"
	 */
	medium?: "memory" | "disk";
}
