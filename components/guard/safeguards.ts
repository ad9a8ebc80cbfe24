/** Properties that keep data safe, or do harm to it, and by which a resource can be less safe than before. */

/** What it is to be less than before. */
type Way = "off" | "on" | "less" | "sooner" | "changed";

export interface Safeguard {
	/** As `settings.deletionProtectionEnabled`. */
	path: string;
	/**
	 * `off`: it was on. `on`: what does harm was off. `less`: a number that is smaller, or gone. `sooner`: a time after which
	 * data goes, where there was none or a longer one. `changed`: another value, or none.
	 */
	way: Way;
	rule: string;
	/** What it is, in words. */
	noun: string;
	/** What the platform takes where nothing is set. @default - nothing */
	otherwise?: unknown;
}

const lock = (path: string): Safeguard => ({
	path,
	way: "off",
	rule: "deletion-protection-off",
	noun: "the deletion protection",
});
const retention = (path: string, noun: string, otherwise?: number | string): Safeguard => {
	return { path, way: "less", rule: "retention-shortened", noun, otherwise };
};
const expiry = (path: string, noun: string): Safeguard => ({ path, way: "sooner", rule: "expires-sooner", noun });
const backups = (path: string): Safeguard => ({ path, way: "off", rule: "backups-off", noun: "the automatic backup" });
const recovery = (path: string): Safeguard => ({
	path,
	way: "off",
	rule: "point-in-time-recovery-off",
	noun: "the recovery to any moment",
});
const kept = (path: string): Safeguard => ({
	path,
	way: "off",
	rule: "kept-after-deletion-off",
	noun: "what keeps the data when its resource is deleted",
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

const reachable = (path: string): Safeguard => ({
	path,
	way: "on",
	rule: "public-access-possible",
	noun: "access from the internet",
});

/** Whatever the type: these names mean the same everywhere. */
export const SAFEGUARDS: Safeguard[] = [
	lock("deletionProtection"),
	lock("deletionProtectionEnabled"),
	lock("deleteProtection"),
	lock("deleteProtectionState"),
	lock("enableDeletionProtection"),
	lock("settings.deletionProtectionEnabled"),
	backups("settings.backupConfiguration.enabled"),
	recovery("settings.backupConfiguration.pointInTimeRecoveryEnabled"),
	recovery("settings.backupConfiguration.binaryLogEnabled"),
	recovery("pointInTimeRecovery.enabled"),
	recovery("pointInTimeRecoveryEnablement"),
	backups("automatedBackupPolicy.enabled"),
	{ ...recovery("continuousBackupConfig.enabled"), otherwise: true },
	retention("settings.backupConfiguration.transactionLogRetentionDays", "the time that recovery reaches back"),
	retention("settings.backupConfiguration.backupRetentionSettings.retainedBackups", "the number of backups"),
	retention("settings.diskSize", "the disk"),
	retention("backupRetentionPeriod", "the time for which backups are kept"),
	retention("snapshotRetentionLimit", "the time for which snapshots are kept"),
	retention("softDeletePolicy.retentionDurationSeconds", "the time in which deleted objects come back", 604_800),
	retention("retentionPolicy.retentionPeriod", "the time in which no object can be deleted"),
	retention("recoveryWindowInDays", "the time in which a deleted secret comes back", 30),
	retention("deletionWindowInDays", "the time in which a deleted key comes back", 30),
	retention("destroyScheduledDuration", "the time in which a destroyed key comes back"),
	retention("allocatedStorage", "the disk"),
	retention("rule.defaultRetention.days", "the time of the object lock"),
	retention("rule.defaultRetention.years", "the time of the object lock"),
	retention("maxTimeTravelHours", "the time that recovery reaches back", 168),
	retention("retentionProperties.magneticStoreRetentionPeriodInDays", "the time for which rows are kept"),
	retention("properties.softDeleteRetentionInDays", "the time in which a deleted key comes back", 90),
	retention("backup.backupRetentionDays", "the time for which backups are kept", 7),
	expiry("defaultTableExpirationMs", "the end of its tables"),
	expiry("defaultPartitionExpirationMs", "the end of its partitions"),
	expiry("timePartitioning.expirationMs", "the end of its partitions"),
	expiry("expirationTime", "its end"),
	expiry("rules.lifecycle.deleteAfter", "the end of its backups"),
	{ path: "ttl.enabled", way: "on", rule: "expires-sooner", noun: "the deletion of rows by their age" },
	{ path: "rule.defaultRetention.mode", way: "off", rule: "retention-shortened", noun: "the strict object lock" },
	{
		path: "isEnabled",
		way: "off",
		rule: "key-disabled",
		noun: "the key, without which nothing can be read,",
		otherwise: true,
	},
	kept("deletionPolicy"),
	kept("spec.persistentVolumeReclaimPolicy"),
	kept("finalSnapshot"),
	kept("properties.enablePurgeProtection"),
	{
		path: "deleteAutomatedBackups",
		way: "on",
		rule: "kept-after-deletion-off",
		noun: "the deletion of the backups along with the server",
		otherwise: true,
	},
	versioning("versioning.enabled"),
	versioning("versioningConfiguration.status"),
	publicAccess("publicAccessPrevention"),
	publicAccess("blockPublicAcls"),
	publicAccess("blockPublicPolicy"),
	publicAccess("ignorePublicAcls"),
	publicAccess("restrictPublicBuckets"),
	reachable("publiclyAccessible"),
	reachable("allowBlobPublicAccess"),
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
	encryption("serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.kmsMasterKeyId"),
	{ path: "storageEncrypted", way: "off", rule: "encryption-changed", noun: "the encryption" },
	{ path: "backupPolicy.status", way: "off", rule: "backups-off", noun: "the automatic backup" },
];
