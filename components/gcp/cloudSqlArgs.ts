import type * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Change } from "../transform";

/** Versions of PostgreSQL that a {@link CloudSqlPostgresArgs} can ask for, the oldest first. */
export const POSTGRES_VERSIONS = ["POSTGRES_15", "POSTGRES_16", "POSTGRES_17", "POSTGRES_18"] as const;

/** What a `CloudSqlPostgres` needs to know. */
export interface CloudSqlPostgresArgs {
	/** The region in which it runs, such as `asia-southeast1`: the app's. It cannot be changed afterwards. */
	location: string;
	/** A newer one is an upgrade in place, for which Google stops the server for minutes. @default "POSTGRES_18" */
	version?: (typeof POSTGRES_VERSIONS)[number];
	/**
	 * The machine: `db-f1-micro` or `db-g1-small`, which share a core and have no service level, or
	 * `db-custom-CORES-MEMORY` with the memory in MiB. @default "db-custom-1-3840"
	 */
	tier?: string;
	/** `regional`: a second machine in another zone takes over when one is lost, for twice the price. @default "zonal" */
	availability?: "zonal" | "regional";
	/** Size of the disk to begin with, in GB, from 10. It grows by itself, and never shrinks. @default 10 */
	diskGB?: number;
	/** How far the disk grows by itself, in GB. At the limit, writes fail. @default 100 */
	mostDiskGB?: number;
	/** How many daily backups are kept, 1 to 365. @default 14 */
	backupsKept?: number;
	/** Days for which every moment can be restored, 1 to 7. @default 7 */
	recoveryDays?: number;
	/** Name of the database, and of its user. @default - the component's name */
	databaseName?: string;
	/**
	 * Name of the instance in its project. Google keeps the name of a deleted one from being used again for a week.
	 * @default - project, stack and name
	 */
	instanceName?: string;
	/** Settings of the server, such as `{ max_connections: "50" }`. @default - Google's */
	flags?: Record<string, string>;
	/** Lets nobody delete the instance, neither by Pulumi nor in the console. @default true */
	protectDatabase?: boolean;
	/** Labels of the instance. @default - none */
	labels?: Record<string, pulumi.Input<string>>;
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: {
		instance?: Change<gcp.sql.DatabaseInstanceArgs>;
		database?: Change<gcp.sql.DatabaseArgs>;
		user?: Change<gcp.sql.UserArgs>;
		/** Each of the two secrets: the password, and the URL. */
		secret?: Change<gcp.secretmanager.SecretArgs>;
	};
}
