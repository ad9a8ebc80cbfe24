import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";
import { stateful } from "../stateful";
import { changed } from "../transform";
import type { CloudRunAppArgs } from "./cloudRunArgs";
import type { SecretReference } from "./cloudRunContainers";

export interface AppSecrets {
	references: Record<string, SecretReference>;
	/** What must be there before a container can read them. */
	grants: pulumi.Resource[];
}

/**
 * Each secret in Secret Manager, readable by the service's account alone. The secret itself is kept when the stack is
 * destroyed; a value of before is, too, so that an older revision can still start.
 */
export function appSecrets(
	name: string,
	secrets: Record<string, pulumi.Input<string>>,
	member: pulumi.Input<string>,
	{ transform }: Pick<CloudRunAppArgs, "transform">,
	options: pulumi.CustomResourceOptions,
): AppSecrets {
	const grants: pulumi.Resource[] = [];
	const references = Object.entries(secrets).map(([variable, value]): [string, SecretReference] => {
		const child = `${name}-secret-${variable}`;
		const secretArgs: gcp.secretmanager.SecretArgs = {
			secretId: physicalName([pulumi.getProject(), pulumi.getStack(), name, variable], 255),
			replication: { auto: {} },
		};
		const secret = new gcp.secretmanager.Secret(child, changed(transform?.secret, secretArgs), stateful(options));
		const versionArgs = { secret: secret.id, secretData: value };
		// The SDK keeps the value secret. Not protected: a new value takes the place of the old one.
		const version = new gcp.secretmanager.SecretVersion(`${child}-value`, versionArgs, {
			parent: options.parent,
			retainOnDelete: true,
		});
		const access = { secretId: secret.secretId, role: "roles/secretmanager.secretAccessor", member };
		grants.push(new gcp.secretmanager.SecretIamMember(`${child}-access`, access, { parent: options.parent }));
		return [variable, { secret: secret.secretId, version: version.version }];
	});
	return { references: Object.fromEntries(references), grants };
}
