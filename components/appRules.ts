import { posix } from "node:path";
import { type App, type AppArgs, DEFAULT_VARIABLES, normalPath, withDefaults } from "./app";
import { doorProblems } from "./doorArgs";
import { type Problem, shown, wholeNumber } from "./validate";

/** Paths of the container that no data may be mounted on or under: the system needs them, or they are memory. */
const RESERVED = ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr"];
/** Node's images keep their apps in it. */
const ALLOWED = "/usr/src/";

/** Everything that is wrong with an app, whatever the platform. */
export function appProblems(args: AppArgs): Problem[] {
	const mounts = mountProblems(args);
	return [
		...imageProblems(args),
		...wholeNumber("port", args.port, 1, 65535),
		...mounts,
		// What the variables would say is only known where the paths are right.
		...(mounts.length === 0 ? environmentProblems(args, withDefaults(args)) : []),
		...variableProblems(args),
		...secretProblems(args),
		...commandProblems(args),
		...identityProblems(args),
		...healthProblems(args),
		...limitProblems(args),
		...deployProblems(args),
		...doorProblems(args),
	];
}

function imageProblems({ image, build }: AppArgs): Problem[] {
	if ((image === undefined) === (build === undefined)) {
		const got = image === undefined ? "neither" : "both";
		return [{ propertyPath: "image", reason: `must be given, or else build (got ${got}): name one of the two` }];
	}
	if (image !== undefined && typeof image === "string" && !/^[\w][\w.:/@-]*$/.test(image)) {
		return [
			{ propertyPath: "image", reason: `must be an image reference such as ghcr.io/me/app:1.2 (got ${shown(image)})` },
		];
	}
	return [];
}

function mountProblems({ data, cache }: AppArgs): Problem[] {
	const problems = [...pathProblems("data.mountPath", data.mountPath)];
	if (problems.length === 0) {
		const inside = posix
			.resolve(normalPath(data.mountPath), data.databaseFile)
			.startsWith(`${normalPath(data.mountPath)}/`);
		if (/[^\w./@+-]/.test(data.databaseFile)) {
			const reason = `must be of letters, digits and . _ - @ + /, which need no quoting in a URL (got ${shown(data.databaseFile)})`;
			problems.push({ propertyPath: "data.databaseFile", reason });
		} else if (!inside || data.databaseFile.endsWith("/")) {
			const reason = `must be a file inside data.mountPath ${data.mountPath}, or it is lost with the container (got ${shown(data.databaseFile)})`;
			problems.push({ propertyPath: "data.databaseFile", reason });
		}
	}
	if (data.urlScheme !== undefined && !/^sqlite(\+\w+)?$/.test(data.urlScheme)) {
		const reason = `must be sqlite or sqlite+driver, such as sqlite+aiosqlite (got ${shown(data.urlScheme)})`;
		problems.push({ propertyPath: "data.urlScheme", reason });
	}
	if (cache === undefined) return problems;
	problems.push(...pathProblems("cache.mountPath", cache.mountPath));
	if (problems.length === 0 && overlap(normalPath(data.mountPath), normalPath(cache.mountPath))) {
		const reason = `must not overlap data.mountPath (got ${shown(cache.mountPath)} and ${shown(data.mountPath)}): data would lie in a directory that may be emptied; use two directories side by side`;
		problems.push({ propertyPath: "cache.mountPath", reason });
	}
	return problems;
}

/** What is wrong with a path of the container that something is mounted at. */
export function pathProblems(propertyPath: string, path: string): Problem[] {
	if (!path.startsWith("/")) {
		const reason = `must be an absolute path in the container (got ${shown(path)}): write ${shown(`/${path.replace(/^(\.*\/)+/, "")}`)} with every directory that leads there`;
		return [{ propertyPath, reason }];
	}
	if (/[\s:,"]/.test(path)) {
		return [{ propertyPath, reason: `must have no space, colon, comma or quotation mark (got ${shown(path)})` }];
	}
	const reserved = normalPath(path).startsWith(ALLOWED)
		? undefined
		: RESERVED.find((taken) => overlap(taken, normalPath(path)));
	if (normalPath(path) === "/" || reserved !== undefined) {
		const reason = `must be a directory of its own, not part of the system's ${reserved ?? "/"} (got ${shown(path)}): use something like /app/data`;
		return [{ propertyPath, reason }];
	}
	return [];
}

/** Whether one of two directories is the other, or lies in it. */
export function overlap(one: string, other: string): boolean {
	return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

function environmentProblems(args: AppArgs, app: App): Problem[] {
	const problems: Problem[] = [];
	const given = args.environment ?? {};
	const derived: Record<string, string> = { ...app.data.environment, ...app.cache?.environment };
	for (const [variable, value] of Object.entries(given)) {
		const propertyPath = `environment.${variable}`;
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
			problems.push({ propertyPath, reason: `must be letters, digits and _ only (got ${shown(variable)})` });
		} else if (derived[variable] !== undefined && value !== derived[variable]) {
			const reason = `must agree with the mount, which makes it ${shown(derived[variable])} (got ${shown(value)}): leave it out, or change data or cache`;
			problems.push({ propertyPath, reason });
		} else if (
			typeof value === "string" &&
			sqlitePath(value) !== undefined &&
			sqlitePath(value) !== app.data.databasePath
		) {
			const reason = `must not name another SQLite file than ${app.data.databasePath}, which is the one that is kept (got ${shown(value)}): leave it out and add ${variable}: url to data.variables`;
			problems.push({ propertyPath, reason });
		}
	}
	return problems;
}

/** The file that a SQLite URL names; undefined for what is none. */
function sqlitePath(value: string): string | undefined {
	const found = /^sqlite(?:\+\w+)?:\/\/\/?([^?]*)/.exec(value);
	return found === null ? undefined : normalPath(found[1] ?? "");
}

/** Every variable has one meaning: where two parts of the configuration name it, one of them would win unseen. */
function variableProblems({ data, cache, secrets = {} }: AppArgs): Problem[] {
	const problems: Problem[] = [];
	const meanings = new Map<string, string>();
	const claim = (variable: string, propertyPath: string) => {
		const taken = meanings.get(variable);
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
			problems.push({ propertyPath, reason: `must be letters, digits and _ only (got ${shown(variable)})` });
		} else if (taken !== undefined) {
			const reason = `must not give ${variable} a second meaning (got it here and in ${taken}): name another variable`;
			problems.push({ propertyPath, reason });
		}
		meanings.set(variable, propertyPath);
	};
	for (const variable of Object.keys(data.variables ?? DEFAULT_VARIABLES))
		claim(variable, `data.variables.${variable}`);
	for (const variable of cache === undefined ? [] : (cache.variables ?? ["CACHE_DIR"]))
		claim(variable, "cache.variables");
	for (const name of Object.keys(secrets)) {
		claim(name, `secrets.${name}`);
		claim(`${name}_FILE`, `secrets.${name}`);
	}
	return problems;
}

