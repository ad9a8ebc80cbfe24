import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import Order from "./order.mjs";

const unit = `${import.meta.dirname}/unit`;
const FAKE_DOCKER = 'vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));';
/** What replaces a module would replace it for every file that runs after it in the same worker. */
const replacing = readdirSync(unit).filter((file) => file.endsWith(".test.ts") && mocks(file).length > 0);
/** These all replace the same by the same, so they can share their workers with one another. */
const replacingDocker = replacing.filter((file) => mocks(file).every((line) => line === FAKE_DOCKER));

function mocks(file: string): string[] {
	return readFileSync(`${unit}/${file}`, "utf8")
		.split("\n")
		.filter((line) => line.includes("vi.mock("));
}

export default defineConfig({
	test: {
		sequence: { sequencer: Order },
		// By then all is closed; now and then the process that ran the tests does not end by itself.
		teardownTimeout: 3000,
		projects: [
			{
				test: {
					name: "unit",
					root: unit,
					include: ["*.test.ts"],
					exclude: replacing,
					testTimeout: 30_000,
					// The imports, such as the SDKs of the clouds, are most of the work: once for each worker, not for each file.
					isolate: false,
					// More than there are processors, because most tests wait.
					maxWorkers: 4,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "unit-docker",
					root: unit,
					include: replacingDocker,
					testTimeout: 30_000,
					isolate: false,
					maxWorkers: 4,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "unit-alone",
					root: unit,
					include: replacing.filter((file) => !replacingDocker.includes(file)),
					testTimeout: 30_000,
					maxWorkers: 4,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "engine",
					root: `${import.meta.dirname}/engine`,
					include: ["*.test.ts"],
					// Generous, for a busy machine: a test that hangs is stopped, no test measures time by it.
					testTimeout: 300_000,
					hookTimeout: 300_000,
					maxWorkers: 2,
					sequence: { groupOrder: 1 },
				},
			},
			{
				// The data's way out and back, against real stores.
				test: {
					name: "data",
					root: `${import.meta.dirname}/data`,
					include: ["*.test.ts"],
					testTimeout: 300_000,
					hookTimeout: 300_000,
					maxWorkers: 2,
					sequence: { groupOrder: 2 },
				},
			},
		],
	},
});
