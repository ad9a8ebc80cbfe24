import { plainEnvironment, type Variable } from "./environments";
import type { PlannedResource, Rule, Violation } from "./rule";
import { at, isObject, list, parsed, shown, texts } from "./values";

/** Kinds of file systems that lie on another machine. */
const NETWORK =
	/(?:^|[/:_.-])(?:nfs\d?|cifs|smb\d*|smbfs|sshfs|s3fs|gcsfuse|rclone|glusterfs|cephfs|efs|azurefiles?|filestore|9p)(?:$|[/:_.-])/i;

const WAY_OUT =
	"Keep the database on a local disk and let a replica carry it elsewhere; other files may stay where they are.";

/**
 * SQLite's locks do not hold on a network file system, and its write-ahead log needs memory that all writers share. A file
 * system that lies on another machine therefore ends in a corrupt database, mostly after weeks.
 */
export const noSqliteOnNetworkFileSystem: Rule = {
	name: "no-sqlite-on-network-file-system",
	description: "No SQLite database lies on a network file system, where its locks do not hold.",
	check(resource) {
		if (resource.type.startsWith("docker:")) return docker(resource);
		if (resource.type === "kubernetes:core/v1:PersistentVolumeClaim") return claim(resource);
		const mounted = mounts(resource);
		if (mounted.length === 0) return [];
		const paths = sqlitePaths(plainEnvironment(resource.properties));
		const found = mounted.flatMap(({ path, system }) => {
			const database = paths.find((each) => lies(each, path));
			return database === undefined ? [] : [`${database} lies on ${system}, which is mounted at ${path}`];
		});
		return [...new Set(found)].map((reason) => atRisk(`${reason}: SQLite's locks do not hold there.`));
	},
};

function atRisk(reason: string): Violation {
	return { verdict: "at risk", reason, wayOut: WAY_OUT };
}

/** A volume on a Docker host says of what kind it is, and nothing of what it will hold. */
function docker({ type, properties }: PlannedResource): Violation[] {
	const own = type === "docker:index/volume:Volume" ? [properties] : [];
	const mounted = [...list(properties.mounts), ...list(at(properties, "taskSpec.containerSpec.mounts"))];
	const volumes = mounted.map((mount) => at(mount, "volumeOptions"));
	return [...own, ...volumes].filter(isObject).flatMap((volume) => {
		const driver = volume.driver ?? volume.driverName;
		const options = volume.driverOpts ?? volume.driverOptions;
		const [network] = [...texts(driver), ...texts(at(options, "type"))].filter((each) => NETWORK.test(each));
		if (network === undefined) return [];
		return [
			atRisk(`The volume lies on ${network}, a network file system: a SQLite database on it would be corrupted.`),
		];
	});
}

function claim({ properties }: PlannedResource): Violation[] {
	const [storage] = texts(at(properties, "spec.storageClassName")).filter((each) => NETWORK.test(each));
	if (storage === undefined) return [];
	return [
		atRisk(
			`spec.storageClassName is ${shown(storage)}, a network file system: a SQLite database on it would be corrupted.`,
		),
	];
}

interface Mount {
	path: string;
	system: string;
}

/** Where network file systems are mounted in what a resource runs. */
function mounts({ type, properties }: PlannedResource): Mount[] {
	if (type.startsWith("aws:ecs/taskDefinition:")) {
		return joined(list(properties.volumes), list(parsed(properties.containerDefinitions)), {
			mounts: "mountPoints",
			volume: "sourceVolume",
			path: "containerPath",
			systems: { efsVolumeConfiguration: "EFS", fsxWindowsFileServerVolumeConfiguration: "FSx" },
		});
	}
	if (type.startsWith("gcp:cloudrun") || type.startsWith("kubernetes:")) {
		return podSpecs(properties).flatMap((spec) =>
			joined(list(spec.volumes), [...list(spec.containers), ...list(spec.initContainers)], {
				mounts: "volumeMounts",
				volume: "name",
				path: "mountPath",
				systems: {
					nfs: "NFS",
					gcs: "a bucket (Cloud Storage FUSE)",
					azureFile: "Azure Files",
					cephfs: "CephFS",
					csi: "CSI",
				},
			}),
		);
	}
	if (type.startsWith("aws:lambda/function:")) {
		return texts(at(properties, "fileSystemConfig.localMountPath")).map((path) => ({ path, system: "EFS" }));
	}
	return [];
}

/** Whatever has both volumes and containers: a pod, or the template of a service or job, at any depth. */
function podSpecs(value: unknown): Record<string, unknown>[] {
	if (Array.isArray(value)) return value.flatMap(podSpecs);
	if (!isObject(value)) return [];
	const own = value.volumes !== undefined && value.containers !== undefined ? [value] : [];
	return [...own, ...Object.values(value).flatMap(podSpecs)];
}

interface Names {
	mounts: string;
	volume: string;
	path: string;
	systems: Record<string, string>;
}

function joined(volumes: unknown[], containers: unknown[], names: Names): Mount[] {
	return volumes.filter(isObject).flatMap((volume) => {
		const system = systemOf(volume, names.systems);
		if (system === undefined) return [];
		return containers
			.flatMap((container) => list(at(container, names.mounts)))
			.filter((mount) => at(mount, names.volume) === volume.name)
			.flatMap((mount) => texts(at(mount, names.path)).map((path) => ({ path, system })));
	});
}

function systemOf(volume: Record<string, unknown>, systems: Record<string, string>): string | undefined {
	const key = Object.keys(systems).find((each) => isObject(volume[each]) || Array.isArray(volume[each]));
	if (key !== "csi") return key && systems[key];
	// A driver for disks is no network file system.
	return texts(at(volume, "csi.driver")).find((driver) => NETWORK.test(driver));
}

/** The database files that variables name: `sqlite:////data/app.db`, or a path that ends as one. */
function sqlitePaths(variables: Variable[]): string[] {
	return variables.flatMap(({ name, value }) => {
		const url = /^(?:sqlite|sqlite3|file)(?:\+\w+)?:(?:\/\/)?(\/\/?[^?#]+)/i.exec(value)?.[1];
		if (url !== undefined && (/^sqlite/i.test(value) || isFile(url))) return [url.replace(/^\/\//, "/")];
		return value.startsWith("/") && (name === "HOLDFAST_DATABASE" || isFile(value)) ? [value] : [];
	});
}

function isFile(path: string): boolean {
	return /\.(?:db|db3|sqlite|sqlite3)$/i.test(path);
}

function lies(file: string, directory: string): boolean {
	return file.startsWith(directory.endsWith("/") ? directory : `${directory}/`);
}
