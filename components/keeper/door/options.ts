import type { Acknowledgement } from "../acknowledgement";
import type { DoorLimits } from "./limits";

export interface DoorOptions {
	/** @default the values of {@link LIMITS} */
	limits?: Partial<DoorLimits>;
	/**
	 * What an answer waits for before its first and before its last byte; a short one is taken whole, and waits once.
	 * WebSockets and other protocols are not covered: the door does not know what in them is an answer. Of an event stream
	 * the head and the end are, each event is not.
	 * @default an answer goes out as the app gives it
	 */
	acknowledgement?: Acknowledgement;
	/**
	 * Whether all clients come through a proxy whose `X-Forwarded-*` headers are true.
	 * @default false
	 */
	behindProxy?: boolean;
	/**
	 * Called before each request is passed on: whoever has a reason by now to close the door closes it.
	 * @default nobody has
	 */
	look?: () => void;
}
