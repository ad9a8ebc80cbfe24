import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type App, SECRETS_PATH } from "../app";
import type { Version } from "../keeper/deploy/version";
import { POSTGRES_URL_FILE, REHEARSAL_SUFFIX } from "../postgres";
import { GATE_PATH } from "./waiting";

/** What one container of the app is told to be. */
export interface InstanceArgs {
	version: pulumi.Input<Version>;
	/** What the image or the user says that the container runs. */
	process: pulumi.Input<string[]>;
	/** Whether that process gets the secrets in its own environment. A migration always does. */
	exportSecrets: boolean;
	/** The variables that hold the database's URL, with the scheme that each is to have where the data is in Postgres. */
	postgresUrls?: Record<string, string>;
	/** The keeper's container, for the words of somebody who waits. */
	keeper: string;
}

/**
 * A container of the app's image that waits for the keeper's word, at each start: to run its migration, to run its app,
 * or to end. So a deploy is the keeper's work, which goes on when `pulumi up` is killed, and the order holds after a crash
 * and a restart of the host as well. It needs `/bin/sh` and the usual cat, mkdir, mv, rm and sleep in the image.
 *
 * The app's process takes the shell's place: signals, standard streams and exit code are its own. A few words of shell
 * beside it hear from the keeper on a pipe which signal to send it: opened once and for both ways, so that it never ends and
 * no word gets lost between two of them. What runs has that pipe open too (file 9): as long as anybody holds it, it is
 * taken to run, whatever has become of those who listen.
 */
export function instanceProcess(app: App, args: InstanceArgs): Partial<docker.ContainerArgs> {
	return {
		entrypoints: pulumi.output(args.version).apply((version) => ["/bin/sh", "-c", script(app, args, version), "sh"]),
		command: args.process,
	};
}

function script(app: App, { exportSecrets, keeper, postgresUrls = {} }: InstanceArgs, version: Version): string {
	const exports = Object.keys(app.secrets).map(
		(name) => `${name}=$(cat ${SECRETS_PATH}/${name}) && export ${name} && `,
	);
	const migration = `${exports.join("")}exec ${(app.migration ?? ["true"]).map(quoted).join(" ")}`;
	return `
read -r id < /etc/hostname && here=${GATE_PATH}/$id && export here && mkdir -p "$here" && rm -rf "$here"/* || exit 75
database() {
	[ "$(cat "$here/database" 2> /dev/null)" = postgres ] || return 0
	${urlExports(postgresUrls, version.kind)}
}
hear='( trap "" TERM INT HUP QUIT; [ -p "$here/signal" ] && exec 3<> "$here/signal" && while read -r name <&3; do kill -"$name" $$; done ) > /dev/null 2>&1 < /dev/null & echo $! > "$here/hearing"; [ -p "$here/signal" ] && ( : 9<> "$here/signal" ) 2> /dev/null && exec 9<> "$here/signal";'
run() {
	( database && exec /bin/sh -c "$hear $2" sh "$@" )
	code=$?
	read -r hearing < "$here/hearing" && kill -9 "$hearing" 2> /dev/null
	echo $code > "$here/$1.new" && mv -f "$here/$1.new" "$here/$1"
}
printf %s ${quoted(JSON.stringify(version))} > "$here/ask.new" && mv -f "$here/ask.new" "$here/ask" || exit 75
n=0
until [ -e "$here/open" ] && mv "$here/open" "$here/opened" 2> /dev/null; do
	if [ -e "$here/migrate" ]; then rm -f "$here/migrate"; n=0; run migrated ${quoted(migration)}
	elif [ -e "$here/try" ]; then rm -f "$here/try"; n=0; run tried ${quoted(`shift 2; ${exportSecrets ? exports.join("") : ""}exec "$@"`)} "$@"
	elif [ -e "$here/exit" ]; then cat "$here/report"; read -r code < "$here/exit"; exit "$code"
	elif [ ! -d "$here" ]; then exit 75
	fi
	n=$((n+1))
	${version.kind === "rehearsal" ? "if [ $n -gt 2100 ]; then exit 75; fi" : ":"}
	if [ $n -eq 300 ]; then echo "holdfast: waiting for the keeper; docker logs ${keeper} says why" >&2; fi
	if [ $n -gt 1500 ]; then sleep 1; elif [ $n -gt 500 ]; then sleep 0.1 2> /dev/null || sleep 1; else sleep 0.02 2> /dev/null || sleep 1; fi
done
database || exit 75
${exportSecrets ? exports.join("") : ""}eval "$hear"' exec "$@"'
`.trim();
}

/** The URL lies in a file, so that nobody who may look at the container sees it. A rehearsal has a database of its own. */
function urlExports(urls: Record<string, string>, kind: Version["kind"]): string {
	if (Object.keys(urls).length === 0) {
		return 'echo "holdfast: nothing tells this app where Postgres is: it has no variable of the form url" >&2; return 75';
	}
	return [
		`holdfast_url=$(cat ${POSTGRES_URL_FILE}) && [ -n "$holdfast_url" ] || return 75`,
		...(kind === "rehearsal" ? [REHEARSAL_URL] : []),
		...Object.entries(urls).map(([name, scheme]) => `export ${name}=${quoted(`${scheme}://`)}"\${holdfast_url#*://}"`),
		"unset holdfast_url",
	].join("\n\t");
}

const REHEARSAL_URL = `case "$holdfast_url" in
	*\\?*) holdfast_url="\${holdfast_url%%\\?*}${REHEARSAL_SUFFIX}?\${holdfast_url#*\\?}" ;;
	*) holdfast_url="\${holdfast_url}${REHEARSAL_SUFFIX}" ;;
	esac`;

/** One word for the shell, whatever is in it. */
function quoted(word: string): string {
	return `'${word.replaceAll("'", `'\\''`)}'`;
}
