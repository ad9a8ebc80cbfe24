import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: "unit",
					root: `${import.meta.dirname}/unit`,
					include: ["*.test.ts"],
					testTimeout: 10_000,
					// Most of a file's time is waiting for its imports.
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
