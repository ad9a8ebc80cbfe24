import type { PlannedResource, Rule, StackViolation, Violation } from "./rule";
import { at, isHidden, list, shown } from "./values";

type Check = (properties: Record<string, unknown>) => Violation[];

/** What each type needs so that what was overwritten or deleted can be had back. */
const CHECKS: Record<string, Check> = {
	"gcp:sql/databaseInstance:DatabaseInstance": cloudSql,
	"gcp:storage/bucket:Bucket": cloudStorage,
	"aws:rds/instance:Instance": (properties) =>
		properties.replicateSourceDb === undefined ? retention(properties) : [],
	"aws:rds/cluster:Cluster": (properties) => (properties.backupRetentionPeriod === 0 ? retention(properties) : []),
	"aws:dynamodb/table:Table": (properties) => on(properties, "pointInTimeRecovery.enabled"),
	"aws:s3/bucketVersioning:BucketVersioning": versioning,
	"aws:s3/bucketVersioningV2:BucketVersioningV2": versioning,
	"aws:efs/backupPolicy:BackupPolicy": (properties) => {
		const status = at(properties, "backupPolicy.status");
		if (status === "ENABLED" || isHidden(status)) return [];
		const reason = `backupPolicy.status is ${shown(status)}: AWS Backup makes no backups of the file system.`;
		return [{ verdict: "at risk", reason, wayOut: 'Set backupPolicy: { status: "ENABLED" }.' }];
	},
};

export const backedUpData: Rule = {
	name: "data-is-backed-up",
	isAdvice: true,
	description: "Databases have backups and point-in-time recovery, buckets keep versions or what was deleted.",
	check: ({ type, properties }) => CHECKS[type]?.(properties) ?? [],
	checkStack: (resources) => [
		...without(resources, {
			types: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
			partner: /^aws:s3\/bucketVersioning(?:V2)?:/,
			reference: "bucket",
			already: ({ properties }) => {
				const inline = at(properties, "versioning.enabled");
				return inline === true || isHidden(inline) || properties.objectLockEnabled === true;
			},
			reason: (bucket) => `Bucket ${bucket} keeps no versions: what is overwritten or deleted in it is gone.`,
			wayOut: 'Add an aws.s3.BucketVersioning with versioningConfiguration: { status: "Enabled" }.',
		}),
		...without(resources, {
			types: ["aws:efs/fileSystem:FileSystem"],
			partner: /^aws:efs\/(?:backupPolicy|replicationConfiguration):/,
			reference: "fileSystemId",
			already: () => false,
			reason: (name) => `File system ${name} has no backup policy: what is deleted on it is gone.`,
			wayOut: 'Add an aws.efs.BackupPolicy with backupPolicy: { status: "ENABLED" }.',
		}),
	],
};

function on(properties: Record<string, unknown>, option: string): Violation[] {
	const value = at(properties, option);
	if (value === true || isHidden(value)) return [];
	const reason = `${option} is ${shown(value)}: a point in time before a mistake cannot be had back.`;
	return [{ verdict: "at risk", reason, wayOut: `Set ${option}: true.` }];
}

function cloudSql(properties: Record<string, unknown>): Violation[] {
	// A read replica is made anew from what it follows.
	if (properties.masterInstanceName !== undefined) return [];
	const backups = at(properties, "settings.backupConfiguration.enabled");
	if (backups !== true && !isHidden(backups)) {
		const reason = `settings.backupConfiguration.enabled is ${shown(backups)}: Cloud SQL makes no backups.`;
		const wayOut = "Set settings.backupConfiguration to { enabled: true, pointInTimeRecoveryEnabled: true }.";
		return [{ verdict: "at risk", reason, wayOut }];
	}
	const isMySql = typeof properties.databaseVersion === "string" && properties.databaseVersion.startsWith("MYSQL");
	return on(properties, `settings.backupConfiguration.${isMySql ? "binaryLogEnabled" : "pointInTimeRecoveryEnabled"}`);
}

/** Google keeps what was deleted for 7 days unless it is told not to. */
function cloudStorage(properties: Record<string, unknown>): Violation[] {
	const seconds = at(properties, "softDeletePolicy.retentionDurationSeconds");
	const versions = at(properties, "versioning.enabled");
	if (seconds !== 0 || versions === true || isHidden(versions)) return [];
	const reason = `softDeletePolicy.retentionDurationSeconds is 0 and versioning.enabled is ${shown(versions)}: what is overwritten or deleted is gone.`;
	const wayOut = "Set versioning: { enabled: true }, or retentionDurationSeconds to 604800 (7 days) or more.";
	return [{ verdict: "at risk", reason, wayOut }];
}

function retention({ backupRetentionPeriod }: Record<string, unknown>): Violation[] {
	if (isHidden(backupRetentionPeriod) || (typeof backupRetentionPeriod === "number" && backupRetentionPeriod > 0)) {
		return [];
	}
	const reason = `backupRetentionPeriod is ${shown(backupRetentionPeriod)}: RDS makes no backups, and no point in time can be had back.`;
	return [{ verdict: "at risk", reason, wayOut: "Set backupRetentionPeriod to 7 or more days." }];
}

function versioning(properties: Record<string, unknown>): Violation[] {
	const status = at(properties, "versioningConfiguration.status");
	if (status === "Enabled" || isHidden(status)) return [];
	const reason = `versioningConfiguration.status is ${shown(status)}: what is overwritten or deleted in the bucket is gone.`;
	return [{ verdict: "at risk", reason, wayOut: 'Set versioningConfiguration: { status: "Enabled" }.' }];
}

interface Partner {
	types: string[];
	/** Type of the resource that has to be beside it. */
	partner: RegExp;
	/** Property by which the partner names what it is for. */
	reference: string;
	already(resource: PlannedResource): boolean;
	reason(name: string): string;
	wayOut: string;
}

/** Resources of some types that lack the partner which keeps their data. */
function without(resources: PlannedResource[], wanted: Partner): StackViolation[] {
	const partners = resources.filter(({ type }) => wanted.partner.test(type));
	return resources
		.filter(({ type }) => wanted.types.includes(type))
		.filter((resource) => !wanted.already(resource))
		.filter((resource) => !partners.some((partner) => isFor(partner, resource, wanted.reference)))
		.map(({ urn, name }) => ({ urn, verdict: "at risk", reason: wanted.reason(name), wayOut: wanted.wayOut }));
}

function isFor(partner: PlannedResource, resource: PlannedResource, reference: string): boolean {
	if (partner.dependencies?.includes(resource.urn)) return true;
	const named = partner.properties[reference];
	// What is not known yet may be this one: nothing is said against it.
	if (isHidden(named)) return partner.dependencies === undefined;
	return list(resource.properties[reference]).includes(named);
}
