import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { dockerAppProblems } from "../../components/docker/args";
import { inOrder, type StatusPageArgs, statusPageProblems } from "../../components/docker/statusPage";
import { args, CONTAINER, make, mocksOnDocker } from "./docker";

vi.mock("../../components/docker/cli", () => vi.importActual("./dockerCliFake"));

const made = mocksOnDocker();

const TOKEN = "0123456789abcdef0123";
const problems = (statusPage: unknown, backup?: false) =>
	statusPageProblems({ statusPage: statusPage as StatusPageArgs, backup }).map(
		({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
	);

describe("the status page of a DockerApp", () => {
	it("false: it is not published, and the keeper is not told that it is", async () => {
		await make({ statusPage: false });
		const { "notes-keeper": keeper } = made.of(CONTAINER);
		expect(keeper?.ports).toEqual([{ internal: 8000, external: 8000, ip: "127.0.0.1" }]);
		expect(JSON.stringify(keeper?.envs)).not.toContain("STATUS");
	});

	it("custom: a port and an address, with the token as a file for the keeper alone, marked as secret", async () => {
		await make({ statusPage: { port: 9000, address: "0.0.0.0", token: TOKEN } });
		const { notes, "notes-keeper": keeper, "notes-prepare": prepare } = made.of(CONTAINER);
		expect(keeper?.ports).toContainEqual({ internal: 9400, external: 9000, ip: "0.0.0.0" });
		const file = "/run/secrets/HOLDFAST_STATUS_TOKEN";
		expect(keeper?.envs).toEqual(
			expect.arrayContaining(["HOLDFAST_STATUS_ADDRESS=0.0.0.0", `HOLDFAST_STATUS_TOKEN_FILE=${file}`]),
		);
		expect(JSON.stringify([keeper, notes])).not.toContain(TOKEN);
		const secrets = expect.stringMatching(/-keeper-secrets-[0-9a-f]{8}$/);
		expect(keeper?.mounts).toContainEqual({ type: "volume", source: secrets, target: "/run/secrets", readOnly: true });
		expect(JSON.stringify(notes?.mounts)).not.toContain("keeper-secrets");
		// The mark of a secret, which the engine encrypts in the state.
		expect(prepare?.uploads).toEqual({
			[pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
			value: [
				{
					file: "/keeper-secrets/HOLDFAST_STATUS_TOKEN",
					content: TOKEN,
					owner: "1000",
					group: "1000",
					permissions: "0400",
				},
			],
		});
	});

	it("says everything that is wrong at once, and shows no token", () => {
		expect(problems({ port: 0, address: "everywhere", token: "short" })).toEqual([
			"statusPage.port: must be a whole number from 1 to 65535 (got 0)",
			'statusPage.address: must be an IP address of the Docker host, such as 127.0.0.1 or 0.0.0.0 (got "everywhere")',
			"statusPage.token: must have at least 16 characters and no spaces (got 5 characters): openssl rand -hex 32 makes one",
		]);
		for (const address of ["0.0.0.0", "::", "192.168.1.2"]) {
			expect(problems({ address })).toEqual([expect.stringContaining("statusPage.token: must be given where others")]);
			expect(problems({ address, token: TOKEN })).toEqual([]);
			expect(problems({ address, token: pulumi.secret(TOKEN) })).toEqual([]);
		}
		for (const address of [undefined, "127.0.0.1", "127.9.9.9", "::1"]) expect(problems({ address })).toEqual([]);
		expect(problems({ token: `${TOKEN} and more` })).toHaveLength(1);
		expect(problems({}, false)).toEqual([expect.stringContaining("statusPage: needs a backup")]);
		expect(problems(false, false)).toEqual([]);
		expect(problems("yes")).toEqual([expect.stringContaining("must be false, or a group of settings")]);
		expect(dockerAppProblems({ ...args, statusPage: { port: 0 } })).toHaveLength(1);
	});

	it("orders the ports by their numbers", () => {
		expect(inOrder([{ internal: 10_000 }, { internal: 9400 }, { internal: 80 }])).toEqual([
			{ internal: 80 },
			{ internal: 9400 },
			{ internal: 10_000 },
		]);
	});
});
