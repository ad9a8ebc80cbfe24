import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type App, withDefaults } from "../app";
import { instanceAppEnvironment, instanceKeeperEnvironment, instancePorts } from "../instance";
import { physicalName } from "../names";
import { changed } from "../transform";
import { throwProblems } from "../validate";
import { makeAlerts } from "./alerts";
import type { FargateAppArgs, FargateTransforms } from "./fargateArgs";
import { fargateAppProblems, KEEPER_STOP } from "./fargateRules";
import { DEFAULT_SIZE } from "./fargateSizes";
import { type Files, filesVolume, makeFiles, openFiles } from "./files";
import { makeImages } from "./images";
import { IDLE_MARGIN, idleSeconds, listenerPorts, makeLoadBalancer } from "./loadBalancer";
import { makeFirewall, networkOf } from "./network";
import type { Part } from "./part";
import { grantTask, makeExecutionRole, makeTaskRole } from "./roles";
import { makeSecrets } from "./secrets";
import { deployedService, logGroupName, makeService } from "./service";
import { containerDefinitions, dataTags, VOLUMES } from "./taskDefinition";

/** Seconds that a restore may take where the user does not say. */
const RESTORE_SECONDS = 350;

/**
 * An app on ECS Fargate whose SQLite data survives every deploy: one task with the keeper beside the app, behind a load
 * balancer. The task's disk is temporary: each start restores the data from the backup, under the lease, and no write is
 * acknowledged before the backup has it.
 *
 * @example
 * const backup = new S3BackupBucket("notes", { retentionDays: 90 });
 * const app = new FargateApp("notes", {
 *   image: "ghcr.io/me/notes@sha256:…",
 *   port: 8000,
 *   data: { mountPath: "/app/data", databaseFile: "notes.db" },
 *   secrets: { SECRET_KEY: config.requireSecret("secretKey") },
 *   backup,
 *   ingress: "public",
 *   certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/…",
 * });
 *
 * **A deploy has a gap.** SQLite has one writer, so the old task stops before the new one starts, and in between the load
 * balancer answers 503: while running requests end (10 s), the app stops (up to `stopGraceSeconds`), the last sync is made, a
 * machine and the images come, the data is restored (its size divided by some 50 MB/s), the app starts, and two checks are
 * good (10 s). An estimate for a small database is one to three minutes; nothing of it was measured on AWS. A version that
 * does not start is tried three times before the one of before comes back; rehearse it in staging. No write is lost in any of
 * this. A keeper that refuses ends its task once the refusal has stood for 60 s (`HOLDFAST_REFUSAL_SECONDS`, not while it
 * restores or waits for a lease), so that ECS counts it as a failure: it would wait for hours for a keeper that is never
 * ready (aws/containers-roadmap#2379). The log and the mail of `alerts` say why.
 *
 * Where another version served last (image, migration or command), no row may be gone once the app is well: the task ends
 * otherwise, with nothing written, and the one of before comes back. Tables that may lose rows at a new version's first
 * start are named in `deploy.mayLose`; at its later starts, an app may clear away what it likes.
 *
 * The load balancer closes a connection on which nothing is said for 72 s (the door's `longestHoldSeconds` and
 * `acknowledgeSeconds`, and 2): a WebSocket or an event stream needs a sign of life in between.
 *
 * The app and the keeper share the task's role: an app that was broken into could overwrite manifest, lease and replica. What
 * is damaged the keeper refuses; what was forged well it cannot tell from the truth. The bucket keeps for `graceDays` what was
 * overwritten. `environment` is readable in the task definition, secret Outputs too: what is secret belongs in `secrets`.
 *
 * Images that are built are pushed by the Docker engine's own login: before `pulumi up`,
 * `aws ecr get-login-password | docker login --username AWS --password-stdin ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
 *
 * After a `destroy`, secrets and files are still there: `pulumi import aws:secretsmanager/secret:Secret <name>-secret-KEY
 * <arn>` and `pulumi import aws:efs/fileSystem:FileSystem <name>-files <id>`, each with `--parent "component=<urn>"`, bring
 * them back into a new stack of this name; the URN is this component's (`pulumi stack --show-urns`; an update that was
 * refused has made it known). To rename the component, give `aliases: [{ name: "<old>" }]`, and in `transform.secret` and
 * `transform.fileSystem` the `name` and `creationToken` that they have: without, the update is refused, for they are protected.
 *
 * Permissions: execution role: ecr:GetAuthorizationToken on *
 * Permissions: execution role: ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer, ecr:BatchGetImage on REPOSITORY
 * Permissions: execution role: logs:CreateLogStream, logs:PutLogEvents on LOG_GROUP:*
 * Permissions: execution role: secretsmanager:GetSecretValue on SECRET
 * Permissions: task role: elasticfilesystem:ClientMount, elasticfilesystem:ClientWrite on FILE_SYSTEM
 *
 * The task's role also gets `backup.writerPolicyArn`. The login to ECR is for a whole registry, AWS has no narrower resource
 * for it; secrets, files and the login are granted only where there are any.
 *
 * @throws {pulumi.InputPropertiesError} with everything that is wrong with the arguments.
 *
 * Cost: about 45 $ a month in us-east-1 for the default size, as of 2026-11-22, 730 hours: task 18.02 (0.5 vCPU at 0.04048,
 * 1 GB at 0.004445 an hour) and 0.08 for the disk's 1 GB above the free 20 (0.000111 an hour); load balancer 16.43 (0.0225
 * an hour) and 0.008 for each capacity unit in an hour; three public addresses 10.95 (0.005 an hour each: two zones of the
 * load balancer, the task). Beside that, where used: 0.40 a secret, 0.10 an alarm and 0.30 a metric (8 and 7 with `alerts`),
 * 0.50 a GB of log taken in, 0.10 a GB of images, 0.30 a GB of files on EFS and 0.03 / 0.06 a GB read / written. Sources,
 * for AWS's own pages could not be read here: factualminds.com (Fargate, EFS, logs; June 2026), vantage.sh (disk),
 * cloud-horizons.com (load balancer; May 2026), doit.com (addresses; 2024), signoz.io (metrics; February 2026). No dated
 * source was found for alarms, secrets and images.
 */