function secretProblems({ secrets = {}, environment = {}, build }: AppArgs): Problem[] {
	const problems: Problem[] = [];
	for (const name of Object.keys(secrets)) {
		const propertyPath = `secrets.${name}`;
		for (const taken of [name, `${name}_FILE`].filter((variable) => environment[variable] !== undefined)) {
			const reason = `must not also be in environment, where anybody can read it (got both ${name} and environment.${taken}): remove environment.${taken}`;
			problems.push({ propertyPath, reason });
		}
		if (build?.args?.[name] !== undefined) {
			const reason = `must not also be in build.args, which stay in the image's history (got both): remove build.args.${name}`;
			problems.push({ propertyPath, reason });
		}
	}
	return problems;
}

function commandProblems({ command, migration, initialData }: AppArgs): Problem[] {
	const problems: Problem[] = [];
	for (const [propertyPath, words] of Object.entries({ command, migration })) {
		if (words !== undefined && (words.length === 0 || words[0] === "")) {
			const reason = `must begin with a program, such as ["alembic", "upgrade", "head"] (got ${shown(words)})`;
			problems.push({ propertyPath, reason });
		}
	}
	if (initialData !== undefined && !/^(\/[^/]|(s3|gs):\/\/[^/]+\/[^/])/.test(initialData)) {
		const reason = `must be an absolute path on the app's host, or an object such as s3://bucket/notes.db or gs://bucket/notes.db (got ${shown(initialData)})`;
		problems.push({ propertyPath: "initialData", reason });
	}
	return problems;
}

function identityProblems({ user, group, build }: AppArgs): Problem[] {
	if (typeof user !== "string") {
		return [...wholeNumber("user", user, 0, 65535), ...wholeNumber("group", group, 0, 65535)];
	}
	if (build === undefined) return wholeNumber("group", group, 0, 65535);
	const reason = `must be a number where the image is built: a name can only be looked up in an image that exists (got ${shown(user)}); write the id that the Dockerfile gives it`;
	return [{ propertyPath: "user", reason }];
}

function healthProblems({ health }: AppArgs): Problem[] {
	if (health === undefined || health === false) return [];
	const problems = [
		...wholeNumber("health.intervalSeconds", health.intervalSeconds, 1, 3600),
		...wholeNumber("health.timeoutSeconds", health.timeoutSeconds, 1, 3600),
		...wholeNumber("health.retries", health.retries, 1, 100),
		...wholeNumber("health.startPeriodSeconds", health.startPeriodSeconds, 0, 3600),
	];
	if (health.path !== undefined && !/^\/[\w./~%?&=+-]*$/.test(health.path)) {
		const reason = `must be a path that begins with / and needs no quoting (got ${shown(health.path)})`;
		problems.push({ propertyPath: "health.path", reason });
	}
	return problems;
}

function limitProblems({ cpus, memoryMiB, logs = {}, stopGraceSeconds }: AppArgs): Problem[] {
	const problems = [
		...wholeNumber("memoryMiB", memoryMiB, 16, 16 * 1024 * 1024),
		...wholeNumber("logs.maxSizeMB", logs.maxSizeMB, 1, 10_000),
		...wholeNumber("logs.maxFiles", logs.maxFiles, 1, 100),
		// 120 s is the most that Fargate allows; one limit for every platform.
		...wholeNumber("stopGraceSeconds", stopGraceSeconds, 1, 120),
	];
	if (cpus !== undefined && !(cpus >= 0.01 && cpus <= 1024)) {
		problems.push({ propertyPath: "cpus", reason: `must be a number of cores from 0.01 to 1024 (got ${shown(cpus)})` });
	}
	return problems;
}

function deployProblems({ deploy }: AppArgs): Problem[] {
	if (deploy === undefined) return [];
	const problems: Problem[] = [];
	const { rehearsal, mayLose = [] } = deploy;
	if (rehearsal !== undefined && rehearsal !== false && (typeof rehearsal !== "object" || rehearsal === null)) {
		const reason = `must be false, or { network: true } (got ${shown(rehearsal)}): leave it out for a rehearsal without a network`;
		problems.push({ propertyPath: "deploy.rehearsal", reason });
	}
	if (!Array.isArray(mayLose) || mayLose.some((table) => typeof table !== "string" || table === "")) {
		const reason = `must be a list of tables' names, such as ["sessions"] (got ${shown(mayLose)})`;
		problems.push({ propertyPath: "deploy.mayLose", reason });
	}
	return problems;
}
