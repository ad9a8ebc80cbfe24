// The components put these words around the app's process, and the keeper keeps to their times: nothing of Pulumi is here.

/** Seconds between two looks of the watchdog, and what a busy machine may add until the app is dead. */
const POLL_SECONDS = 0.5;
const SLACK_SECONDS = 0.5;
/** Seconds between two beats of the keeper. */
export const BEAT_SECONDS = 0.5;
/** Seconds before the end of its lease in which a keeper freezes the app's writes. */
export const FREEZE_SECONDS = 1.5;

/** The file, in the gate's directory, that the keeper changes for as long as it can vouch for the app. */
export const BEAT_FILE = "beat";

/** What stands there when the app is to end at once. */
export const STOP_WORD = "stop";

/** When the dead-man switch acts, all in seconds. */
export interface Deadlines {
	/** The watchdog kills the app when the beat has not changed for so long. */
	quiet: number;
	/** The keeper beats only while its lease lasts for at least so much longer. */
	margin: number;
}

/**
 * Whoever wants a lease waits for its whole time after the last renewal was written. A beat is written at most
 * `lease - margin` after that; the app is dead at most `quiet`, one look and some slack after the last beat. So that it is
 * dead before another can have the lease: `lease - margin + quiet + POLL_SECONDS + SLACK_SECONDS <= lease`.
 * A keeper that renews each third of the lease is not taken for dead: `lease / 3 < lease - margin`.
 */
export function deadlinesOf(leaseSeconds: number): Deadlines {
	const quiet = Math.max(2, Math.floor(leaseSeconds * 0.4));
	return { quiet, margin: quiet + POLL_SECONDS + SLACK_SECONDS };
}

/**
 * What runs the app with its dead-man switch: `sh -c <this> sh WORDS…` starts the words as a child, passes SIGTERM on, ends
 * as the child does, and kills it when the beat stays as it is. /proc/uptime goes on while a process, or the whole machine,
 * sleeps, and nobody sets it.
 */
export function watchdogScript(directory: string, leaseSeconds: number): string {
	const { quiet } = deadlinesOf(leaseSeconds);
	return [
		// Before the app, which is told as soon as it is there.
		`app=; told=; trap 'told=yes; [ -z "$app" ] || kill -TERM $app' TERM INT`,
		'"$@" & app=$!',
		'[ -z "$told" ] || kill -TERM $app',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in
		"uptime() { read -r up _ < /proc/uptime; now=$(( ${up%.*} * 100 + 1${up#*.} - 100 )); }",
		"(",
		// The app may signal its whole group.
		"	trap '' TERM INT HUP QUIT",
		"	uptime; last=; since=$now",
		"	while :; do",
		`		beat=; { read -r beat < ${directory}/${BEAT_FILE}; } 2>/dev/null`,
		"		uptime",
		'		if [ "$beat" != "$last" ]; then last=$beat; since=$now; fi',
		`		if [ "$beat" = ${STOP_WORD} ] || [ $(( now - since )) -ge ${quiet * 100} ]; then`,
		'			echo "holdfast: the keeper no longer vouches for the app: it is killed" >&2; kill -9 $app; exit',
		"		fi",
		`		{ sleep ${POLL_SECONDS} || sleep 1; } > /dev/null 2>&1`,
		"	done",
		") & dog=$!",
		"while :; do wait $app; code=$?; kill -0 $app 2>/dev/null || break; done",
		// Not to be missed by a dog that is only just starting.
		"kill -9 $dog 2>/dev/null",
		"exit $code",
	].join("\n");
}
