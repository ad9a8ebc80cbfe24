import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../components/guard/plan";
import { type Inputs, planOf, step, urn, verdicts } from "./guardDirectories";

// Written by hand, as somebody without our components does.

describe("others", () => {
	const sqlite = "sqlite:////data/web.db";
	const changed = (type: string, before: Inputs, after: Inputs) =>
		planOf([step("update", urn(type, "web"), before, after)]);

	it("a service of a swarm", () => {
		const type = "docker:index/service:Service";
		const service = (more: Inputs = {}, mounts = [{ type: "volume", source: "a", target: "/data" }]) => ({
			taskSpec: { containerSpec: { image: "web", env: { DATABASE_URL: sqlite }, mounts } },
			...more,
		});
		const one = { mode: { replicated: { replicas: 1 } } };
		expect(verdicts(changed(type, service(), service(one)))).toEqual(["kept: data directory /data of web"]);
		expect(verdicts(changed(type, service(one), service({ mode: { replicated: { replicas: 2 } } })))).toEqual([
			"at risk several-instances: data directory /data of web",
		]);
		expect(verdicts(changed(type, service(one), service({ mode: { global: true } })))).toEqual([
			"at risk several-instances: data directory /data of web",
		]);
		expect(verdicts(changed(type, service(one), service({ ...one, updateConfig: { order: "start-first" } })))).toEqual([
			"at risk instances-overlap: data directory /data of web",
		]);
		expect(
			verdicts(changed(type, service(one), service(one, [{ type: "volume", source: "b", target: "/data" }]))),
		).toEqual(["at risk volume-changed: data directory /data of web"]);
	});

	it.for(["gcp:cloudrunv2/service:Service", "gcp:cloudrun/service:Service"])("a service of Cloud Run: %s", (type) => {
		const isV1 = type.includes("cloudrun/");
		const service = (most: number, bucket = "a") => {
			const containers = [
				{
					image: "web",
					envs: [{ name: "DATABASE_URL", value: sqlite }],
					volumeMounts: [{ name: "data", mountPath: "/data" }],
				},
			];
			const volumes = [
				{
					name: "data",
					...(isV1
						? { csi: { driver: "gcsfuse.run.googleapis.com", volumeAttributes: { bucketName: bucket } } }
						: { gcs: { bucket } }),
				},
			];
			return {
				template: isV1
					? {
							metadata: { annotations: { "autoscaling.knative.dev/maxScale": `${most}` } },
							spec: { containers, volumes },
						}
					: { scaling: { maxInstanceCount: most }, containers, volumes },
			};
		};
		expect(verdicts(changed(type, service(1), service(1)))).toEqual(["kept: data directory /data of web"]);
		expect(verdicts(changed(type, service(1), service(3)))).toEqual([
			"at risk several-instances: data directory /data of web",
		]);
		expect(verdicts(changed(type, service(3), service(4)))).toEqual(["kept: data directory /data of web"]);
		expect(verdicts(changed(type, service(1), service(1, "b")))).toEqual([
			"at risk volume-changed: data directory /data of web",
		]);
	});

	it("a task on ECS, with its service", () => {
		const arn = "arn:aws:ecs:eu-west-1:1:task-definition/web:3";
		const definition = urn("aws:ecs/taskDefinition:TaskDefinition", "web");
		const service = urn("aws:ecs/service:Service", "web");
		const task = (id = "fs-1", file = "web.db") => ({
			family: "web",
			containerDefinitions: JSON.stringify([
				{
					image: "web",
					environment: [{ name: "DB_PATH", value: `/data/${file}` }],
					mountPoints: [{ sourceVolume: "d", containerPath: "/data" }],
				},
			]),
			volumes: [{ name: "d", efsVolumeConfiguration: { fileSystemId: id } }],
		});
		const plan = (before: Inputs, after: Inputs, to = task()) =>
			planOf([
				step("replace", definition, task(), to, { outputs: { arn } }),
				step("update", service, { taskDefinition: arn, ...before }, { taskDefinition: UNKNOWN, ...after }),
			]);
		const safe = { desiredCount: 1, deploymentMaximumPercent: 100 };
		expect(verdicts(plan(safe, safe))).toEqual(["kept: data directory /data of web"]);
		expect(verdicts(plan(safe, { ...safe, desiredCount: 2 }))).toEqual([
			"at risk several-instances: data directory /data of web",
		]);
		expect(verdicts(plan(safe, { desiredCount: 1 }))).toEqual([
			"at risk instances-overlap: data directory /data of web",
		]);
		expect(verdicts(plan(safe, safe, task("fs-2")))).toEqual(["at risk volume-changed: data directory /data of web"]);
		expect(verdicts(plan(safe, safe, task("fs-1", "b.db")))).toEqual([
			"at risk database-changed: data directory /data of web",
		]);
		expect(verdicts(plan(safe, safe, { ...task(), containerDefinitions: UNKNOWN }))).toEqual([
			"at risk mount-unseen: data directory /data of web",
			"at risk database-unseen: data directory /data of web",
		]);
	});

	it.for(["Deployment", "StatefulSet"])("a %s on Kubernetes", (kind) => {
		const type = `kubernetes:apps/v1:${kind}`;
		const DATA = "data directory /data of site";
		const workload = (spec: Inputs = {}, claimName = "claim") => ({
			metadata: { name: "site" },
			spec: {
				replicas: 1,
				strategy: { type: "Recreate" },
				...spec,
				template: {
					spec: {
						containers: [
							{
								image: "web",
								env: [{ name: "DATABASE_URL", value: sqlite }],
								volumeMounts: [{ name: "d", mountPath: "/data" }],
							},
						],
						volumes: [{ name: "d", persistentVolumeClaim: { claimName } }],
					},
				},
			},
		});
		expect(verdicts(changed(type, workload(), workload({ minReadySeconds: 5 })))).toEqual([`kept: ${DATA}`]);
		expect(verdicts(changed(type, workload(), workload({ replicas: 3 })))).toEqual([
			`at risk several-instances: ${DATA}`,
		]);
		expect(verdicts(changed(type, workload(), workload({}, "other")))).toEqual([`at risk volume-changed: ${DATA}`]);
		const rolling = verdicts(changed(type, workload(), workload({ strategy: undefined })));
		expect(rolling).toEqual([kind === "Deployment" ? `at risk instances-overlap: ${DATA}` : `kept: ${DATA}`]);
	});
});
