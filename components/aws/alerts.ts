import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertArgs } from "../instance";
import { physicalName } from "../names";
import { changed } from "../transform";
import type { FargateTransforms } from "./fargateArgs";
import type { Part } from "./part";

/** CloudWatch's limit for the names of alarms, metrics and namespaces. */
const NAME_LIMIT = 255;

/** What the keeper's log calls a problem, and what that means to whoever gets the mail. */
export const PROBLEMS = {
	stale: "writes are not known to be in the backup store",
	drill: "the last restore that was tried from the backup failed",
	refused: "the keeper refuses to start the app on this data",
	app: "the app is not well",
	disk: "the task's disk is nearly full",
	acknowledge: "writes do not get into the backup store: their requests are answered as door.onStoreOutage says",
} as const;

/** What the alarms watch. */
export interface AlertNeeds {
	logGroup: aws.cloudwatch.LogGroup;
	loadBalancer: aws.lb.LoadBalancer;
	targetGroup: aws.lb.TargetGroup;
	/** Before it runs, everything would be wrong. */
	service: aws.ecs.Service;
}

/** An alarm a kind of problem, and two for what nobody is left to report. All of them go to one address. */
export function makeAlerts(
	{ name, identity, here, transform }: Part<FargateTransforms>,
	alerts: AlertArgs | undefined,
	{ logGroup, loadBalancer, targetGroup, service }: AlertNeeds,
): void {
	if (alerts === undefined) return;
	const namespace = physicalName(["holdfast", ...identity], NAME_LIMIT);
	const topic = makeTopic(alerts.email);
	for (const [kind, meaning] of Object.entries(PROBLEMS)) watchProblem(kind, meaning);
	watchSilence();
	watchTargets();

	function makeTopic(email: pulumi.Input<string>) {
		// Not encrypted with AWS's own key of SNS, which CloudWatch may not use: no mail would ever come.
		const topicArgs = changed(transform.topic, { name: physicalName([...identity, "alerts"], 256) });
		const made = new aws.sns.Topic(`${name}-alerts`, topicArgs, here);
		const to = { topic: made.arn, protocol: "email", endpoint: email };
		new aws.sns.TopicSubscription(`${name}-alerts-mail`, to, here);
		return made;
	}

	/** The keeper says it once when it begins, and each minute for as long as it lasts. */
	function watchProblem(kind: string, meaning: string) {
		count(kind, `{ $.holdfast = "problem" && $.kind = "${kind}" }`);
		alarm(kind, `${meaning}; the lines with "holdfast" in the log group say more`, {
			...counted(kind),
			period: 60,
			evaluationPeriods: 1,
			comparisonOperator: "GreaterThanOrEqualToThreshold",
			threshold: 1,
			treatMissingData: "notBreaching",
		});
	}

	/** Each minute the keeper says something: that all is well, or what is not. */
	function watchSilence() {
		count("heard", '{ $.holdfast = "well" || $.holdfast = "problem" }');
		alarm("silence", "the keeper has said nothing for 10 minutes: it does not run, or its log does not arrive", {
			...counted("heard"),
			period: 300,
			evaluationPeriods: 2,
			comparisonOperator: "LessThanThreshold",
			threshold: 1,
			treatMissingData: "breaching",
		});
	}

	/** Of healthy hosts: the number of unhealthy ones is 0 as well where there is none at all. A deploy is shorter. */
	function watchTargets() {
		alarm("unreachable", "for 10 minutes the load balancer has had no healthy task to send requests to", {
			namespace: "AWS/ApplicationELB",
			metricName: "HealthyHostCount",
			dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: targetGroup.arnSuffix },
			statistic: "Maximum",
			period: 60,
			evaluationPeriods: 10,
			comparisonOperator: "LessThanThreshold",
			threshold: 1,
			treatMissingData: "breaching",
		});
	}

	function count(metric: string, pattern: string) {
		const metricTransformation = { namespace, name: metric, value: "1" };
		const filterArgs = { name: metric, logGroupName: logGroup.name, pattern, metricTransformation };
		new aws.cloudwatch.LogMetricFilter(`${name}-${metric}`, filterArgs, here);
	}

	function counted(metricName: string) {
		return { namespace, metricName, statistic: "Sum" };
	}

	function alarm(kind: string, meaning: string, when: Omit<aws.cloudwatch.MetricAlarmArgs, "alarmActions">) {
		const alarmArgs = changed(transform.alarm, {
			name: physicalName([...identity, kind], NAME_LIMIT),
			alarmDescription: `Holdfast: ${name}: ${meaning}`,
			...when,
			alarmActions: [topic.arn],
			okActions: [topic.arn],
		});
		new aws.cloudwatch.MetricAlarm(`${name}-${kind}-alarm`, alarmArgs, { ...here, dependsOn: service });
	}
}
