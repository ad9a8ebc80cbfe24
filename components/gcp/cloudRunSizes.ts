import { type Problem, shown, wholeNumber } from "../validate";
import type { CloudRunAppArgs } from "./cloudRunArgs";

/** What the two containers of an instance get. */
export interface Sizes {
	/** The keeper's container. */
	keeper: ContainerSize;
	/** The app's container. */
	app: ContainerSize;
	/** Room for the database, in MiB. */
	dataMiB: number;
	/** Room for a drill, in MiB. */
	scratchMiB: number;
	/** What the app may write into its cache directory, in MiB; 0 without one. */
	cacheMiB: number;
	/** On what both lie. */
	medium: "MEMORY" | "DISK";
}

/** What a container may use. */
export interface ContainerSize {
	/** Cores. */
	cpus: number;
	/** Memory, in MiB. */
	memoryMiB: number;
}

/** Node.js, Litestream and what waits at the door (64 MiB), with a reserve. */
const KEEPER_MIB = 256;
const APP_MIB = 512;
/** The second generation takes no less. */
const LEAST_MIB = 512;
/** A drill takes 1.1 times the size of the database (components/keeper/drill.ts). */
const DRILL_ROOM = 1.1;
const CACHE_MIB = 128;
/** In `/tmp` of each container; part of its own memory. */
export const TEMPORARY_MIB = 64;

/**
 * Which memory Cloud Run takes with which processor. Source: "Configure CPU limits for services",
 * https://cloud.google.com/run/docs/configuring/services/cpu, looked up 2026-11-22. Less than a core is left out: the page
 * wants the first generation, one request at a time and a processor only while it runs with it, and no instance is so here.
 */
const PAIRS = [
	{ cpus: 1, least: 128, most: 4 * 1024 },
	{ cpus: 2, least: 128, most: 8 * 1024 },
	{ cpus: 4, least: 2 * 1024, most: 16 * 1024 },
	{ cpus: 6, least: 4 * 1024, most: 24 * 1024 },
	{ cpus: 8, least: 4 * 1024, most: 32 * 1024 },
];
const MOST_CPUS = 8;
const MOST_MIB = 32 * 1024;

/** What each container gets: enough memory for all that it may write, and the least processor that goes with it. */
export function cloudRunSizes(args: Pick<CloudRunAppArgs, "disk" | "cache" | "cpus" | "memoryMiB">): Sizes {
	const medium = args.disk?.medium === "disk" ? "DISK" : "MEMORY";
	const dataMiB = args.disk?.sizeMiB ?? (medium === "DISK" ? 4096 : 512);
	const scratchMiB = Math.ceil(dataMiB * DRILL_ROOM);
	const cacheMiB = args.cache === undefined ? 0 : CACHE_MIB;
	const inMemory = medium === "MEMORY" ? 1 : 0;
	const keeperMiB = Math.max(LEAST_MIB, KEEPER_MIB + inMemory * (dataMiB + scratchMiB));
	// Each page counts for the container that wrote it: the keeper restores the database, the app makes it grow.
	const appMiB = (args.memoryMiB ?? APP_MIB) + inMemory * dataMiB + cacheMiB;
	return {
		keeper: { cpus: leastCpus(keeperMiB), memoryMiB: keeperMiB },
		app: { cpus: args.cpus ?? leastCpus(appMiB), memoryMiB: appMiB },
		dataMiB,
		scratchMiB,
		cacheMiB,
		medium,
	};
}

/** The largest there is where none is large enough; that is a problem, below. */
function leastCpus(memoryMiB: number): number {
	return PAIRS.find(({ most }) => memoryMiB <= most)?.cpus ?? MOST_CPUS;
}

/** Everything that is wrong with the sizes. */
export function sizeProblems(args: CloudRunAppArgs): Problem[] {
	const { disk, memoryMiB, cpus } = args;
	const problems = wholeNumber("disk.sizeMiB", disk?.sizeMiB, 64, 1024 * 1024);
	if (disk?.medium !== undefined && disk.medium !== "memory" && disk.medium !== "disk") {
		problems.push({ propertyPath: "disk.medium", reason: `must be memory or disk (got ${shown(disk.medium)})` });
	}
	if (memoryMiB !== undefined && memoryMiB < LEAST_MIB) {
		const reason = `must be ${LEAST_MIB} or more on Cloud Run's second generation (got ${shown(memoryMiB)})`;
		problems.push({ propertyPath: "memoryMiB", reason });
	}
	if (problems.length > 0) return problems;

	const sizes = cloudRunSizes(args);
	const { keeper, app } = sizes;
	const totalMiB = keeper.memoryMiB + app.memoryMiB;
	const room = `the disk of ${sizes.dataMiB} MiB, in memory, makes ${keeper.memoryMiB} MiB for the keeper and ${app.memoryMiB} MiB for the app`;
	if (totalMiB > MOST_MIB) {
		const reason =
			sizes.medium === "MEMORY"
				? `must leave the instance at ${MOST_MIB} MiB or less (got ${totalMiB}): ${room}; set disk.medium to disk`
				: `must leave the instance at ${MOST_MIB} MiB or less (got ${totalMiB}): lower memoryMiB`;
		return [{ propertyPath: sizes.medium === "MEMORY" ? "disk.sizeMiB" : "memoryMiB", reason }];
	}
	return cpuProblems(cpus, sizes, sizes.medium === "MEMORY" ? `: ${room}` : "");
}

function cpuProblems(cpus: number | undefined, { keeper, app }: Sizes, why: string): Problem[] {
	const total = keeper.cpus + app.cpus;
	if (cpus !== undefined && cpus < 1) {
		const reason = `must be 1 or more on Cloud Run (got ${shown(cpus)}): with less it takes only one request at a time, in its first generation, and no processor between requests; write 1, or leave it out`;
		return [{ propertyPath: "cpus", reason }];
	}
	if (cpus !== undefined) {
		const pair = PAIRS.find((known) => known.cpus === cpus);
		if (pair === undefined) {
			const reason = `must be one of ${PAIRS.map((known) => known.cpus).join(", ")} on Cloud Run (got ${shown(cpus)})`;
			return [{ propertyPath: "cpus", reason }];
		}
		if (app.memoryMiB < pair.least || app.memoryMiB > pair.most) {
			const fitting = PAIRS.filter(({ least, most }) => app.memoryMiB >= least && app.memoryMiB <= most);
			const reason = `must go with the app's memory of ${app.memoryMiB} MiB (got ${cpus}, which takes ${pair.least} to ${pair.most} MiB)${why}; take ${fitting.map((known) => known.cpus).join(", ")}, or change memoryMiB`;
			return [{ propertyPath: "cpus", reason }];
		}
	}
	if (total > MOST_CPUS) {
		const reason = `must leave the instance at ${MOST_CPUS} cores or less (got ${total}: ${keeper.cpus} for the keeper and ${app.cpus} for the app)${why}`;
		return [{ propertyPath: cpus === undefined ? "disk.sizeMiB" : "cpus", reason }];
	}
	return [];
}
