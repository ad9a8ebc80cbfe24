import { type Problem, shown } from "../validate";

/** CPU units and memory of a task. */
export interface FargateSize {
	/** CPU units, 1024 to a core: 256, 512, 1024, 2048, 4096, 8192 or 16384. */
	cpu: number;
	/** Memory in MiB; which values there are depends on `cpu`, and the error lists them. */
	memoryMiB: number;
}

/** Where the user does not say. */
export const DEFAULT_SIZE: FargateSize = { cpu: 512, memoryMiB: 1024 };

/** Memory in MiB that the keeper must have beside the app. */
export const KEEPER_MEMORY_MIB = 256;

/**
 * The memory that a task can have for its CPU units, in MiB. Source: Amazon ECS developer guide, "Task CPU and memory" of
 * Fargate, as of 2026-11-22.
 */
export const FARGATE_MEMORY: Record<number, number[]> = {
	256: [512, 1024, 2048],
	512: gibibytes(1, 4, 1),
	1024: gibibytes(2, 8, 1),
	2048: gibibytes(4, 16, 1),
	4096: gibibytes(8, 30, 1),
	8192: gibibytes(16, 60, 4),
	16384: gibibytes(32, 120, 8),
};

function gibibytes(least: number, most: number, step: number): number[] {
	const count = (most - least) / step + 1;
	return Array.from({ length: count }, (_, index) => (least + index * step) * 1024);
}

/** What is wrong with a task's size, by itself and for the app's share. */
export function sizeProblems(
	size: FargateSize = DEFAULT_SIZE,
	{ cpus, memoryMiB }: { cpus?: number; memoryMiB?: number },
): Problem[] {
	const memories = FARGATE_MEMORY[size.cpu];
	if (memories === undefined) {
		const reason = `must be one of ${Object.keys(FARGATE_MEMORY).join(", ")} CPU units, 1024 to a core (got ${shown(size.cpu)})`;
		return [{ propertyPath: "size.cpu", reason }];
	}
	const problems: Problem[] = [];
	if (!memories.includes(size.memoryMiB)) {
		const reason = `must be one of ${memories.join(", ")} with size.cpu ${size.cpu} (got ${shown(size.memoryMiB)})${fitting(size.memoryMiB)}`;
		problems.push({ propertyPath: "size.memoryMiB", reason });
	}
	if (cpus !== undefined && cpus * 1024 > size.cpu) {
		const reason = `must not be more than the ${size.cpu / 1024} cores of the task (got ${shown(cpus)}): lower it or raise size.cpu`;
		problems.push({ propertyPath: "cpus", reason });
	}
	if (memoryMiB !== undefined && memoryMiB > size.memoryMiB - KEEPER_MEMORY_MIB) {
		const reason = `must leave the keeper ${KEEPER_MEMORY_MIB} MiB of the task's ${size.memoryMiB} MiB (got ${shown(memoryMiB)}): lower it to ${size.memoryMiB - KEEPER_MEMORY_MIB} or raise size.memoryMiB`;
		problems.push({ propertyPath: "memoryMiB", reason });
	}
	return problems;
}

/** The CPU units that go with a memory. */
function fitting(memoryMiB: number): string {
	const fits = Object.entries(FARGATE_MEMORY).filter(([, memories]) => memories.includes(memoryMiB));
	return fits.length === 0 ? "" : `: ${memoryMiB} MiB go with ${fits.map(([cpu]) => cpu).join(" or ")} CPU units`;
}
