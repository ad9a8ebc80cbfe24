import * as pulumi from "@pulumi/pulumi";
import { type S3BackupBucketArgs, s3BackupBucketProblems } from "../components/aws/backupBucket";
import type { FargateAppArgs } from "../components/aws/fargateArgs";
import { fargateAppProblems } from "../components/aws/fargateRules";
import { physicalName } from "../components/names";
import { environmentProblems } from "./environment";
import { below, readConfiguration } from "./settings";

/** The configuration of a stack on AWS, with everything checked that can be before anything is touched. */
export function checkedAwsSettings() {
	const { settings, secrets, check } = readConfiguration("aws", ({ app }) => ({ "app.secrets": app.secrets }));
	const { name, app, ingress, alerts, keeper, environment } = settings;
	const region = new pulumi.Config("aws").get("region");
	const backup: S3BackupBucketArgs = settings.backup ?? {};
	const args: Omit<FargateAppArgs, "backup"> = {
		...app,
		secrets: secrets(app.secrets),
		...settings.aws,
		ingress,
		alerts,
		keeper,
	};
	const bucketName = backup.bucketName ?? physicalName([pulumi.getProject(), pulumi.getStack(), name, "backup"], 63);
	// The bucket's own names are made with it; for the rules, stand-ins do.
	const planned = { store: { url: "s3://bucket/app" }, writerPolicyArn: "arn:aws:iam::aws:policy/writer" };
	const options = [
		...fargateAppProblems({ ...args, backup: planned }, region),
		...s3BackupBucketProblems(bucketName, backup).map(below("backup")),
	];
	check(options, environmentProblems("aws", pulumi.getStack(), environment, process.env));
	return { name, args, backup, region };
}
