import * as pulumi from "@pulumi/pulumi";
import { type GcsBackupBucketArgs, gcsBackupBucketProblems } from "../components/gcp/backupBucket";
import type { CloudRunAppArgs, CloudRunPostgres } from "../components/gcp/cloudRunArgs";
import { cloudRunAppProblems } from "../components/gcp/cloudRunRules";
import type { CloudSqlPostgresArgs } from "../components/gcp/cloudSqlArgs";
import { cloudSqlPostgresProblems } from "../components/gcp/cloudSqlRules";
import { physicalName } from "../components/names";
import type { Problem } from "../components/validate";
import { environmentProblems } from "./environment";
import { asMoveSetting, moveSettings } from "./moveSettings";
import { below, readConfiguration } from "./settings";

/** The server, which is made with it; for the rules, what it is called does not matter. */
const PLANNED: CloudRunPostgres = {
	instance: "postgres",
	project: "project",
	connectionName: "project:region:postgres",
	database: "postgres",
	url: { secret: "url", version: "1" },
	urlOf: () => pulumi.output(""),
};

/** The configuration of a stack on Google Cloud, with everything checked that can be before anything is touched. */
export function checkedGcpSettings() {
	const { settings, secrets, check } = readConfiguration("gcp", ({ app }) => ({ "app.secrets": app.secrets }));
	const { name, app, ingress, alerts, keeper, environment, database } = settings;
	const moving = moveSettings(settings);
	// Where nothing is said, it is empty: what is missing is then said by the rules.
	const location = new pulumi.Config("gcp").get("region") ?? "";
	const backup: GcsBackupBucketArgs = { location, ...settings.backup };
	const postgres: CloudSqlPostgresArgs | undefined = moving && { location, ...moving.server };
	const args: Omit<CloudRunAppArgs, "backup" | "postgres"> = {
		...app,
		secrets: secrets(app.secrets),
		...settings.gcp,
		location,
		ingress,
		alerts,
		keeper,
		database,
		move: moving?.move,
	};
	const identity = [pulumi.getProject(), pulumi.getStack(), name];
	// The bucket's own names are made with it; for the rules, stand-ins do.
	const planned = { store: { url: "gs://bucket/app" }, writerEmail: "writer", location: backup.location };
	const options = [
		...cloudRunAppProblems(name, { ...args, backup: planned, postgres: moving && PLANNED })
			.map(asMoveSetting)
			.map(asRegion),
		...gcsBackupBucketProblems(backup.bucketName ?? physicalName([...identity, "backup"], 63), backup, { location })
			// The region is checked once, above.
			.filter(({ propertyPath }) => propertyPath !== "location" || settings.backup?.location !== undefined)
			.map(below("backup")),
	];
	const ofServer = postgres === undefined ? [] : cloudSqlPostgresProblems(name, postgres);
	// The region is checked once, above.
	const own = ofServer.filter(({ propertyPath }) => propertyPath !== "location").map(below("postgres"));
	check(options, [...own, ...environmentProblems("gcp", pulumi.getStack(), environment, process.env)]);
	return { name, args, backup, postgres, project: new pulumi.Config("gcp").get("project") };
}

/** The component's location is the region of the provider's own configuration. */
function asRegion({ propertyPath, reason }: Problem): Problem {
	if (propertyPath !== "location") return { propertyPath, reason };
	return { propertyPath: "gcp:region", reason: `${reason}; npm run pulumi -- config set gcp:region REGION` };
}
