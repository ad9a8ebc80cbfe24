import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { changed } from "../transform";
import type { FargateTransforms } from "./fargateArgs";
import type { Files } from "./files";
import type { Part } from "./part";
import { policyDocument } from "./policies";
import { executionStatements, filesStatements, taskTrustStatements } from "./rolePolicies";

/** What the roles are for. */
export interface RoleNeeds {
	clusterArn: pulumi.Output<string>;
	/** ARNs of the repositories on ECR that the images come from. */
	repositories: pulumi.Input<pulumi.Input<string>[]>;
	logGroupArn: pulumi.Output<string>;
	/** ARNs of the app's secrets. */
	secrets: pulumi.Input<string>[];
}

/** As which Fargate starts the task: it never reaches a program in the task. */
export function makeExecutionRole(part: Part<FargateTransforms>, needs: RoleNeeds) {
	const { name, here, transform } = part;
	const role = new aws.iam.Role(
		`${name}-execution`,
		changed(transform.executionRole, roleArgs(part, needs.clusterArn, "what Fargate may do to start it")),
		here,
	);
	const { repositories, logGroupArn, secrets } = needs;
	const policy = pulumi
		.all([repositories, logGroupArn, pulumi.all(secrets)])
		.apply(([from, group, read]) =>
			policyDocument(executionStatements({ repositories: from, logGroupArn: group, secrets: read })),
		);
	const granted = new aws.iam.RolePolicy(`${name}-execution-policy`, { role: role.name, policy }, here);
	return { role, grants: [granted] };
}

/** As which the programs in the task speak to AWS: the keeper to its store. */
export function makeTaskRole(part: Part<FargateTransforms>, clusterArn: pulumi.Output<string>) {
	const { name, here, transform } = part;
	return new aws.iam.Role(
		`${name}-role`,
		changed(transform.taskRole, roleArgs(part, clusterArn, "what the app and its keeper may do")),
		here,
	);
}

/** What the task's role may do: write the backup, and mount the files. */
export function grantTask(
	{ name, here }: Part<FargateTransforms>,
	role: aws.iam.Role,
	writerPolicyArn: pulumi.Input<string>,
	files: Files | undefined,
): pulumi.Resource[] {
	const attached = { role: role.name, policyArn: writerPolicyArn };
	const writer = new aws.iam.RolePolicyAttachment(`${name}-writer`, attached, here);
	if (files === undefined) return [writer];
	const policy = pulumi
		.all([files.fileSystem.arn, files.accessPoint.arn])
		.apply(([fileSystem, accessPoint]) => policyDocument(filesStatements(fileSystem, accessPoint)));
	return [writer, new aws.iam.RolePolicy(`${name}-files-policy`, { role: role.name, policy }, here)];
}

function roleArgs({ name }: Part<FargateTransforms>, clusterArn: pulumi.Output<string>, what: string) {
	const assumeRolePolicy = clusterArn.apply((arn) => policyDocument(taskTrustStatements(arn)));
	return { assumeRolePolicy, description: `Holdfast: ${name}, ${what}` };
}