export class FargateApp extends pulumi.ComponentResource {
	/** Where users reach the app: its domain, or the load balancer's own name. */
	readonly url: pulumi.Output<string>;
	/** ARN of the cluster. */
	readonly cluster: pulumi.Output<string>;
	/** ARN of the service. */
	readonly service: pulumi.Output<string>;
	/** The app's image, by digest. */
	readonly image: pulumi.Output<string>;
	/** The keeper's image, by digest. */
	readonly keeperImage: pulumi.Output<string>;
	/** DNS name of the load balancer, to which the domain's record leads. */
	readonly loadBalancer: pulumi.Output<string>;
	/** Id of the task's security group, for a rule of yours where the app must reach more than HTTPS. */
	readonly securityGroup: pulumi.Output<string>;

	constructor(name: string, args: FargateAppArgs, opts?: pulumi.ComponentResourceOptions) {
		super("holdfast:aws:FargateApp", name, {}, opts);
		throwProblems(`FargateApp ${name}`, fargateAppProblems(args, regionOf(opts)));
		const app = withDefaults(args);
		const { transform = {}, size = DEFAULT_SIZE, restoreSeconds = RESTORE_SECONDS } = args;
		const here = { parent: this };
		const identity = [pulumi.getProject(), pulumi.getStack(), name];
		const part: Part<FargateTransforms> = { name, identity, here, transform };

		const images = makeImages(part, args);
		const secrets = makeSecrets(part, app.secrets);
		const files = args.files === undefined ? undefined : makeFiles(part, app);
		const logGroup = makeLogGroup();
		const cluster = makeCluster();
		const execution = makeExecutionRole(part, {
			clusterArn: cluster.arn,
			repositories: images.repositories,
			logGroupArn: logGroup.arn,
			secrets: secrets.arns,
		});
		const role = makeTaskRole(part, cluster.arn);
		const granted = grantTask(part, role, args.backup.writerPolicyArn, files);
		const network = networkOf(args, here);
		const firewall = openNetwork();
		const mounts = openToFiles();
		const front = makeLoadBalancer(part, { args, app, network, securityGroup: firewall.loadBalancer });
		const task = defineTask();
		const service = run();
		makeAlerts(part, args.alerts, { logGroup, service, ...front });

		this.service = deployedService(part, service, task);
		this.url = pulumi.all([front.loadBalancer.dnsName, this.service]).apply(([host]) => urlOf(args, host));
		this.cluster = cluster.arn;
		this.image = images.app;
		this.keeperImage = images.keeper;
		this.loadBalancer = front.loadBalancer.dnsName;
		this.securityGroup = firewall.task.id;
		this.registerOutputs({
			url: this.url,
			cluster: this.cluster,
			service: this.service,
			image: this.image,
			keeperImage: this.keeperImage,
			loadBalancer: this.loadBalancer,
			securityGroup: this.securityGroup,
		});

		function makeLogGroup() {
			const groupArgs = { name: logGroupName(identity), retentionInDays: args.logRetentionDays ?? 30 };
			return new aws.cloudwatch.LogGroup(`${name}-log`, changed(transform.logGroup, groupArgs), here);
		}

		function makeCluster() {
			const clusterArgs = { name: physicalName(identity, 255) };
			return new aws.ecs.Cluster(`${name}-cluster`, changed(transform.cluster, clusterArgs), here);
		}

		function openNetwork() {
			return makeFirewall(part, {
				network,
				ports: instancePorts(app),
				listens: listenerPorts(args),
				files: files !== undefined,
			});
		}

		function openToFiles() {
			if (files === undefined || firewall.files === undefined) return [];
			return openFiles(part, files, network, firewall.files, role);
		}

		function defineTask() {
			const terms = { stopSeconds: KEEPER_STOP.told, image: images.app };
			const keeperEnvironment = {
				...instanceKeeperEnvironment(name, app, args.backup, args.keeper, terms),
				// The load balancer says who the client is and that it came by HTTPS.
				HOLDFAST_BEHIND_PROXY: "true",
				HOLDFAST_DOOR_IDLE_SECONDS: `${idleSeconds(app) + IDLE_MARGIN}`,
			};
			const containers = containerDefinitions({
				app,
				appImage: images.app,
				keeperImage: images.keeper,
				keeperEnvironment,
				appEnvironment: instanceAppEnvironment(app),
				secrets: secrets.references,
				filesPath: args.files?.mountPath,
				restoreSeconds,
				logGroup: logGroup.name,
				region: logGroup.arn.apply((arn) => arn.split(":")[3] as string),
			});
			const taskArgs: aws.ecs.TaskDefinitionArgs = {
				family: physicalName(identity, 255),
				requiresCompatibilities: ["FARGATE"],
				networkMode: "awsvpc",
				cpu: `${size.cpu}`,
				memory: `${size.memoryMiB}`,
				ephemeralStorage: { sizeInGib: args.diskGiB ?? 21 },
				runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: args.architecture ?? "X86_64" },
				executionRoleArn: execution.role.arn,
				taskRoleArn: role.arn,
				containerDefinitions: pulumi.jsonStringify(containers),
				volumes: volumes(app, files),
				tags: dataTags(app, keeperEnvironment),
				// The circuit breaker goes back to the revision of before, which costs nothing.
				skipDestroy: true,
			};
			return new aws.ecs.TaskDefinition(`${name}-task`, changed(transform.taskDefinition, taskArgs), here);
		}

