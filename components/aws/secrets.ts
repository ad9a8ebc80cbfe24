import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../names";
import { stateful } from "../stateful";
import { changed } from "../transform";
import type { FargateTransforms } from "./fargateArgs";
import type { Part } from "./part";

/** The app's secrets in Secrets Manager. */
export interface Secrets {
	/** ARNs, for whoever may read them. */
	arns: pulumi.Output<string>[];
	/** What a task definition names, by variable: the version too, so that a new value is a new task, and an old task has its own. */
	references: Record<string, pulumi.Output<string>>;
	versions: pulumi.Resource[];
}

/** One secret for each variable, encrypted with the account's own key of Secrets Manager. */
export function makeSecrets(
	{ name, identity, here, transform }: Part<FargateTransforms>,
	values: Record<string, pulumi.Input<string>>,
): Secrets {
	const made = Object.entries(values).map(([variable, value]) => {
		const secret = new aws.secretsmanager.Secret(
			`${name}-secret-${variable}`,
			changed(transform.secret, {
				// Does not change from one creation to the next: what a destroy has left is met again, not doubled.
				name: `${physicalName(identity, 400)}/${variable}`,
				description: `Holdfast: ${variable} of ${name}`,
			}),
			stateful(here),
		);
		const version = new aws.secretsmanager.SecretVersion(
			`${name}-secret-${variable}-value`,
			{ secretId: secret.id, secretString: pulumi.secret(value) },
			// A new value is a new version, which replaces this one: protected, no value could be changed. The old one stays in
			// AWS, for a task that goes back to it.
			{ ...here, retainOnDelete: true },
		);
		return { variable, secret, version };
	});
	return {
		arns: made.map(({ secret }) => secret.arn),
		references: Object.fromEntries(
			made.map(({ variable, secret, version }) => [variable, pulumi.interpolate`${secret.arn}:::${version.versionId}`]),
		),
		versions: made.map(({ version }) => version),
	};
}
