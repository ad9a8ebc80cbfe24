import * as pulumi from "@pulumi/pulumi";
import { GcsBackupBucket } from "../components/gcp/backupBucket";
import { CloudRunApp } from "../components/gcp/cloudRunApp";
import { CloudSqlPostgres } from "../components/gcp/cloudSqlPostgres";
import { checkedGcpSettings } from "./gcpSettings";

/** The app on Cloud Run, with its backup in a bucket beside it. */
export async function program() {
	const { name, args, backup, postgres: server, project } = checkedGcpSettings();
	const bucket = new GcsBackupBucket(name, backup);
	const postgres = server && new CloudSqlPostgres(name, server);
	const app = new CloudRunApp(name, { ...args, backup: bucket, postgres });
	return {
		url: app.url,
		service: app.service,
		location: args.location,
		image: app.image,
		keeperImage: app.keeperImage,
		backup: bucket.store.url,
		log: pulumi.interpolate`gcloud run services logs read ${app.service} --region ${args.location} --project ${project}`,
		restoresAs: bucket.restorerEmail,
		...(postgres !== undefined && { database: args.database ?? "sqlite", postgres: postgres.connectionName }),
	};
}
