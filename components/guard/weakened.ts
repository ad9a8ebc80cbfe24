import { deletesSooner } from "./lifecycle";
import type { State } from "./plan";
import { at, isHidden, shown } from "./rules/values";

/** One safeguard that is less than before. */
export interface Weakening {
	rule: string;
	reason: string;
	wayOut: string;
}

type Way = "off" | "less" | "changed";

interface Safeguard {
	/** As `settings.deletionProtectionEnabled`. */
	path: string;
	/** `off`: it was on. `less`: a number that is smaller, or gone. `changed`: another value, or none. */
	way: Way;
	rule: string;
	/** What it is, in words. */
	noun: string;
}

const lock = (path: string): Safeguard => ({
	path,
	way: "off",
	rule: "deletion-protection-off",
	noun: "the deletion protection",
});
const retention = (path: string, noun: string): Safeguard => ({ path, way: "less", rule: "retention-shortened", noun });
const backups = (path: string): Safeguard => ({ path, way: "off", rule: "backups-off", noun: "the automatic backup" });
const recovery = (path: string): Safeguard => ({
	path,
	way: "off",
	rule: "point-in-time-recovery-off",
	noun: "the recovery to any moment",
});
const versioning = (path: string): Safeguard => ({ path, way: "off", rule: "versioning-off", noun: "the versioning" });
const encryption = (path: string): Safeguard => ({
	path,
	way: "changed",
	rule: "encryption-changed",
	noun: "the encryption key",
});
const publicAccess = (path: string): Safeguard => ({
	path,
	way: "off",
	rule: "public-access-possible",
	noun: "the prevention of public access",
});

/** Whatever the type: these names mean the same everywhere. */
const EVERYWHERE: Safeguard[] = [
	lock("deletionProtection"),
	lock("deletionProtectionEnabled"),
	lock("deleteProtection"),
	lock("deleteProtectionState"),
	lock("deletionPolicy"),
	lock("spec.persistentVolumeReclaimPolicy"),
	lock("enableDeletionProtection"),
	lock("settings.deletionProtectionEnabled"),
	backups("settings.backupConfiguration.enabled"),
	recovery("settings.backupConfiguration.pointInTimeRecoveryEnabled"),
	recovery("settings.backupConfiguration.binaryLogEnabled"),
	recovery("pointInTimeRecovery.enabled"),
	retention("settings.backupConfiguration.transactionLogRetentionDays", "the time that recovery reaches back"),
	retention("settings.backupConfiguration.backupRetentionSettings.retainedBackups", "the number of backups"),
	retention("settings.diskSize", "the disk"),
	retention("backupRetentionPeriod", "the time for which backups are kept"),
	retention("snapshotRetentionLimit", "the time for which snapshots are kept"),
	retention("softDeletePolicy.retentionDurationSeconds", "the time in which deleted objects come back"),
	retention("retentionPolicy.retentionPeriod", "the time in which no object can be deleted"),
	retention("recoveryWindowInDays", "the time in which a deleted secret comes back"),
	retention("deletionWindowInDays", "the time in which a deleted key comes back"),
	retention("destroyScheduledDuration", "the time in which a destroyed key comes back"),
	retention("allocatedStorage", "the disk"),
	retention("rule.defaultRetention.days", "the time of the object lock"),
	retention("rule.defaultRetention.years", "the time of the object lock"),
	versioning("versioning.enabled"),
	versioning("versioningConfiguration.status"),
	publicAccess("publicAccessPrevention"),
	publicAccess("blockPublicAcls"),
	publicAccess("blockPublicPolicy"),
	publicAccess("ignorePublicAcls"),
	publicAccess("restrictPublicBuckets"),
	{
		path: "uniformBucketLevelAccess",
		way: "off",
		rule: "public-access-possible",
		noun: "access by the bucket's policy alone",
	},
	encryption("encryption.defaultKmsKeyName"),
	encryption("encryptionKeyName"),
	encryption("kmsKeyId"),
	encryption("kmsKeyArn"),
	encryption("rules.applyServerSideEncryptionByDefault.kmsMasterKeyId"),
	{ path: "storageEncrypted", way: "off", rule: "encryption-changed", noun: "the encryption" },
	{ path: "backupPolicy.status", way: "off", rule: "backups-off", noun: "the automatic backup" },
];
/** Words for "on", in upper case. */
const ON = new Set([
	"TRUE",
	"ENABLED",
	"ENFORCED",
	"PROTECTED",
	"ACTIVE",
	"DELETE_PROTECTION_ENABLED",
	"ABANDON",
	"PREVENT",
	"RETAIN",
]);

/** What keeps the data of a resource safe now, and no longer does after the update. */
export function weakened(type: string, before: State, after: State): Weakening[] {
	return [
		...options(before, after),
		...EVERYWHERE.flatMap((safeguard) =>
			compared(safeguard, at(before.inputs, safeguard.path), at(after.inputs, safeguard.path)),
		),
		...deletesSooner(type, before.inputs, after.inputs),
	];
}

function options(before: State, after: State): Weakening[] {
	return (["protect", "retainOnDelete"] as const)
		.filter((option) => before[option] && !after[option])
		.map((option) => ({
			rule: option === "protect" ? "protect-removed" : "retain-removed",
			reason:
				option === "protect"
					? "protect goes from true to false: from then on an update may delete or replace it."
					: "retainOnDelete goes from true to false: whoever takes it out of the program then deletes it.",
			wayOut: `Set { ${option}: true } in its resource options.`,
		}));
}

function compared({ path, way, rule, noun }: Safeguard, old: unknown, next: unknown): Weakening[] {
	if (JSON.stringify(old) === JSON.stringify(next) || old === undefined || old === null) return [];
	if (isHidden(old)) return [];
	const isLess = {
		off: isOn(old) && !isOn(next),
		// What is not known cannot be called shorter, and not be called safe.
		less: isHidden(next) || !(amount(next) >= amount(old)),
		changed: true,
	}[way];
	if (!isLess) return [];
	const to = isHidden(next) ? "a value that the preview does not show" : shown(next);
	const verb = way === "less" ? "shrinks" : way === "off" ? "is taken away" : "changes";
	return [
		{
			rule,
			reason: `${capital(noun)} ${verb}: ${path} goes from ${shown(old)} to ${to}.`,
			wayOut: `Set ${path} back to ${shown(old)}.`,
		},
	];
}

function isOn(value: unknown): boolean {
	return ON.has(`${value}`.toUpperCase());
}

/** Seconds may be written as "604800s". */
function amount(value: unknown): number {
	return Number.parseFloat(`${value}`);
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
