import * as pulumi from "@pulumi/pulumi";
import { type DockerAppArgs, dockerAppProblems } from "../components/docker/args";
import { DockerCli } from "../components/docker/cli";
import { hostProblems } from "../components/docker/host/index";
import { type DockerPostgresServer, dockerPostgresProblems } from "../components/docker/postgres";
import { asMoveSetting, moveSettings } from "./moveSettings";
import { below, readConfiguration } from "./settings";
import type { Settings } from "./shapes";

/** The server, which is made with it; for the rules, what it is called does not matter. */
const PLANNED = {
	server: pulumi.output("postgres"),
	database: pulumi.output("postgres"),
	user: pulumi.output("postgres"),
	network: pulumi.output("postgres"),
	urlVolume: pulumi.output("postgres"),
	dumpsVolume: pulumi.output("postgres"),
} satisfies DockerPostgresServer;

/** The configuration of a stack on a Docker host, with everything checked that can be before anything is touched. */
export async function checkedDockerSettings() {
	const { settings, secrets, check } = readConfiguration("docker", (settings) => ({
		"app.secrets": settings.app.secrets,
		"backup.secrets": backupOf(settings)?.secrets,
		"statusPage.token": tokenOf(settings),
	}));
	const host = new pulumi.Config("docker").get("host");
	const { name, publish, domain, existingData, keeper, database } = settings;
	const moving = moveSettings(settings);
	const backup = backupOf(settings);
	const args = {
		...settings.app,
		secrets: secrets(settings.app.secrets),
		publish,
		domain,
		existingData,
		keeper,
		statusPage: statusPageOf(settings, secrets),
		database,
		...(moving !== undefined && { postgres: PLANNED, move: moving.move }),
		backup: settings.backup === "false" ? false : backup && { ...backup, secrets: secrets(backup.secrets) },
	} as DockerAppArgs;
	const onHost = await hostProblems(new DockerCli(host), name, args);
	const resolved = { ...args, ...onHost.identity };
	const options = [...dockerAppProblems(resolved).map(asMoveSetting), ...onHost.problems];
	const ofServer = moving === undefined ? [] : dockerPostgresProblems(name, moving.server);
	check(options, ofServer.map(below("postgres")));
	return { name, args: resolved, host, postgres: moving?.server };
}

function backupOf({ backup }: Settings<"docker">) {
	return backup === "false" ? undefined : backup;
}

/** What the settings have is the name of the secret. */
function tokenOf({ statusPage }: Settings<"docker">): string[] | undefined {
	return typeof statusPage === "object" && statusPage.token !== undefined ? [statusPage.token] : undefined;
}

function statusPageOf(
	settings: Settings<"docker">,
	secrets: (names?: string[]) => Record<string, pulumi.Input<string>>,
): DockerAppArgs["statusPage"] {
	const { statusPage } = settings;
	if (typeof statusPage !== "object") return statusPage === undefined ? undefined : false;
	const { token, ...rest } = statusPage;
	return { ...rest, ...(token !== undefined && { token: pulumi.secret(secrets([token])[token] ?? "") }) };
}
