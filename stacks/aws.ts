import * as pulumi from "@pulumi/pulumi";
import { S3BackupBucket } from "../components/aws/backupBucket";
import { FargateApp } from "../components/aws/fargateApp";
import { logGroupName } from "../components/aws/service";
import { checkedAwsSettings } from "./awsSettings";

/** The app on Fargate, with its backup in a bucket beside it. */
export async function program() {
	const { name, args, backup, region } = checkedAwsSettings();
	const bucket = new S3BackupBucket(name, backup);
	const app = new FargateApp(name, { ...args, backup: bucket });
	return {
		url: app.url,
		cluster: app.cluster,
		service: app.service,
		region,
		image: app.image,
		keeperImage: app.keeperImage,
		loadBalancer: app.loadBalancer,
		backup: bucket.store.url,
		log: `aws logs tail ${logGroupName([pulumi.getProject(), pulumi.getStack(), name])} --follow --region ${region}`,
	};
}
