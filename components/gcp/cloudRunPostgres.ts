import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import { REHEARSAL_SUFFIX, urlVariables } from "../postgres";
import type { CloudRunAppArgs, CloudRunPostgres } from "./cloudRunArgs";
import type { SecretReference } from "./cloudRunContainers";
import { appSecrets } from "./secrets";

/** How an app reaches its Postgres server. */
export interface PostgresAccess {
	/** The server. */
	server: CloudRunPostgres;
	/** The app's variables that hold the URL. */
	url: Record<string, SecretReference>;
	/** The same, of the database in which a move is rehearsed. */
	rehearsalUrl: Record<string, SecretReference>;
	/** What must be there before a container can connect. */
	grants: pulumi.Resource[];
}

/** The right to connect to this one instance and to read its URL, for whom the service runs as. */
export function postgresAccess(
	name: string,
	member: pulumi.Input<string>,
	server: CloudRunPostgres,
	args: CloudRunAppArgs,
	options: pulumi.CustomResourceOptions,
): PostgresAccess {
	const here = { parent: options.parent };
	const { database, instance, project } = server;
	const scheme = args.move?.urlScheme;
	const rehearsal = pulumi.interpolate`${database}${REHEARSAL_SUFFIX}`;
	const made = {
		...(scheme !== undefined && { POSTGRES_URL: server.urlOf(database, scheme) }),
		POSTGRES_REHEARSAL_URL: server.urlOf(rehearsal, scheme),
	};
	const secrets = appSecrets(name, made, member, args, options);
	const connect = {
		project,
		role: "roles/cloudsql.client",
		member,
		condition: {
			title: "holdfast-postgres",
			description: "One instance only",
			expression: pulumi.interpolate`resource.name == "projects/${project}/instances/${instance}" && resource.service == "sqladmin.googleapis.com"`,
		},
	};
	const read = { secretId: server.url.secret, role: "roles/secretmanager.secretAccessor", member };
	const { POSTGRES_URL: url = server.url, POSTGRES_REHEARSAL_URL: rehearsalUrl = server.url } = secrets.references;
	return {
		server,
		url: everyVariable(url),
		rehearsalUrl: everyVariable(rehearsalUrl),
		grants: [
			...secrets.grants,
			new gcp.projects.IAMMember(`${name}-postgres-connect`, connect, here),
			new gcp.secretmanager.SecretIamMember(`${name}-postgres-url-access`, read, here),
		],
	};

	function everyVariable(reference: SecretReference) {
		return Object.fromEntries(urlVariables(args.data).map((variable) => [variable, reference]));
	}
}

/** The app as it is on Postgres: no variable says any more where a SQLite file would be. */
export function withoutUrl(app: App, { data }: Pick<CloudRunAppArgs, "data">): App {
	const hidden = urlVariables(data);
	const environment = Object.fromEntries(
		Object.entries(app.data.environment).filter(([variable]) => !hidden.includes(variable)),
	);
	return { ...app, data: { ...app.data, environment } };
}
