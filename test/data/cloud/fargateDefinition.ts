import { refuseUnknown } from "./pod";

/**
 * A container of a task definition. A property that is not here is an error, not left out. Known and not acted upon:
 * `logConfiguration`, and `portMappings`, for the task has an address of its own, as with `awsvpc`.
 */
export interface FargateContainer {
	name: string;
	image: string;
	entryPoint?: string[];
	command?: string[];
	essential: boolean;
	user?: string;
	readonlyRootFilesystem?: boolean;
	linuxParameters?: { capabilities?: { drop?: string[] }; initProcessEnabled?: boolean };
	cpu?: number;
	memory?: number;
	memoryReservation?: number;
	environment?: { name: string; value: string }[];
	secrets?: { name: string; valueFrom: string }[];
	mountPoints?: { sourceVolume: string; containerPath: string; readOnly: boolean }[];
	portMappings?: { containerPort: number }[];
	dependsOn?: { containerName: string; condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY" }[];
	healthCheck?: { command: string[]; interval: number; timeout: number; retries: number; startPeriod?: number };
	stopTimeout?: number;
	logConfiguration?: unknown;
}

const CONTAINER = [
	"name",
	"image",
	"entryPoint",
	"command",
	"essential",
	"user",
	"readonlyRootFilesystem",
	"linuxParameters",
	"cpu",
	"memory",
	"memoryReservation",
	"environment",
	"secrets",
	"mountPoints",
	"portMappings",
	"dependsOn",
	"healthCheck",
	"stopTimeout",
	"logConfiguration",
];

export interface FargateTaskDefinition {
	containers: FargateContainer[];
	task: { cpu: string; memory: string; volumes?: { name: string }[] };
	image(reference: string): string;
	secret(reference: string): string;
}

/** A rendered task definition, its service and the group of its target. */
export interface FargateDefinition extends FargateTaskDefinition {
	service: {
		desiredCount: number;
		deploymentMinimumHealthyPercent: number;
		deploymentMaximumPercent: number;
		deploymentCircuitBreaker: { enable: boolean; rollback: boolean };
		healthCheckGracePeriodSeconds: number;
		loadBalancers: { containerName: string; containerPort: number }[];
	};
	targetGroup: {
		port: number;
		deregistrationDelay: number;
		healthCheck: {
			path: string;
			port: string;
			interval: number;
			timeout: number;
			healthyThreshold: number;
			unhealthyThreshold: number;
			matcher: string;
		};
	};
}

/** @throws where it has what this platform does not know. */
export function checkTask({ containers, task: { volumes = [] } }: FargateTaskDefinition): void {
	for (const container of containers) refuseUnknown(`container ${container.name}`, container, CONTAINER);
	for (const volume of volumes) refuseUnknown(`volume ${volume.name}`, volume, ["name"]);
}
