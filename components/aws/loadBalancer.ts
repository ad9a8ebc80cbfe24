import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { instancePorts } from "../instance";
import { physicalName } from "../names";
import { changed } from "../transform";
import type { FargateAppArgs, FargateTransforms } from "./fargateArgs";
import { isPlain } from "./fargateRules";
import type { Network } from "./network";
import type { Part } from "./part";

/** AWS's limit for the names of load balancers and target groups. */
const NAME_LIMIT = 32;
/** Seconds between two checks of the task, and the good ones in a row after which requests come. */
const CHECK = { interval: 5, timeout: 4, healthyThreshold: 2 };
/** AWS's limits. */
const MOST_THRESHOLD = 10;
const MOST_IDLE_SECONDS = 4000;
/** The door's own default of `longestHoldSeconds`, `acknowledgeSeconds` and `drainSeconds`. */
const DOOR = { longestHoldSeconds: 60, acknowledgeSeconds: 10, drainSeconds: 10 };

/** The ports on which users come. */
export function listenerPorts({ certificateArn }: Pick<FargateAppArgs, "certificateArn">): number[] {
	return certificateArn === undefined ? [80] : [80, 443];
}

/**
 * Seconds for which the door keeps an idle connection beyond the load balancer, which so is the one that closes it: a
 * request on one that the door is just closing would be answered with 502.
 */
export const IDLE_MARGIN = 5;

/** Seconds after which the load balancer gives a silent connection up: later than the door, which answers by itself. */
export function idleSeconds({ door }: Pick<App, "door">): number {
	const { longestHoldSeconds, acknowledgeSeconds } = { ...DOOR, ...(door === false ? {} : door) };
	return Math.min(longestHoldSeconds + acknowledgeSeconds + 2, MOST_IDLE_SECONDS);
}

/**
 * How the load balancer, and with it ECS, sees whether the task is well: by the app alone. A keeper whose store cannot be
 * reached still serves what is read, and a task that is replaced for that could not even restore.
 */
function taskHealthCheck(app: Pick<App, "port" | "health">) {
	const { health } = app;
	// Slower than the app's own checks: for what the keeper's door can bridge, no task is replaced.
	const patience = health === undefined ? MOST_THRESHOLD : Math.ceil((health.intervalSeconds * health.retries) / 5);
	return {
		...CHECK,
		protocol: "HTTP",
		path: "/serving",
		port: `${instancePorts(app).status}`,
		matcher: "200",
		unhealthyThreshold: Math.min(Math.max(patience, 2), MOST_THRESHOLD),
	};
}

/** AWS keeps names that begin with internal- to itself. */
export function balancerName(parts: string[]): string {
	const name = physicalName(parts, NAME_LIMIT);
	return name.startsWith("internal-") ? physicalName(["app", ...parts], NAME_LIMIT) : name;
}

/** What the load balancer needs to know. */
export interface LoadBalancerNeeds {
	args: FargateAppArgs;
	app: App;
	network: Network;
	securityGroup: aws.ec2.SecurityGroup;
}

/** The load balancer, the group of its one target, and its listeners. */
export function makeLoadBalancer(
	{ name, identity, here, transform }: Part<FargateTransforms>,
	{ args, app, network, securityGroup }: LoadBalancerNeeds,
) {
	const { certificateArn } = args;
	const { door } = instancePorts(app);
	// A replacement is made before the old one goes, and so must have another name: what replaces is part of the name.
	const place = [...(isPlain(args.network?.vpcId) ? [args.network.vpcId] : [])];
	const loadBalancer = makeBalancer();
	const targetGroup = makeTargetGroup();
	const listeners = certificateArn === undefined ? [plain()] : [encrypted(certificateArn), redirect()];
	return { loadBalancer, targetGroup, listeners };

	function makeBalancer() {
		const internal = args.ingress !== "public";
		const balancerArgs: aws.lb.LoadBalancerArgs = {
			name: balancerName([...identity, ...place, ...(internal ? ["internal"] : [])]),
			loadBalancerType: "application",
			internal,
			subnets: network.loadBalancerSubnetIds,
			securityGroups: [securityGroup.id],
			idleTimeout: idleSeconds(app),
			// What is no header by HTTP's own rules reaches no app, which might read it in another way.
			dropInvalidHeaderFields: true,
			enableDeletionProtection: args.protectApp ?? false,
		};
		return new aws.lb.LoadBalancer(`${name}-load-balancer`, changed(transform.loadBalancer, balancerArgs), here);
	}

	function makeTargetGroup() {
		const groupArgs: aws.lb.TargetGroupArgs = {
			name: physicalName([...identity, ...place, `${door}`], NAME_LIMIT),
			vpcId: network.vpcId,
			targetType: "ip",
			protocol: "HTTP",
			port: door,
			healthCheck: taskHealthCheck(app),
			// With one task at a time, this is time in which nobody is served: as long as the door gives running requests.
			deregistrationDelay: app.door === false ? DOOR.drainSeconds : (app.door?.drainSeconds ?? DOOR.drainSeconds),
		};
		return new aws.lb.TargetGroup(`${name}-target-group`, changed(transform.targetGroup, groupArgs), here);
	}

	function plain() {
		return listener("http", { port: 80, protocol: "HTTP", defaultActions: [forward()] });
	}

	function encrypted(certificate: pulumi.Input<string>) {
		return listener("https", {
			port: 443,
			protocol: "HTTPS",
			certificateArn: certificate,
			// TLS 1.3 and 1.2, without the older ciphers.
			sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
			defaultActions: [forward()],
		});
	}

	function redirect() {
		const to = { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" };
		return listener("http", { port: 80, protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: to }] });
	}

	function listener(kind: string, how: Omit<aws.lb.ListenerArgs, "loadBalancerArn">) {
		const listenerArgs = changed(transform.listener, { loadBalancerArn: loadBalancer.arn, ...how });
		return new aws.lb.Listener(`${name}-${kind}`, listenerArgs, here);
	}

	function forward() {
		return { type: "forward", targetGroupArn: targetGroup.arn };
	}
}
