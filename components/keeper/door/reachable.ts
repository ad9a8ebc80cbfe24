import { connect } from "node:net";
import type { Target } from "./way";

/** Whether anybody takes connections there. */
export function isReachable(target: Target): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ ...target, timeout: 1000 });
		const found = (isThere: boolean) => () => {
			socket.destroy();
			resolve(isThere);
		};
		socket.once("connect", found(true)).once("error", found(false)).once("timeout", found(false));
	});
}
