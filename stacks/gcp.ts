import * as pulumi from "@pulumi/pulumi";
import { GcsBackupBucket } from "../components/gcp/backupBucket";
import { CloudRunApp } from "../components/gcp/cloudRunApp";
import { checkedGcpSettings } from "./gcpSettings";

/** The app on Cloud Run, with its backup in a bucket beside it. */
export async function program() {
	const { name, args, backup, project } = checkedGcpSettings();
	const bucket = new GcsBackupBucket(name, backup);
	const app = new CloudRunApp(name, { ...args, backup: bucket });
	return {
		url: app.url,
		service: app.service,
		location: args.location,
		image: app.image,
		keeperImage: app.keeperImage,
		backup: bucket.store.url,
		log: pulumi.interpolate`gcloud run services logs read ${app.service} --region ${args.location} --project ${project}`,
		restoresAs: bucket.restorerEmail,
	};
}
