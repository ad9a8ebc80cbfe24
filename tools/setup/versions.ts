/** What runs on the machine, pinned. Why these: see go/ and the comments beside each. */

/** The engine, downloaded or built. The newest that the Go module proxy serves whole and that starts policy packs. */
export const ENGINE = "3.200.0";

/** The oldest `pulumi` on PATH that is taken as it is. */
export const OLDEST_ENGINE = "3.200.0";

/** The Docker provider, in the version of the @pulumi/docker typings. */
export const DOCKER_PLUGIN = "5.2.0";

/** The tag of the sample app's base. Raised by hand when its recipe changes (sampleBase.ts, stacks/sample-app/base). */
export const SAMPLE_BASE = "holdfast/sample-base:1";
