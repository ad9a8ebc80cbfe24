import { plainEnvironment, type Variable } from "./environments";
import type { Rule } from "./rule";

/** The last word of a name that says that its value is a secret. */
const TELLING = /(?:PASSWORD|PASSWD|(?:^|_)(?:PASSPHRASE|PASS|PWD|SECRET|TOKEN|CREDENTIALS?|APIKEY|KEY))(?:_\d+)?$/;
/** Keys that nobody has to hide. */
const PUBLIC_KEY = /(?:^|_)(?:PUBLIC|PUBLISHABLE|PARTITION|SORT|PRIMARY|FOREIGN|CACHE|KMS|ROUTING)_KEY$/;

/** Where a value lies, in place of the value: a path, an ARN, a name in a secret manager, a variable. */
const REFERENCE =
	/^(?:$|\.{0,2}\/|~\/|[A-Za-z]:\\|arn:|alias\/|projects\/|\$\{|\$\(|\{\{|(?:file|vault|op|sm|ssm|awssm|gcpsm|azurekeyvault|secret|secretref|keyvault|ref)(?:\+[a-z]+)?:\/{0,2})|^@Microsoft\.KeyVault\(/i;
const SWITCH = /^(?:true|false|yes|no|on|off|none|null|enabled|disabled|required|optional)$/i;

/** Values that are secrets whatever their name is, and what they are. */
const SECRETS: [RegExp, string][] = [
	[/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/, "a private key"],
	[/"private_key"\s*:\s*"/, "a key of a service account"],
	[/^(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,})$/, "a token of a code host"],
	[/^(?:sk|rk)_live_\w{16,}$/, "a key of Stripe"],
	[/^xox[abeprs]-[\w-]{10,}$/, "a token of Slack"],
	[/^AIza[\w-]{35}$/, "an API key of Google"],
	[/^sk-(?:ant-|proj-)?[\w-]{32,}$/, "an API key"],
	[/^SG\.[\w-]{16,}\.[\w-]{16,}$/, "a key of SendGrid"],
	[/^npm_[A-Za-z0-9]{36}$/, "a token of npm"],
];

export const noSecretInEnvironment: Rule = {
	name: "no-secret-in-environment",
	description:
		"No password, token or key stands in the environment of a container or function, where any inspection shows it.",
	check({ properties }) {
		return plainEnvironment(properties).flatMap((variable) => {
			const what = secretIn(variable);
			if (what === undefined) return [];
			return [
				{
					verdict: "at risk" as const,
					reason: `Environment variable ${variable.name} holds ${what} in plain text (value not shown).`,
					wayOut:
						"Give it as a reference to a secret manager or as a file, and change the secret if it was ever deployed.",
				},
			];
		});
	},
};

/** What a variable gives away, never the value itself; undefined where it is no secret. */
function secretIn({ name, value }: Variable): string | undefined {
	for (const [pattern, what] of SECRETS) if (pattern.test(value)) return what;
	if (hasPassword(value)) return "a URL with a password";
	const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
	const [telling] = TELLING.exec(words.toUpperCase()) ?? [];
	if (telling === undefined || PUBLIC_KEY.test(words.toUpperCase())) return undefined;
	if (REFERENCE.test(value) || SWITCH.test(value)) return undefined;
	// A number of tokens, or the number of a key.
	if (/KEY|TOKEN/.test(telling) && /^\d{1,9}$/.test(value)) return undefined;
	return "what its name calls a secret";
}

function hasPassword(value: string): boolean {
	const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@?#]*:([^\s/]+)@[^\s@]*$/i.exec(value) ?? [];
	// A reference to another variable stands for a password that is elsewhere.
	return password !== undefined && !/^(?:\$\{.+\}|\$\(.+\)|\$\w+|\{\{.+\}\}|\*+|<.+>)$/.test(password);
}
