import { backedUpData } from "./backedUp";
import { noForceDestroy } from "./forceDestroy";
import { noSqliteOnNetworkFileSystem } from "./networkFileSystem";
import { protectedData } from "./protectedData";
import { noPublicBucket } from "./publicBucket";
import type { Rule } from "./rule";
import { noSecretInEnvironment } from "./secretInEnvironment";
import { noWildcardIam } from "./wildcardIam";

/** All rules that need no diff. The guard and the policy pack take them from here. */
export const RULES: Rule[] = [
	protectedData,
	backedUpData,
	noPublicBucket,
	noWildcardIam,
	noForceDestroy,
	noSecretInEnvironment,
	noSqliteOnNetworkFileSystem,
];
