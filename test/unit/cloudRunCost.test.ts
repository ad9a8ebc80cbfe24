import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CloudRunAppArgs } from "../../components/gcp/cloudRunArgs";
import { cloudRunSizes } from "../../components/gcp/cloudRunSizes";

const doc = (file: string) =>
	readFileSync(join(__dirname, "..", "..", "components", "gcp", file), "utf8").replace(/\n \* ?/g, " ");
const app = doc("cloudRunApp.ts");

const [, busyCpu, busyMemory, cpu, memory] = (
	/\$([\d.]+) and \$([\d.]+) while requests run, \$([\d.]+) and \$([\d.]+) always on/.exec(app) ?? []
).map(Number) as [number, number, number, number, number];
const MONTH = 730 * 3600;

/** What an instance costs for so many seconds. */
function cost(args: Pick<CloudRunAppArgs, "disk" | "cpus">, seconds: number, core: number, gibibyte: number): string {
	const { keeper, app } = cloudRunSizes(args);
	const perSecond = (keeper.cpus + app.cpus) * core + ((keeper.memoryMiB + app.memoryMiB) / 1024) * gibibyte;
	return `$${(perSecond * seconds).toFixed(2)}`;
}

describe("the Cost lines follow from the sizes and the list prices beside them", () => {
	it("always on", () => {
		expect(app).toContain(`\`always-on\` costs ${cost({}, MONTH, cpu, memory)} a month;`);
		const small = { disk: { sizeMiB: 256 } };
		expect(app).toContain(`; ${cost(small, MONTH, cpu, memory)} with \`disk: { sizeMiB: 256 }\``);
	});

	it("to zero: the price of a full hour, and what is free", () => {
		expect(app).toContain(`${cost({}, 3600, busyCpu, busyMemory)} for an hour full of requests`);
		const { keeper, app: itself } = cloudRunSizes({});
		// 180,000 vCPU-seconds are free each month, and more of the memory.
		const hours = Math.floor(180_000 / (keeper.cpus + itself.cpus) / 3600);
		expect(app).toContain(`of which ${hours} hours a month are free`);
	});

	it("the bucket: a write each second, and the lease's each 10", () => {
		const writes = (each: number) => `$${((MONTH / each / 1000) * 0.005).toFixed(2)}`;
		expect(doc("backupBucket.ts")).toContain(`${writes(1)} a month for a write each second`);
		expect(doc("backupBucket.ts")).toContain(`${writes(10)} for the lease`);
	});
});
