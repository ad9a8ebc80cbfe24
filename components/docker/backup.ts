import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type BackupStore, parseLocation } from "../backup";
import { type Problem, shown, wholeNumber } from "../validate";
import type { DockerAppArgs } from "./args";

/** A backup store on the Docker host itself. It survives deploys and mistakes; the loss of the host only on a disk elsewhere. */
export interface HostBackup {
	/** A named volume that is there already. @default - one of its own, kept when the stack is destroyed */
	volume?: string;
	/** Absolute path of a directory on the host, best on another disk; one of `volume`, `directory`. @default - none */
	directory?: string;
	/** Days for which every moment can be restored, 1 to 3650. @default 30 */
	retentionDays?: number;
}

/** Where the keeper sees a store on the host. */
const MOUNTED = "/backup";

/** A store with everything filled in that the containers need to know. */
export interface DockerBackup {
	url: pulumi.Input<string>;
	environment: Record<string, pulumi.Input<string>>;
	secrets: Record<string, pulumi.Input<string>>;
	retentionDays: number;
	/** What of the host is mounted for it; `own`: the volume that the component makes. */
	host?: { source: string; own: boolean };
}

/** The backup of an app, undefined where it has none. */
export function backupOf(ownVolume: string, name: string, { backup = {} }: DockerAppArgs): DockerBackup | undefined {
	if (backup === false) return undefined;
	const { retentionDays = 30 } = backup;
	if ("url" in backup) {
		const { url, environment = {}, secrets = {} } = backup;
		return { url, environment, secrets, retentionDays };
	}
	const source = backup.directory ?? backup.volume ?? ownVolume;
	// By the app's name: a directory may be given to several apps.
	return {
		url: `file://${MOUNTED}/${name}`,
		environment: {},
		secrets: {},
		retentionDays,
		host: { source, own: source === ownVolume },
	};
}

/** The mount of a store on the host. */
export function backupMounts({ host }: DockerBackup): docker.types.input.ContainerMount[] {
	if (host === undefined) return [];
	return [{ type: host.source.startsWith("/") ? "bind" : "volume", source: host.source, target: MOUNTED }];
}

/** Everything that is wrong with the backup, and with what rests on it. */
export function backupProblems({
	backup,
	initialData,
	existingData,
	deploy,
	acknowledge,
	door,
}: DockerAppArgs): Problem[] {
	if (backup === false) {
		const needs = (propertyPath: string, got: unknown, why: string) => {
			const reason = `needs a backup, whose keeper ${why} (got ${shown(got)} and backup: false): leave one of the two out`;
			return got === undefined ? [] : [{ propertyPath, reason }];
		};
		return [
			...needs("initialData", initialData, "takes it in"),
			...needs("deploy", deploy, "rehearses a deploy and leads it back"),
			...needs("acknowledge", acknowledge, "knows what the backup store has"),
			...needs("door", door, "is the way to the app"),
		];
	}
	if (backup === undefined) return [];
	const problems = wholeNumber("backup.retentionDays", backup.retentionDays, 1, 3650);
	const add = (propertyPath: string, reason: string) => problems.push({ propertyPath, reason });
	if ("url" in backup) {
		const places = Object.keys(backup).filter((key) => ["url", "volume", "directory"].includes(key));
		if (places.length > 1) add("backup", `must name one place (got ${places.join(" and ")}): leave the others out`);
		return [...problems, ...urlProblems(backup)];
	}
	const { volume, directory } = backup;
	if (volume !== undefined && directory !== undefined) {
		add(
			"backup",
			`must name a volume or a directory (got both ${shown(volume)} and ${shown(directory)}): leave one out`,
		);
	}
	if (directory !== undefined && !/^\/+[^/]/.test(directory)) {
		add("backup.directory", `must be an absolute path on the Docker host, and not / itself (got ${shown(directory)})`);
	}
	if (volume !== undefined && !/^[a-zA-Z0-9][\w.-]+$/.test(volume)) {
		add("backup.volume", `must be the name of a volume, as docker volume ls shows it (got ${shown(volume)})`);
	}
	const data = existingData as { volume?: string; directory?: string } | undefined;
	const isSame =
		(volume !== undefined && volume === data?.volume) ||
		(directory !== undefined && data?.directory !== undefined && overlap(directory, data.directory));
	if (isSame) {
		const [own, other] = [shown(volume ?? directory), shown(data?.volume ?? data?.directory)];
		add("backup", `must not lie where the data lies, or both are lost together (got ${own} and existingData ${other})`);
	}
	return problems;
}

function overlap(one: string, other: string): boolean {
	const [a, b] = [`${posix.normalize(one)}/`, `${posix.normalize(other)}/`];
	return a.startsWith(b) || b.startsWith(a);
}

function urlProblems({ url, secrets = {}, environment = {} }: BackupStore): Problem[] {
	const problems: Problem[] = [];
	if (typeof url === "string") {
		const location = parseLocation(url);
		if (location === undefined || location.scheme === "file") {
			const reason = `must be s3://bucket/prefix or gs://bucket/prefix (got ${shown(url)}); for the host itself, give volume or directory instead`;
			problems.push({ propertyPath: "backup.url", reason });
		}
	}
	for (const name of Object.keys(environment)) {
		const propertyPath = `backup.environment.${name}`;
		if (/^(AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|GOOGLE_CREDENTIALS)$/.test(name)) {
			problems.push({ propertyPath, reason: `must not be in the open (got ${name}): move it to backup.secrets` });
		} else if (name.startsWith("HOLDFAST_")) {
			const reason = `must not be one of the keeper's own settings (got ${name}): use keeper, or retentionDays`;
			problems.push({ propertyPath, reason });
		}
	}
	for (const name of Object.keys(secrets)) {
		if (/^(AWS_\w+|GOOGLE_CREDENTIALS)$/.test(name)) continue;
		const reason = `must be a credential that the keeper knows: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or GOOGLE_CREDENTIALS (got ${shown(name)})`;
		problems.push({ propertyPath: `backup.secrets.${name}`, reason });
	}
	return problems;
}
