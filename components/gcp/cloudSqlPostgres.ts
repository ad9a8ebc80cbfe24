import { randomBytes } from "node:crypto";
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";
import { stateful } from "../stateful";
import { changed } from "../transform";
import { throwProblems } from "../validate";
import type { SecretReference } from "./cloudRunContainers";
import type { CloudSqlPostgresArgs } from "./cloudSqlArgs";
import {
	cloudSqlPostgresProblems,
	DISK_GB,
	databaseName,
	instanceName,
	MOST_DISK_GB,
	socketDirectory,
} from "./cloudSqlRules";

/** Days for which the last backup of a deleted instance is kept. */
const FINAL_BACKUP_DAYS = 30;
const PASSWORD_BYTES = 24;

/**
 * A PostgreSQL server of Cloud SQL with one database and its user, for an app that has outgrown SQLite. Cloud Run reaches
 * it by the connector's socket; nobody else reaches it without that role and the password.
 *
 * @example
 * const postgres = new CloudSqlPostgres("notes", { location: "asia-southeast1" });
 * const app = new CloudRunApp("notes", { ...args, backup, postgres });                       // rehearses the move
 * const app = new CloudRunApp("notes", { ...args, backup, postgres, database: "postgres" }); // moves
 *
 * Private by connectors alone: the socket that Cloud Run mounts leads to the instance's public address, unless all of the
 * service's traffic goes through a network of your own. So the instance has such an address, but no authorized network,
 * and `connectorEnforcement` refuses every connection that does not come through a connector, which asks for the role
 * Cloud SQL Client and a certificate of the hour. Its certificate is one that Cloud Run's socket knows
 * (`GOOGLE_MANAGED_INTERNAL_CA`). Where a policy forbids public addresses (`sql.restrictPublicIp`): in
 * `transform.instance`, set `privateNetwork` and `ipv4Enabled: false`, and in the app's `transform.service`, `vpcAccess`.
 *
 * The password is made once, on this machine, and lies in Secret Manager and, encrypted, in the state. The instance is
 * protected three times: from Pulumi (`protect`), from the provider and from the console (`deletionProtection`, twice). A
 * `destroy` leaves it, its database, its user and both secrets; the next stack adopts them: `pulumi import
 * gcp:sql/databaseInstance:DatabaseInstance <name>-instance projects/<project>/instances/<instance> --parent
 * "component=<urn>"`, and so on. An instance that is deleted all the same leaves its backups, and one more for 30 days.
 *
 * Who deploys needs Cloud SQL Admin, Secret Manager Admin and Service Usage Admin in the project, and for the grant to the
 * app Project IAM Admin.
 *
 * Permissions: it grants none; a `CloudRunApp` that uses it says which it gets.
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost, Enterprise edition in us-central1, 2026-11-22: the default machine $49.31 a month (a core is $0.0413 and a GB of
 * memory $0.007 an hour, https://www.usage.ai/blogs/gcp/cloud-sql/pricing/, May 2026; 730 hours), twice that with
 * `availability: "regional"`; the disk, backups and the machines that share a core: https://cloud.google.com/sql/pricing.
 */
export class CloudSqlPostgres extends pulumi.ComponentResource {
	/** Name of the instance in its project. */
	readonly instance: pulumi.Output<string>;
	/** Its project. */
	readonly project: pulumi.Output<string>;
	/** Where it is, as it was given. */
	readonly location: string;
	/** `PROJECT:REGION:INSTANCE`, as Cloud Run mounts it. */
	readonly connectionName: pulumi.Output<string>;
	/** Name of the database, and of its user. */
	readonly database: pulumi.Output<string>;
	/** The secret that holds the whole URL, `postgresql://…`. */
	readonly url: SecretReference;
	/** The URL for an app with a scheme of its own, or of another database. It is a secret. */
	readonly urlOf: (database: pulumi.Input<string>, scheme?: string) => pulumi.Output<string>;

