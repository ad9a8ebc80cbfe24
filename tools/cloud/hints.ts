/** What to do about what a cloud has said, as far as that is known for sure; each hint once. */
export function hintsFor(output: string, stack: string): string[] {
	const hints = HINTS.flatMap(({ says, hint }) =>
		[...output.matchAll(new RegExp(says.source, `${says.flags.replace("g", "")}g`))].map((found) => hint(found, stack)),
	);
	return [...new Set(hints)];
}

/** Something that a cloud, its provider or a registry says. */
interface Hint {
	says: RegExp;
	hint: (found: RegExpExecArray, stack: string) => string;
}

/** The role of Google Cloud that has a permission, by how the permission begins; the more exact one first. */
const ROLES: [string, string][] = [
	["run.", "roles/run.admin"],
	["storage.", "roles/storage.admin"],
	["iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"],
	["iam.serviceAccounts.", "roles/iam.serviceAccountAdmin"],
	["iam.roles.", "roles/iam.roleAdmin"],
	["secretmanager.", "roles/secretmanager.admin"],
	["artifactregistry.repositories.uploadArtifacts", "roles/artifactregistry.writer"],
	["artifactregistry.", "roles/artifactregistry.admin"],
	["serviceusage.", "roles/serviceusage.serviceUsageAdmin"],
	["monitoring.", "roles/monitoring.editor"],
	["logging.", "roles/logging.configWriter"],
	["resourcemanager.projects.setIamPolicy", "roles/resourcemanager.projectIamAdmin"],
	["cloudkms.", "roles/cloudkms.cryptoKeyEncrypterDecrypter"],
];

function missingPermission([, permission = ""]: RegExpExecArray): string {
	// Google itself writes serviceaccounts here and serviceAccounts there.
	const isOf = (begin: string) => permission.toLowerCase().startsWith(begin.toLowerCase());
	const role = ROLES.find(([begin]) => isOf(begin))?.[1];
	const grant =
		role === undefined
			? "look up a role that has it: https://cloud.google.com/iam/docs/permissions-reference"
			: `it is in ${role}: gcloud projects add-iam-policy-binding PROJECT --member user:YOU --role ${role}`;
	return `The permission ${permission} is missing, or what it is for is not there; ${grant}`;
}

const GCP_LOGIN =
	"There are no credentials for Google Cloud: gcloud auth application-default login; in CI, GOOGLE_CREDENTIALS or workload identity federation";
const AWS_LOGIN =
	"There are no credentials for AWS that can be used: aws sso login (or aws configure), and AWS_PROFILE; in CI, a role by OIDC";

function takenByAnother(_: RegExpExecArray, stack: string): string {
	return `Somebody else has a bucket of that name: give backup.bucketName another one in the configuration of ${stack}`;
}

function importBucket(type: string) {
	return (_: RegExpExecArray, stack: string) =>
		`The bucket is there already and is yours, as after npm run down or a lost state. It is not replaced; take it in: ${importing(type, "NAME-bucket BUCKET", "backup", stack)}, or give backup.bucketName another name to begin without its data`;
}

function importSecret(type: string, id: string) {
	return (_: RegExpExecArray, stack: string) =>
		`The secret is there already, as after npm run down or an update that was cut off. Take it in: ${importing(type, `NAME-secret-VARIABLE ${id}`, "app", stack)}`;
}

/** Without its parent, it would be another resource to the program, which would make its own beside it. */
function importing(type: string, what: string, component: string, stack: string): string {
	return `npm run pulumi -- import ${type} ${what} --parent 'component=URN of the ${component} component' --stack ${stack} (npm run pulumi -- stack --show-urns --stack ${stack} prints the URN)`;
}

