import * as pulumi from "@pulumi/pulumi";
import { normalPath } from "../app";
import { overlap, pathProblems } from "../appRules";
import { instanceProblems, ownMountProblems } from "../instance";
import { keeperProblems } from "../keeperArgs";
import { digestProblems } from "../pinnedImage";
import { type Problem, shown, wholeNumber } from "../validate";
import type { FargateAppArgs } from "./fargateArgs";
import { sizeProblems } from "./fargateSizes";
import { networkProblems } from "./networkRules";

/** Seconds that the keeper has from SIGTERM on; ECS kills it then. The keeper is told of less, so that it ends by itself. */
export const KEEPER_STOP = { timeout: 60, told: 50 };
/** The most seconds that Fargate gives a container to stop. */
const MOST_STOP_SECONDS = 120;

/** The steps in which CloudWatch keeps logs, in days. Source: CloudWatch Logs API, PutRetentionPolicy, as of 2026-11-22. */
const LOG_DAYS = [
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * Everything that is wrong with the arguments, the app's and the platform's own.
 *
 * @param region of the stack's configuration; `false` where a provider of the user's own says it
 */
export function fargateAppProblems(args: FargateAppArgs, region: string | undefined | false): Problem[] {
	return [
		...instanceProblems(args),
		...keeperProblems(args.keeper),
		...regionProblems(args, region),
		...sizeProblems(args.size, args),
		...wholeNumber("diskGiB", args.diskGiB, 21, 200),
		...wholeNumber("restoreSeconds", args.restoreSeconds, 60, 3300),
		...imageProblems(args),
		...networkProblems(args),
		...certificateProblems(args, region),
		...filesProblems(args),
		...lifeProblems(args),
	];
}

function regionProblems({ backup }: FargateAppArgs, region: string | undefined | false): Problem[] {
	const problems: Problem[] = [];
	if (region === undefined) {
		const reason = "must be set (got nothing): pulumi config set aws:region eu-west-1, or the region of your choice";
		problems.push({ propertyPath: "aws:region", reason });
	} else if (region !== false) {
		problems.push(...wrongRegion("aws:region", region));
	}
	const told = backup?.store?.environment?.AWS_REGION;
	if (typeof told === "string") problems.push(...wrongRegion("backup.store.environment.AWS_REGION", told));
	if (typeof backup?.store?.url === "string" && !backup.store.url.startsWith("s3://")) {
		const reason = `must be s3://bucket/prefix, for the task reaches it with its own role and no keys (got ${shown(backup.store.url)}): use the store of an S3BackupBucket`;
		problems.push({ propertyPath: "backup.store.url", reason });
	}
	const policy = backup?.writerPolicyArn;
	if (typeof policy === "string" && !/^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/.test(policy)) {
		const reason = `must be the ARN of a policy, arn:aws:iam::account:policy/name (got ${shown(policy)}): write writerPolicyArn of an S3BackupBucket`;
		problems.push({ propertyPath: "backup.writerPolicyArn", reason });
	}
	return problems;
}

function wrongRegion(propertyPath: string, region: string): Problem[] {
	if (/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) return [];
	const found = /^([a-z]{2}(-[a-z]+)+-\d+)[a-z]$/.exec(region);
	const fix = found === null ? "write something like eu-west-1" : `that is a zone: write ${found[1]}`;
	return [{ propertyPath, reason: `must be a region of AWS (got ${shown(region)}): ${fix}` }];
}

/** A tag can be moved to another image; the deployed definition then says nothing about what runs. */
function imageProblems({ image, keeper }: FargateAppArgs): Problem[] {
	return Object.entries({ image, "keeper.image": keeper?.image }).flatMap(([propertyPath, reference]) =>
		typeof reference === "string" ? digestProblems(propertyPath, reference) : [],
	);
}

function certificateProblems(
	{ certificateArn, domain }: FargateAppArgs,
	region: string | undefined | false,
): Problem[] {
	const problems: Problem[] = [];
	if (typeof certificateArn === "string") {
		const found = /^arn:[\w-]+:acm:([\w-]+):\d{12}:certificate\/[\w-]+$/.exec(certificateArn);
		if (found === null) {
			const reason = `must be the ARN of a certificate, arn:aws:acm:region:account:certificate/id (got ${shown(certificateArn)}): look it up with aws acm list-certificates`;
			problems.push({ propertyPath: "certificateArn", reason });
		} else if (typeof region === "string" && found[1] !== region) {
			const reason = `must be of the load balancer's region ${region} (got one of ${found[1]}): request it there`;
			problems.push({ propertyPath: "certificateArn", reason });
		}
	}
	if (domain !== undefined && !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(domain)) {
		const reason = `must be a host name in lower case, such as notes.example.com (got ${shown(domain)})`;
		problems.push({ propertyPath: "domain", reason });
	} else if (domain !== undefined && certificateArn === undefined) {
		const reason = `must come with certificateArn (got ${shown(domain)} alone): nobody could reach it by HTTPS`;
		problems.push({ propertyPath: "domain", reason });
	}
	return problems;
}

function filesProblems({ files, data, cache }: FargateAppArgs): Problem[] {
	if (files === undefined) return [];
	const propertyPath = "files.mountPath";
	const problems = pathProblems(propertyPath, `${files.mountPath ?? ""}`);
	if (problems.length === 0) problems.push(...ownMountProblems(propertyPath, files.mountPath));
	if (problems.length > 0) return problems;
	const path = normalPath(files.mountPath);
	if (overlap(path, normalPath(data.mountPath))) {
		const reason = `must not be, hold or lie in data.mountPath (got ${shown(files.mountPath)} and ${shown(data.mountPath)}): EFS is NFS, on which SQLite's WAL mode and Litestream do not work, and databases were seen to break; leave the database on the task's disk, which the replica restores, and use a directory beside it`;
		return [{ propertyPath, reason }];
	}
	if (cache !== undefined && overlap(path, normalPath(cache.mountPath))) {
		const reason = `must not overlap cache.mountPath (got ${shown(files.mountPath)} and ${shown(cache.mountPath)}): use two directories side by side`;
		return [{ propertyPath, reason }];
	}
	return [];
}

function lifeProblems({ logRetentionDays, stopGraceSeconds, architecture }: FargateAppArgs): Problem[] {
	const problems: Problem[] = [];
	if (logRetentionDays !== undefined && !LOG_DAYS.includes(logRetentionDays)) {
		const reason = `must be one of ${LOG_DAYS.join(", ")} (got ${shown(logRetentionDays)})`;
		problems.push({ propertyPath: "logRetentionDays", reason });
	}
	const most = MOST_STOP_SECONDS - KEEPER_STOP.timeout;
	if (stopGraceSeconds !== undefined && stopGraceSeconds > most && stopGraceSeconds <= MOST_STOP_SECONDS) {
		const reason = `must be at most ${most} here, for the keeper's last sync follows within the ${MOST_STOP_SECONDS} s of a stop (got ${shown(stopGraceSeconds)})`;
		problems.push({ propertyPath: "stopGraceSeconds", reason });
	}
	if (architecture !== undefined && architecture !== "X86_64" && architecture !== "ARM64") {
		const reason = `must be X86_64 or ARM64 (got ${shown(architecture)})`;
		problems.push({ propertyPath: "architecture", reason });
	}
	return problems;
}

/** Whether a value is known while the program runs. */
export function isPlain<T>(value: pulumi.Input<T> | undefined): value is T {
	return value !== undefined && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}