	constructor(name: string, args: CloudSqlPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:gcp:CloudSqlPostgres", name, {}, opts);
		throwProblems(`CloudSqlPostgres ${name}`, cloudSqlPostgresProblems(name, args));
		const { location, transform = {} } = args;
		const here = { parent: this };
		const isProtected = args.protectDatabase ?? true;
		const own = databaseName(name, args);
		let secrets: pulumi.CustomResourceOptions | undefined;

		const instance = makeInstance();
		const database = makeDatabase();
		const password = secretValue("password", pulumi.secret(randomBytes(PASSWORD_BYTES).toString("base64url")), true);
		const user = makeUser();
		const socket = instance.connectionName.apply(socketDirectory);
		this.urlOf = (of, scheme = "postgresql") =>
			pulumi.secret(pulumi.interpolate`${scheme}://${user.name}:${password.version.secretData}@/${of}?host=${socket}`);
		const url = secretValue("url", this.urlOf(database.name));

		this.instance = instance.name;
		this.project = instance.project;
		this.location = location;
		this.connectionName = instance.connectionName;
		this.database = database.name;
		this.url = { secret: url.secret.secretId, version: url.version.version };
		this.registerOutputs({
			instance: this.instance,
			connectionName: this.connectionName,
			database: this.database,
			url: this.url,
		});

		/** Options for what needs an API. It stays on: others in the project may need it. */
		function after(api: string): pulumi.CustomResourceOptions {
			const on = { service: `${api}.googleapis.com`, disableOnDestroy: false };
			return { ...here, dependsOn: [new gcp.projects.Service(`${name}-api-${api}`, on, here)] };
		}

		function makeInstance() {
			const instanceArgs: gcp.sql.DatabaseInstanceArgs = {
				name: instanceName(name, args),
				region: location,
				databaseVersion: args.version ?? "POSTGRES_18",
				deletionProtection: isProtected,
				settings: {
					edition: "ENTERPRISE",
					tier: args.tier ?? "db-custom-1-3840",
					availabilityType: (args.availability ?? "zonal").toUpperCase(),
					diskType: "PD_SSD",
					diskSize: args.diskGB ?? DISK_GB,
					diskAutoresize: true,
					diskAutoresizeLimit: args.mostDiskGB ?? MOST_DISK_GB,
					ipConfiguration: {
						ipv4Enabled: true,
						sslMode: "ENCRYPTED_ONLY",
						serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA",
					},
					connectorEnforcement: "REQUIRED",
					backupConfiguration: {
						enabled: true,
						pointInTimeRecoveryEnabled: true,
						transactionLogRetentionDays: args.recoveryDays ?? 7,
						backupRetentionSettings: { retainedBackups: args.backupsKept ?? 14, retentionUnit: "COUNT" },
					},
					finalBackupConfig: { enabled: true, retentionDays: FINAL_BACKUP_DAYS },
					retainBackupsOnDelete: true,
					deletionProtectionEnabled: isProtected,
					databaseFlags: Object.entries(args.flags ?? {}).map(([flag, value]) => ({ name: flag, value })),
					userLabels: args.labels,
				},
			};
			return new gcp.sql.DatabaseInstance(`${name}-instance`, changed(transform.instance, instanceArgs), {
				...stateful(after("sqladmin")),
				// It grows by itself: the size that we began with would be a step back, and a disk does not shrink.
				ignoreChanges: ["settings.diskSize"],
			});
		}

		function makeDatabase() {
			// Whose tables a user owns, the API cannot delete it; and of the database, nothing must.
			const databaseArgs: gcp.sql.DatabaseArgs = { name: own, instance: instance.name, deletionPolicy: "ABANDON" };
			return new gcp.sql.Database(`${name}-database`, changed(transform.database, databaseArgs), stateful(here));
		}

		function makeUser() {
			const userArgs: gcp.sql.UserArgs = {
				name: own,
				instance: instance.name,
				password: password.version.secretData.apply((value) => value ?? ""),
				deletionPolicy: "ABANDON",
			};
			return new gcp.sql.User(`${name}-user`, changed(transform.user, userArgs), stateful(here));
		}

		/** @param isOnce whether the first value stays: each run of the program makes another one */
		function secretValue(kind: "password" | "url", value: pulumi.Output<string>, isOnce = false) {
			secrets ??= after("secretmanager");
			const secretArgs: gcp.secretmanager.SecretArgs = {
				secretId: physicalName([pulumi.getProject(), pulumi.getStack(), name, "postgres", kind], 255),
				replication: { auto: {} },
			};
			const secret = new gcp.secretmanager.Secret(
				`${name}-${kind}`,
				changed(transform.secret, secretArgs),
				stateful(secrets),
			);
			const version = new gcp.secretmanager.SecretVersion(
				`${name}-${kind}-value`,
				{ secret: secret.id, secretData: value },
				{ ...here, retainOnDelete: true, ...(isOnce && { ignoreChanges: ["secretData"] }) },
			);
			return { secret, version };
		}
	}
}
