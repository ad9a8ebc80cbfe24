import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";
import { changed } from "../transform";
import type { CloudRunAppArgs } from "./cloudRunArgs";

/** What the keeper reports in its log, and what a reader of the mail should know. */
const PROBLEMS: Record<string, { title: string; advice: string }> = {
	stale: {
		title: "the backup is stale",
		advice: "Replication has not been proven for a while. What was written since then is only on the instance's disk.",
	},
	drill: {
		title: "a restore drill failed",
		advice: "The newest state of the backup could not be restored and checked. The message says what was found.",
	},
	refused: {
		title: "the keeper refuses to start",
		advice: "The app does not start on data that may be wrong. The message names the command that resolves it.",
	},
	app: { title: "the app is not well", advice: "Its health path does not answer as it should." },
	disk: {
		title: "the disk is nearly full",
		advice: "The database or its log nearly fills the instance's disk: raise disk.sizeMiB.",
	},
	acknowledge: {
		title: "writes cannot be acknowledged",
		advice: "The backup store does not take writes, so requests that write are answered as door.onStoreOutage says.",
	},
};

/** Seconds without a sign of life that make an always-on keeper silent. */
const SILENT_SECONDS = 600;

interface Watched {
	service: pulumi.Output<string>;
	location: string;
}

/**
 * A mail for each kind of problem in the keeper's log, at most one an hour. They rest on the log itself: an alert on a
 * metric cannot be made for some minutes after its metric is (terraform-provider-google #11102, #10325).
 */
export function cloudRunAlerts(
	name: string,
	watched: Watched,
	{ alerts, scale, database, transform }: CloudRunAppArgs,
	options: pulumi.CustomResourceOptions,
): void {
	if (alerts === undefined) return;
	const child = { parent: options.parent };
	const address = { type: "email", displayName: `Holdfast: ${name}`, labels: { email_address: alerts.email } };
	const channel = new gcp.monitoring.NotificationChannel(`${name}-alerts`, address, options);
	for (const [kind, problem] of Object.entries(PROBLEMS)) onProblem(kind, problem);
	// On Postgres there is no keeper that could say anything.
	if (scale === "always-on" && database !== "postgres") onSilence();

	function onProblem(kind: string, { title, advice }: (typeof PROBLEMS)[string]) {
		const filter = pulumi.interpolate`${logsOf(watched)} AND jsonPayload.holdfast="problem" AND jsonPayload.kind="${kind}"`;
		policy(kind, title, advice, {
			conditions: [{ displayName: title, conditionMatchedLog: { filter } }],
			alertStrategy: { notificationRateLimit: { period: "3600s" }, autoClose: "3600s" },
		});
	}

	/** Scaled to zero, silence is what is wanted. */
	function onSilence() {
		const metric = signsOfLife();
		const half = SILENT_SECONDS / 2;
		policy("silence", "the keeper is silent", "No sign of life in its log: does the service have an instance?", {
			conditions: [
				{
					displayName: `no sign of life for ${SILENT_SECONDS / 60} minutes`,
					conditionPrometheusQueryLanguage: {
						query: metric.name.apply(
							(metricName) =>
								`absent_over_time(logging_googleapis_com:user_${metricName.replace(/\W/g, "_")}{monitored_resource="cloud_run_revision"}[${half}s])`,
						),
						duration: `${half}s`,
						evaluationInterval: "60s",
						// The metric is unknown until the first line.
						disableMetricValidation: true,
					},
				},
			],
			alertStrategy: { autoClose: "1800s" },
		});
	}

	/** A keeper with a problem is alive, and has told of it. */
	function signsOfLife() {
		const metricArgs: gcp.logging.MetricArgs = {
			name: physicalName(["holdfast-life", pulumi.getProject(), pulumi.getStack(), name], 100),
			description: `Holdfast: what the keeper of ${name} says each minute`,
			filter: pulumi.interpolate`${logsOf(watched)} AND jsonPayload.holdfast=("well" OR "problem")`,
			metricDescriptor: { metricKind: "DELTA", valueType: "INT64" },
		};
		return new gcp.logging.Metric(`${name}-life`, metricArgs, options);
	}

	function policy(
		kind: string,
		title: string,
		content: string,
		how: Pick<gcp.monitoring.AlertPolicyArgs, "conditions" | "alertStrategy">,
	) {
		const policyArgs: gcp.monitoring.AlertPolicyArgs = {
			displayName: `${pulumi.getProject()}/${pulumi.getStack()}/${name}: ${title}`,
			combiner: "OR",
			...how,
			notificationChannels: [channel.id],
			documentation: { content, mimeType: "text/markdown" },
		};
		new gcp.monitoring.AlertPolicy(`${name}-alert-${kind}`, changed(transform?.alertPolicy, policyArgs), child);
	}
}

function logsOf({ service, location }: Watched): pulumi.Output<string> {
	return pulumi.interpolate`resource.type="cloud_run_revision" AND resource.labels.service_name="${service}" AND resource.labels.location="${location}"`;
}
