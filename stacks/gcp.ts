import { GcsBackupBucket } from "../components/gcp/backupBucket";
import { CloudRunApp } from "../components/gcp/cloudRunApp";
import { checkedGcpSettings } from "./gcpSettings";

/** The app on Cloud Run, with its backup in a bucket beside it. */
export async function program() {
	const { name, args, backup } = checkedGcpSettings();
	const bucket = new GcsBackupBucket(name, backup);
	const app = new CloudRunApp(name, { ...args, backup: bucket });
	return {
		url: app.url,
		service: app.service,
		location: args.location,
		image: app.image,
		keeperImage: app.keeperImage,
		backup: bucket.store.url,
		restoresAs: bucket.restorerEmail,
	};
}