const HINTS: Hint[] = [
	{ says: /Permission ['"]([\w.]+)['"] (?:is )?denied/, hint: missingPermission },
	{ says: /does not have ([\w]+\.[\w.]+) access/, hint: missingPermission },
	{ says: /Required ["']([\w.]+)["'] permission/, hint: missingPermission },
	{
		says: /apis\/api\/([\w.-]+)\/overview\?project=([\w:-]+)/,
		hint: ([, api, project]) =>
			`The API is not enabled in the project: gcloud services enable ${api} --project ${project}; then wait some minutes, and npm run up again`,
	},
	{ says: /could not find default credentials|invalid_grant|oauth2: "invalid_rapt"/, hint: () => GCP_LOGIN },
	{ says: /Error 409: The requested bucket name is not available/, hint: takenByAnother },
	{
		says: /Error 409: Your previous request to create the named bucket succeeded/,
		hint: importBucket("gcp:storage/bucket:Bucket"),
	},
	{
		says: /Error 409: Secret \[/,
		hint: importSecret("gcp:secretmanager/secret:Secret", "projects/PROJECT/secrets/SECRET"),
	},
	{
		says: /Error 409: (?:Service account|Resource) .*already exists|alreadyExists/,
		hint: (_, stack) =>
			`Something of that name is there already, as after an update that was cut off: npm run up again where it is from another try of ${stack}, or take it in: npm run pulumi -- import TYPE NAME ID --parent 'component=URN of its component' --stack ${stack}`,
	},
	{
		says: /is not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?/,
		hint: ([, action, resource]) =>
			`The permission ${action}${resource === undefined ? "" : ` on ${resource.replace(/[.,;]$/, "")}`} is missing: add it to a policy of the user or role that runs this (aws sts get-caller-identity says which)`,
	},
	{
		says: /No valid credential sources found|no EC2 IMDS role found|NoCredentialProviders|Unable to locate credentials/i,
		hint: () => AWS_LOGIN,
	},
	{
		says: /ExpiredToken|security token included in the request is expired/,
		hint: () => "The credentials of AWS have expired: aws sso login, or ask for new ones; then the same command again",
	},
	{
		says: /AWS account ID not allowed: (\d+)/i,
		hint: ([, account]) =>
			`The credentials are for the account ${account}, which aws:allowedAccountIds does not name: set AWS_PROFILE to the right one, or correct the configuration`,
	},
	{ says: /\bBucketAlreadyExists\b/, hint: takenByAnother },
	{ says: /\bBucketAlreadyOwnedByYou\b/, hint: importBucket("aws:s3/bucket:Bucket") },
	{
		says: /scheduled for deletion/,
		hint: (_, stack) =>
			`A secret of that name waits for its deletion: aws secretsmanager restore-secret --secret-id NAME, then ${importing("aws:secretsmanager/secret:Secret", "NAME-secret-VARIABLE ARN", "app", stack)}`,
	},
	{
		says: /ResourceExistsException: .*\bsecret\b/,
		hint: importSecret("aws:secretsmanager/secret:Secret", "ARN"),
	},
	{
		says: /FileSystemAlreadyExists/,
		hint: (_, stack) =>
			`The file system is there already, as after npm run down or an update that was cut off. Take it in: ${importing("aws:efs/fileSystem:FileSystem", "NAME-files ID", "app", stack)}`,
	},
	{
		says: /no basic auth credentials|authorization token has expired/i,
		hint: () =>
			"Docker is not logged in to ECR: aws ecr get-login-password --region REGION | docker login --username AWS --password-stdin ACCOUNT.dkr.ecr.REGION.amazonaws.com",
	},
	{
		says: /Unauthenticated request|gcloud\.auth\.docker-helper|(?:pkg\.dev|gcr\.io).*(?:unauthorized|authentication required)/i,
		hint: () => "Docker is not logged in to Artifact Registry: gcloud auth configure-docker REGION-docker.pkg.dev",
	},
	{
		says: /without setting deletion_?protection|deletion_?protection is (?:set to true|enabled)|deletion protection is enabled/i,
		hint: (_, stack) =>
			`protectApp keeps it from being deleted: set it to false in the configuration, npm run up -- ${stack}, then the same command again`,
	},
];
