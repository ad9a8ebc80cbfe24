import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CloudRunApp } from "../../components/gcp/cloudRunApp";
import { args, DIGEST, makeCloudRun, rendered, SERVICE, startGoogle } from "./cloudRun";
import { haveKeeperProgram } from "./docker";
import { failuresOf, Made } from "./mocks";

const API = "gcp:projects/service:Service";

const made = new Made();
beforeAll(async () => {
	await haveKeeperProgram();
	await startGoogle(made);
});
beforeEach(() => made.forget());

describe("the secrets and images of a CloudRunApp", () => {
	it("secrets: by reference with a pinned version, read by the service's account alone, kept", async () => {
		await makeCloudRun({ secrets: { API_KEY: "s3cret" } });
		const { app, keeper } = rendered(made);
		const [secretId] = Object.values(made.of("gcp:secretmanager/secret:Secret")).map((secret) => secret.secretId);
		expect(secretId).toMatch(/^shop-test-notes-api-key-[0-9a-f]{8}$/);
		expect(app.environment.API_KEY).toEqual({ valueSource: { secretKeyRef: { secret: secretId, version: "7" } } });
		expect(keeper.environment).not.toHaveProperty("API_KEY");
		expect(JSON.stringify(made.of(SERVICE))).not.toContain("s3cret");
		// Wrapped, as the engine gets what is secret.
		const [version] = Object.values(made.of("gcp:secretmanager/secretVersion:SecretVersion"));
		expect(version?.secretData).toMatchObject({ value: "s3cret" });
		expect(made.of("gcp:secretmanager/secretIamMember:SecretIamMember")["notes-secret-API_KEY-access"]).toEqual({
			secretId,
			role: "roles/secretmanager.secretAccessor",
			member: "serviceAccount:writer@shop.iam.gserviceaccount.com",
		});
		expect(Object.keys(made.of(API))).toContain("notes-api-secretmanager");
	});

	it("images that are built are pushed to a repository of the app's own; the keeper's runs as the app's user", async () => {
		const build = { context: `${__dirname}/../../stacks/sample-app` };
		const outputs = await makeCloudRun({ image: undefined, build, keeper: {}, user: 1001 });
		const place = "asia-southeast1-docker.pkg.dev/my-project/shop-test-notes";
		expect(outputs.image).toBe(`${place}/app@${DIGEST}`);
		expect(outputs.keeperImage).toBe(`${place}/keeper@${DIGEST}`);
		expect(made.of("gcp:artifactregistry/repository:Repository")["notes-images"]).toMatchObject({
			repositoryId: "shop-test-notes",
			location: "asia-southeast1",
			format: "DOCKER",
		});
		const built = made.of("docker:index/remoteImage:RemoteImage");
		expect(built["notes-keeper-image"]?.build.buildArgs).toEqual({ OWNER: "1001:1001" });
		expect(built["notes-app-image"]?.name).toMatch(new RegExp(`^${place}/app:[0-9a-f]{16}$`));
		expect(Object.keys(made.of(API))).toContain("notes-api-artifactregistry");
	});

	// Last: what failed under mocks leaves them waiting.
	it("a reference that is only known later is checked then", async () => {
		const later = pulumi.output("ghcr.io/me/notes:latest");
		const failures = await failuresOf(() => new CloudRunApp("later", { ...args, image: later }));
		expect(failures).toContain(
			'image must end in its digest, so that every start runs the same (got "ghcr.io/me/notes:latest")',
		);
	});
});
