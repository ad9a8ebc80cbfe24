import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { withDefaults } from "../../components/app";
import { imageProcess, processOf } from "../../components/docker/waiting";
import { FakeDockerCli, IMAGE_PROCESS } from "./dockerCliFake";
import { failuresOf, Made, resolved } from "./mocks";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

beforeAll(() => new Made().start());
beforeEach(() => {
	FakeDockerCli.image = IMAGE_PROCESS;
});

const app = (secrets: Record<string, string> = {}) =>
	withDefaults({ image: "a", port: 1, data: { mountPath: "/d", databaseFile: "x" }, secrets });

describe("a container without a keeper", () => {
	it("gets its secrets by a shell, only where it is to have them, and otherwise has none", () => {
		const of = (exportSecrets: boolean) => processOf(app({ KEY: "x" }), ["gunicorn", "app"], { exportSecrets });
		expect(of(true)).toEqual({
			entrypoints: ["/bin/sh", "-c", 'KEY=$(cat /run/secrets/KEY) && export KEY && exec "$@"', "sh"],
			command: ["gunicorn", "app"],
		});
		expect(JSON.stringify(of(false))).not.toContain("/bin/sh");
	});

	it("runs its words directly, without a shell", async () => {
		const { entrypoints, command } = processOf(app(), ["gunicorn", "app", "-b"], { exportSecrets: true });
		expect(await resolved(pulumi.output(entrypoints))).toEqual(["gunicorn"]);
		expect(await resolved(pulumi.output(command))).toEqual(["app", "-b"]);
	});
});

describe("what an image runs by itself", () => {
	const of = (image = "sha256:a") => imageProcess(pulumi.output(image), undefined);

	it("is its entry point and then its command, either of which may be missing", async () => {
		expect(await resolved(of())).toEqual(["/entry.sh", "--fast", "serve", "all of it"]);
		FakeDockerCli.image = { Entrypoint: null, Cmd: null };
		expect(await resolved(of())).toEqual([]);
	});

	it("cannot be known of an image that is gone", async () => {
		FakeDockerCli.image = undefined;
		expect(await failuresOf(() => of())).toContain("the image sha256:a is gone from the Docker host: run npm run up");
	});
});
