import { describe, expect, it } from "vitest";
import { hintsFor } from "../../tools/cloud/hints";

/** What clouds, providers and registries have said to people, as they reported it (with where); names are changed. */
const SAID: [string, string, string[]][] = [
	[
		"an API that is off (GoogleCloudPlatform/emblem #757)",
		"googleapi: Error 403: Cloud Run Admin API has not been used in project 157914570064 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/run.googleapis.com/overview?project=157914570064 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
		["gcloud services enable run.googleapis.com --project 157914570064"],
	],
	[
		"a permission (google-github-actions/deploy-cloudrun #427)",
		"PERMISSION_DENIED: Permission 'run.services.get' denied on resource 'namespaces/p/services/notes' (or resource may not exist).",
		["run.services.get is missing", "roles/run.admin"],
	],
	[
		"acting as a service account (cloud-run-release-manager #81)",
		"googleapi: Error 403: Permission 'iam.serviceaccounts.actAs' denied on service account 233694408259-compute@developer.gserviceaccount.com (or it may not exist)., forbidden",
		["roles/iam.serviceAccountUser"],
	],
	[
		"a push without a login (GoogleCloudPlatform/generative-ai #693)",
		'Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.uploadArtifacts" on resource "projects/xxx/locations/us-central1/repositories/notes" (or it may not exist)',
		["gcloud auth configure-docker"],
	],
	[
		"a service under protection (nozomi-koborinai/terradart #54)",
		"Error: cannot destroy service without setting deletion_protection=false and running terraform apply",
		["protectApp"],
	],
	[
		"a push without a login (aws/aws-cli #3042)",
		"The push refers to a repository [123456789012.dkr.ecr.us-east-1.amazonaws.com/notes]\nno basic auth credentials",
		["aws ecr get-login-password"],
	],
	[
		"another account (hashicorp/terraform-provider-aws #32352)",
		"Error: AWS account ID not allowed: 123456789012",
		["the account 123456789012", "aws:allowedAccountIds"],
	],
	[
		"access to a bucket, said twice (pulumi/pulumi #16635)",
		"googleapi: Error 403: sa@example.iam.gserviceaccount.com does not have storage.objects.list access to the Google Cloud Storage bucket. Permission 'storage.objects.list' denied on resource (or it may not exist)., forbidden",
		["roles/storage.admin"],
	],
	[
		"no credentials (pulumi/pulumi #3482)",
		"error: google: could not find default credentials. See https://developers.google.com/accounts/docs/application-default-credentials for more information.",
		["gcloud auth application-default login"],
	],
	[
		"a name that is taken (mlops-with-vertex-ai #26)",
		"googleapi: Error 409: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again., conflict",
		["backup.bucketName"],
	],
	[
		"a bucket of one's own (gitpod-io/gitpod #15578)",
		"googleapi: Error 409: Your previous request to create the named bucket succeeded and you already own it., conflict",
		["import gcp:storage/bucket:Bucket", "--parent 'component="],
	],
	[
		"a secret of one's own (as its API puts it)",
		"Error creating Secret: googleapi: Error 409: Secret [projects/123456789012/secrets/notes] already exists.",
		["import gcp:secretmanager/secret:Secret", "--parent 'component="],
	],
	[
		"an action (serverless-components/backend #10)",
		"AccessDenied: User: arn:aws:sts::123456789012:assumed-role/deploy is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/notes because no identity-based policy allows the iam:CreateRole action",
		["iam:CreateRole on arn:aws:iam::123456789012:role/notes is missing"],
	],
	[
		"no credentials (pulumi/pulumi-aws #2285)",
		"Details: No valid credential sources found. Please see https://www.pulumi.com/registry/packages/aws/installation-configuration/\n    Error: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled",
		["aws sso login"],
	],
	[
		"no credentials for the key of the secrets (seen with pulumi 3.200.0)",
		"error: secrets (code=Unknown): NoCredentialProviders: no valid providers in chain. Deprecated.",
		["aws sso login"],
	],
	[
		"a name that is taken (cloudposse/terraform-aws-tfstate-backend #54)",
		"Error creating S3 bucket: BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again",
		["backup.bucketName"],
	],
	[
		"a load balancer under protection (as its API puts it)",
		"OperationNotPermitted: Load balancer 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188' cannot be deleted because deletion protection is enabled",
		["protectApp"],
	],
	[
		"a bucket of one's own (the same)",
		"creating S3 Bucket (notes): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 08J2B14W7G3ZB0D0, HostID: CegK=, BucketAlreadyOwnedByYou:",
		["import aws:s3/bucket:Bucket", "--parent 'component="],
	],
	[
		"a secret of one's own (as its API puts it)",
		"creating Secrets Manager Secret (notes/ADMIN_KEY): operation error Secrets Manager: CreateSecret, https response error StatusCode: 400, ResourceExistsException: The operation failed because the secret notes/ADMIN_KEY already exists.",
		["import aws:secretsmanager/secret:Secret", "--parent 'component="],
	],
	[
		"files of one's own (hashicorp/nomad #7352)",
		"Error creating EFS file system: FileSystemAlreadyExists: File system 'fs-xxxx' already exists with creation token 'notes'",
		["import aws:efs/fileSystem:FileSystem", "--parent 'component="],
	],
];

describe("hintsFor", () => {
	it.each(SAID)("%s", (_, output, words) => {
		const hints = hintsFor(output, "prod");
		expect(hints).toHaveLength(1);
		for (const word of words) expect(hints[0]).toContain(word);
	});

	it("says each thing once, and nothing of what it does not know", () => {
		const [, said] = SAID[1] ?? [];
		expect(hintsFor(`${said}\n${said}`, "prod")).toHaveLength(1);
		expect(hintsFor("error: something else went wrong, 403", "prod")).toEqual([]);
		// What a preview shows is no error.
		expect(hintsFor('"enableDeletionProtection": true, "deletionProtection": false', "prod")).toEqual([]);
	});

	it("names no role for a permission of which it knows none", () => {
		const [hint] = hintsFor("Permission 'spanner.databases.create' denied on resource", "prod");
		expect(hint).toContain("permissions-reference");
		expect(hint).not.toContain("roles/");
	});
});
