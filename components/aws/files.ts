import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { physicalName } from "../names";
import { stateful } from "../stateful";
import { changed } from "../transform";
import type { FargateTransforms } from "./fargateArgs";
import { isPlain } from "./fargateRules";
import type { Network } from "./network";
import type { Part } from "./part";
import { policyDocument } from "./policies";
import { fileSystemStatements } from "./rolePolicies";
import { VOLUMES } from "./taskDefinition";

/** A file system on EFS with the one directory that the app sees. */
export interface Files {
	fileSystem: aws.efs.FileSystem;
	accessPoint: aws.efs.AccessPoint;
}

/** Encrypted, backed up every day, kept when the stack is destroyed. Whatever guards the files goes no sooner than they. */
export function makeFiles({ name, identity, here, transform }: Part<FargateTransforms>, app: App): Files {
	const kept = stateful(here);
	const fileSystemArgs: aws.efs.FileSystemArgs = {
		// With it, AWS makes no second one for the same app.
		creationToken: physicalName(identity, 64),
		encrypted: true,
		throughputMode: "elastic",
		tags: { Name: identity.join("-") },
	};
	const fileSystem = new aws.efs.FileSystem(`${name}-files`, changed(transform.fileSystem, fileSystemArgs), kept);
	const daily = { fileSystemId: fileSystem.id, backupPolicy: { status: "ENABLED" } };
	new aws.efs.BackupPolicy(`${name}-files-backup`, daily, kept);
	// Whoever mounts it is the app's user, whatever it says of itself.
	const owner = { uid: Number(app.user), gid: Number(app.group) };
	const rootDirectory = {
		path: "/files",
		creationInfo: { ownerUid: owner.uid, ownerGid: owner.gid, permissions: "0750" },
	};
	const accessPointArgs = { fileSystemId: fileSystem.id, posixUser: owner, rootDirectory };
	return { fileSystem, accessPoint: new aws.efs.AccessPoint(`${name}-files-owner`, accessPointArgs, here) };
}

/** The ways to the files: one for each of the task's zones, and the file system's own policy. */
export function openFiles(
	{ name, here }: Part<FargateTransforms>,
	{ fileSystem, accessPoint }: Files,
	network: Network,
	securityGroup: aws.ec2.SecurityGroup,
	role: aws.iam.Role,
): pulumi.Resource[] {
	const policy = pulumi
		.all([fileSystem.arn, accessPoint.arn, role.arn])
		.apply(([files, owner, task]) => policyDocument(fileSystemStatements(files, owner, task)));
	const fileSystemId = fileSystem.id;
	return [
		...network.subnetIds.map((subnetId, index) => {
			const target = { fileSystemId, subnetId, securityGroups: [securityGroup.id] };
			return new aws.efs.MountTarget(`${name}-files-${zoneName(subnetId, index)}`, target, here);
		}),
		new aws.efs.FileSystemPolicy(`${name}-files-access`, { fileSystemId, policy }, here),
	];
}

/**
 * A file system takes one mount target a zone. Named by its place in the list, each would be replaced where the list is in
 * another order, and the new one meets the old one of that zone, which goes last: AWS refuses it. So it is named by its
 * subnet. An id that is only known later cannot name anything; the default network's are in one order.
 */
function zoneName(subnetId: pulumi.Input<string>, index: number): string {
	return isPlain(subnetId) ? subnetId : `${index + 1}`;
}

/** The files as a volume of the task: encrypted on the way, and only as the task's role. */
export function filesVolume({ fileSystem, accessPoint }: Files): aws.types.input.ecs.TaskDefinitionVolume {
	return {
		name: VOLUMES.files,
		efsVolumeConfiguration: {
			fileSystemId: fileSystem.id,
			transitEncryption: "ENABLED",
			authorizationConfig: { accessPointId: accessPoint.id, iam: "ENABLED" },
		},
	};
}
