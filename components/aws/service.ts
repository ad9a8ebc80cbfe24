import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { appStartSeconds, instancePorts } from "../instance";
import { physicalName } from "../names";
import { changed } from "../transform";
import { refusal } from "../validate";
import type { FargateTransforms } from "./fargateArgs";
import type { Network } from "./network";
import type { Part } from "./part";

/** The version of Fargate's platform: containers wait for one another, the disk can be enlarged, EFS with IAM. */
const PLATFORM = "1.4.0";
/** Seconds that Fargate may take around what we count: a machine, an address, the images. */
const PROVISIONING_SECONDS = 120;
/** Seconds that a migration may take. */
const MIGRATION_SECONDS = 600;
/** Tasks that must fail before the circuit breaker goes back, AWS's least, and the one to which it goes back. */
const TASKS_OF_A_FAILED_DEPLOY = 4;

/** What a service runs, and where. */
export interface ServiceNeeds {
	app: App;
	restoreSeconds: number;
	cluster: aws.ecs.Cluster;
	task: aws.ecs.TaskDefinition;
	network: Network;
	securityGroup: aws.ec2.SecurityGroup;
	targetGroup: aws.lb.TargetGroup;
	/** All that the task needs, to the last sync of a destroy. */
	dependsOn: pulumi.Resource[];
}

/** One task, never two. */
export function makeService({ name, identity, here, transform }: Part<FargateTransforms>, needs: ServiceNeeds) {
	const { app, cluster, task, network, securityGroup, targetGroup, dependsOn } = needs;
	const startSeconds = startSecondsOf(app, needs.restoreSeconds);
	const minutes = Math.ceil((TASKS_OF_A_FAILED_DEPLOY * (startSeconds + PROVISIONING_SECONDS)) / 60);
	const serviceArgs: aws.ecs.ServiceArgs = {
		name: physicalName(identity, 255),
		cluster: cluster.arn,
		taskDefinition: task.arn,
		launchType: "FARGATE",
		platformVersion: PLATFORM,
		// One writer: never a second task, not even while a new version comes or the zones are evened out.
		desiredCount: 1,
		deploymentMinimumHealthyPercent: 0,
		deploymentMaximumPercent: 100,
		availabilityZoneRebalancing: "DISABLED",
		deploymentCircuitBreaker: { enable: true, rollback: true },
		networkConfiguration: {
			subnets: network.subnetIds,
			securityGroups: [securityGroup.id],
			assignPublicIp: network.publicAddress,
		},
		loadBalancers: [
			{ targetGroupArn: targetGroup.arn, containerName: "keeper", containerPort: instancePorts(app).door },
		],
		healthCheckGracePeriodSeconds: startSeconds,
		// A shell in the running task could write past the door.
		enableExecuteCommand: false,
		waitForSteadyState: true,
	};
	return new aws.ecs.Service(`${name}-service`, changed(transform.service, serviceArgs), {
		...here,
		dependsOn,
		customTimeouts: { create: `${minutes}m`, update: `${minutes}m`, delete: "20m" },
	});
}

/**
 * The service's ARN, once it runs what was asked for. AWS's provider waits until the service is steady, and one that went
 * back to its old version is steady too: hashicorp/terraform-provider-aws#20858.
 */
export function deployedService(
	{ name, identity }: Part<FargateTransforms>,
	service: aws.ecs.Service,
	task: aws.ecs.TaskDefinition,
): pulumi.Output<string> {
	return pulumi.all([service.arn, service.taskDefinition, task.arn]).apply(([arn, serving, wanted]) => {
		if (serving === wanted) return arn;
		const cluster = physicalName(identity, 255);
		throw refusal(
			`${name} was not deployed: ECS went back to ${serving}, for ${wanted} did not become healthy. No data is lost. ` +
				`Why: aws ecs describe-services --cluster ${cluster} --services ${cluster}, and the log group ${logGroupName(identity)}`,
		);
	});
}

/** Name of the log group of an app. */
export function logGroupName(identity: string[]): string {
	return `/holdfast/${physicalName(identity, 500)}`;
}

/** Seconds for which nobody counts a task that starts as unhealthy. */
function startSecondsOf({ health, migration }: Pick<App, "health" | "migration">, restoreSeconds: number) {
	const appStart = health === undefined ? 60 : appStartSeconds(health);
	return restoreSeconds + appStart + (migration === undefined ? 0 : MIGRATION_SECONDS);
}
