import type { Statement, TrustStatement } from "./policies";

/** What the execution role, as which Fargate starts the task, must reach. */
export interface ExecutionNeeds {
	/** ARNs of the repositories on ECR that the images come from. */
	repositories: string[];
	logGroupArn: string;
	/** ARNs of the app's secrets. */
	secrets: string[];
}

/** The least with which Fargate can start the task: pull its images, write its log, read its secrets. */
export function executionStatements({ repositories, logGroupArn, secrets }: ExecutionNeeds): Statement[] {
	return [
		...(repositories.length === 0
			? []
			: [
					// The login is to the account's registry as a whole: AWS knows no narrower resource for it than *.
					allow("Login", ["ecr:GetAuthorizationToken"], ["*"]),
					allow(
						"Pull",
						["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
						repositories,
					),
				]),
		// The streams of the one group: their names are made when the task starts.
		allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [`${logGroupArn}:*`]),
		...(secrets.length === 0 ? [] : [allow("Secrets", ["secretsmanager:GetSecretValue"], secrets)]),
	];
}

/** What lets the task mount the files, and them alone: through the access point that is the app's user. */
export function filesStatements(fileSystemArn: string, accessPointArn: string): Statement[] {
	return [mounting("Files", fileSystemArn, accessPointArn)];
}

/**
 * The file system's own policy. Without one, everybody who reaches it over the network may mount it; with it, only the
 * task's role, encrypted, through the access point.
 */
export function fileSystemStatements(fileSystemArn: string, accessPointArn: string, roleArn: string): Statement[] {
	return [
		{ ...mounting("TaskOnly", fileSystemArn, accessPointArn), Principal: { AWS: roleArn } },
		{
			Sid: "TlsOnly",
			Effect: "Deny",
			Principal: "*",
			Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
			Resource: [fileSystemArn],
			Condition: { Bool: { "aws:SecureTransport": "false" } },
		},
	];
}

/** Lets tasks of this account take a role, and not those of another account that names it. */
export function taskTrustStatements(clusterArn: string): TrustStatement[] {
	const [arn, partition, service, region, account = ""] = clusterArn.split(":");
	return [
		{
			Sid: "Tasks",
			Effect: "Allow",
			Principal: { Service: "ecs-tasks.amazonaws.com" },
			Action: ["sts:AssumeRole"],
			Condition: {
				// The task's own ARN is not known before it runs.
				ArnLike: { "aws:SourceArn": [arn, partition, service, region, account, "*"].join(":") },
				StringEquals: { "aws:SourceAccount": account },
			},
		},
	];
}

/** The repository on ECR that a reference names; undefined for a reference of another registry. */
export function repositoryArn(reference: string): string | undefined {
	const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/([^:@]+)/.exec(reference);
	if (found === null) return undefined;
	const [, account, region, china, repository] = found;
	return `arn:${china === undefined ? "aws" : "aws-cn"}:ecr:${region}:${account}:repository/${repository}`;
}

function mounting(Sid: string, fileSystemArn: string, accessPointArn: string): Statement {
	return {
		...allow(Sid, ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], [fileSystemArn]),
		Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn } },
	};
}

function allow(Sid: string, Action: string[], Resource: string[]): Statement {
	return { Sid, Effect: "Allow", Action, Resource };
}
