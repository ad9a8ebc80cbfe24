import { type PodVolume, refuseUnknown } from "./pod";

/**
 * The template of a rendered `gcp.cloudrunv2.Service`. A property that is not here is an error, not left out. Known and not
 * acted upon: `serviceAccount` (the test's store has no identities), `executionEnvironment`, `timeout`,
 * `maxInstanceRequestConcurrency`, `startupCpuBoost`.
 */
export interface CloudRunTemplate {
	serviceAccount: string;
	executionEnvironment: string;
	scaling: { minInstanceCount: number; maxInstanceCount: number };
	maxInstanceRequestConcurrency: number;
	timeout: string;
	containers: CloudRunContainer[];
	volumes?: { name: string; emptyDir: { medium: string; sizeLimit: string } }[];
}

export interface CloudRunContainer {
	name: string;
	image: string;
	commands?: string[];
	args?: string[];
	ports?: { containerPort: number };
	envs?: CloudRunVariable[];
	resources: { limits: { cpu: string; memory: string }; cpuIdle: boolean; startupCpuBoost: boolean };
	dependsOns?: string[];
	startupProbe?: Probe;
	livenessProbe?: Probe;
	volumeMounts?: { name: string; mountPath: string }[];
}

interface CloudRunVariable {
	name: string;
	value?: string;
	valueSource?: { secretKeyRef: { secret: string; version: string } };
}

export interface Probe {
	httpGet?: { path: string; port: number };
	tcpSocket?: { port: number };
	initialDelaySeconds?: number;
	periodSeconds: number;
	timeoutSeconds: number;
	failureThreshold: number;
}

const TEMPLATE = [
	"serviceAccount",
	"executionEnvironment",
	"scaling",
	"maxInstanceRequestConcurrency",
	"timeout",
	"containers",
	"volumes",
];
const CONTAINER = [
	"name",
	"image",
	"commands",
	"args",
	"ports",
	"envs",
	"resources",
	"dependsOns",
	"startupProbe",
	"livenessProbe",
	"volumeMounts",
];

/** @throws where it has what this platform does not know. */
export function checkTemplate(template: CloudRunTemplate): void {
	refuseUnknown("the template", template, TEMPLATE);
	for (const container of template.containers) refuseUnknown(`container ${container.name}`, container, CONTAINER);
}

/** The one container to which requests go. */
export function ingressOf({ containers }: CloudRunTemplate): { name: string; port: number } {
	const [ingress, ...others] = containers.filter(({ ports }) => ports !== undefined);
	if (ingress?.ports === undefined || others.length > 0) throw new Error("exactly one container must have a port");
	return { name: ingress.name, port: ingress.ports.containerPort };
}

/** A volume as docker makes it, and the mode of its root directory. */
export function volumeOf({ medium, sizeLimit }: { medium: string; sizeLimit: string }, mode: string): PodVolume {
	const size = sizeLimit.replace(/Mi$/, "m");
	if (medium === "MEMORY") return { options: ["type=tmpfs", "device=tmpfs", `o=size=${size}`], mode };
	if (medium === "DISK") return { options: [], mode };
	throw new Error(`there is no medium ${medium}`);
}

/** Whoever others wait for comes first. */
export function inOrder(containers: CloudRunContainer[]): CloudRunContainer[] {
	const placed: CloudRunContainer[] = [];
	while (placed.length < containers.length) {
		const isIn = (name: string) => placed.some((container) => container.name === name);
		const next = containers.find(({ name, dependsOns = [] }) => !isIn(name) && dependsOns.every(isIn));
		if (next === undefined) throw new Error("the containers wait for each other");
		placed.push(next);
	}
	return placed;
}
