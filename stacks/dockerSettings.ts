import * as pulumi from "@pulumi/pulumi";
import { type DockerAppArgs, dockerAppProblems } from "../components/docker/args";
import { DockerCli } from "../components/docker/cli";
import { hostProblems } from "../components/docker/host/index";
import { readConfiguration } from "./settings";
import type { Settings } from "./shapes";

/** The configuration of a stack on a Docker host, with everything checked that can be before anything is touched. */
export async function checkedDockerSettings() {
	const { settings, secrets, check } = readConfiguration("docker", (settings) => ({
		"app.secrets": settings.app.secrets,
		"backup.secrets": backupOf(settings)?.secrets,
	}));
	const host = new pulumi.Config("docker").get("host");
	const { name, publish, domain, existingData, keeper } = settings;
	const backup = backupOf(settings);
	const args = {
		...settings.app,
		secrets: secrets(settings.app.secrets),
		publish,
		domain,
		existingData,
		keeper,
		backup: settings.backup === "false" ? false : backup && { ...backup, secrets: secrets(backup.secrets) },
	} as DockerAppArgs;
	const onHost = await hostProblems(new DockerCli(host), name, args);
	const resolved = { ...args, ...onHost.identity };
	check([...dockerAppProblems(resolved), ...onHost.problems]);
	return { name, args: resolved, host };
}

function backupOf({ backup }: Settings<"docker">) {
	return backup === "false" ? undefined : backup;
}
