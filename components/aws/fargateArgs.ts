import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { InstanceAppArgs, InstanceBackup } from "../instance";
import type { Change } from "../transform";
import type { FargateSize } from "./fargateSizes";

/** What a {@link FargateApp} needs to know. */
export interface FargateAppArgs extends InstanceAppArgs {
	/** Where the data is replicated to, write by write: an `S3BackupBucket`, or a store and the policy that lets a keeper use it. */
	backup: InstanceBackup & {
		/** ARN of the policy that the task's role gets. */
		writerPolicyArn: pulumi.Input<string>;
	};
	/** CPU units and memory of the task: the app's and the keeper's together. @default { cpu: 512, memoryMiB: 1024 } */
	size?: FargateSize;
	/** What the processor of the task is. Images are built for the machine that builds them. @default "X86_64" */
	architecture?: "X86_64" | "ARM64";
	/**
	 * Disk of the task in GiB, 21 to 200. It holds the database, the room for a drill (a second copy of it) and the images.
	 * @default 21
	 */
	diskGiB?: number;
	/**
	 * Seconds that a start may take until the data is in place, 60 to 3300: for a large database, its size divided by what
	 * the restore does in a second (56 to 98 MB measured on 2 cores on 2026-11-22; a smaller task is slower). Up to 350,
	 * a keeper that is ready is seen within 5 s; above, within a tenth of what is more than 300. @default 350
	 */
	restoreSeconds?: number;
	/** The network. @default - the default VPC and the first two of its subnets, with public addresses */
	network?: NetworkArgs;
	/**
	 * ARN of the certificate of AWS Certificate Manager with which the load balancer speaks HTTPS; plain HTTP then is
	 * redirected. Without it, everybody on the way can read and change what users send: only for a trial, or a VPC that
	 * is trusted. @default - none: plain HTTP
	 */
	certificateArn?: pulumi.Input<string>;
	/** The name for which the certificate is, for `url`. Its DNS record, to the load balancer, is yours to make. @default - none */
	domain?: string;
	/**
	 * A directory on EFS for files that are not the database, kept when the stack is destroyed. Never for the database: EFS
	 * is NFS, on which SQLite's WAL mode and Litestream do not work. @default - none
	 */
	files?: FilesArgs;
	/** Days for which the log is kept; one of CloudWatch's own steps. @default 30 */
	logRetentionDays?: number;
	/** Whether the load balancer refuses to be deleted, in the console too. @default false */
	protectApp?: boolean;
	/** Changes the arguments of a child before it is made. @default - none */
	transform?: FargateTransforms;
}

/** A network of the user's. */
export interface NetworkArgs {
	/** Id of the VPC. */
	vpcId: pulumi.Input<string>;
	/** Ids of the subnets of the task; from them, S3, ECR, CloudWatch Logs and Secrets Manager must be reached. */
	subnetIds: pulumi.Input<string>[];
	/** Ids of the subnets of the load balancer, in two zones or more. @default - `subnetIds` */
	loadBalancerSubnetIds?: pulumi.Input<string>[];
	/**
	 * Whether the task gets a public address, which it needs in a subnet without a NAT gateway or endpoints. Nobody reaches
	 * it there: its security group lets the load balancer in, and nobody else.
	 * @default - true with `ingress: "public"` and no `loadBalancerSubnetIds`, for such subnets are public
	 */
	publicAddress?: boolean;
}

/** Files beside the database. */
export interface FilesArgs {
	/** Absolute path at which the directory is mounted in the app's container. */
	mountPath: string;
}

/** Changes of a {@link FargateApp}'s children. */
export interface FargateTransforms {
	cluster?: Change<aws.ecs.ClusterArgs>;
	taskDefinition?: Change<aws.ecs.TaskDefinitionArgs>;
	service?: Change<aws.ecs.ServiceArgs>;
	/** A longer `idleTimeout` needs `HOLDFAST_DOOR_IDLE_SECONDS` of the keeper's container to be longer still. */
	loadBalancer?: Change<aws.lb.LoadBalancerArgs>;
	targetGroup?: Change<aws.lb.TargetGroupArgs>;
	listener?: Change<aws.lb.ListenerArgs>;
	logGroup?: Change<aws.cloudwatch.LogGroupArgs>;
	repository?: Change<aws.ecr.RepositoryArgs>;
	executionRole?: Change<aws.iam.RoleArgs>;
	taskRole?: Change<aws.iam.RoleArgs>;
	/** Of every secret. */
	secret?: Change<aws.secretsmanager.SecretArgs>;
	fileSystem?: Change<aws.efs.FileSystemArgs>;
	topic?: Change<aws.sns.TopicArgs>;
	/** Of every alarm. */
	alarm?: Change<aws.cloudwatch.MetricAlarmArgs>;
}