		function run() {
			// To the last sync of a destroy.
			const dependsOn = [
				...front.listeners,
				...firewall.rules,
				...mounts,
				...secrets.versions,
				...execution.grants,
				...granted,
			];
			const { targetGroup } = front;
			const securityGroup = firewall.task;
			return makeService(part, { app, restoreSeconds, cluster, task, network, securityGroup, targetGroup, dependsOn });
		}
	}
}

/** Undefined where none is set; false where a provider of the user's own says it. */
function regionOf(opts: pulumi.ComponentResourceOptions | undefined): string | undefined | false {
	if (opts?.provider !== undefined || opts?.providers !== undefined) return false;
	// A parent may bring a provider along, which it does not show.
	return aws.config.region ?? (opts?.parent === undefined ? undefined : false);
}

function volumes({ cache }: App, files: Files | undefined): aws.types.input.ecs.TaskDefinitionVolume[] {
	const { data, scratch, keeperTemporary, appTemporary } = VOLUMES;
	const names = [data, scratch, keeperTemporary, appTemporary, ...(cache === undefined ? [] : [VOLUMES.cache])];
	return [...names.map((volume) => ({ name: volume })), ...(files === undefined ? [] : [filesVolume(files)])];
}

function urlOf({ domain, certificateArn }: FargateAppArgs, host: string): string {
	return `${certificateArn === undefined ? "http" : "https"}://${domain ?? host}`;
}
