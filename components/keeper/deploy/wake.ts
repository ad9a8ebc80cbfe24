import { connect } from "node:net";

/** Milliseconds between two connections, and connections in all. */
const PAUSE = 20;
const MOST = 50;

/**
 * Opens a connection to an app that was told to stop, and closes it: a server that waits for the next one may look only
 * then, or at the end of a time-out of its own, whether it was told to. gunicorn's threads wait up to a second.
 *
 * @returns what to call again and again until it has stopped
 */
export function waker(host: string, port: number): () => void {
	let [last, count] = [Number.NEGATIVE_INFINITY, 0];
	return () => {
		if (count >= MOST || performance.now() - last < PAUSE) return;
		[last, count] = [performance.now(), count + 1];
		const socket = connect({ host, port, timeout: 1000 });
		const leave = () => socket.destroy();
		socket.once("connect", leave).once("timeout", leave).on("error", leave);
	};
}
