import type { Acknowledgement } from "../acknowledgement";
import type { AppAgent } from "./appAgent";
import type { Budget } from "./budget";
import type { Exchange } from "./exchange";
import type { Figures } from "./figures";
import type { DoorLimits } from "./limits";
import type { Target } from "./way";

/** What a request needs of the door. */
export interface Passage {
	readonly limits: DoorLimits;
	readonly counts: Figures;
	readonly agent: AppAgent;
	readonly budget: Budget;
	readonly acknowledgement: Acknowledgement | undefined;
	readonly behindProxy: boolean;
	readonly target: () => Target | undefined;
	/** Whether so many connections are in use that an answer is the last on its own. */
	readonly isCrowded: boolean;
	/** Takes a request in: passes it on now, or holds it. */
	admit(exchange: Exchange): void;
	/** The app could not be reached, and nothing of the request was sent. */
	away(exchange: Exchange): void;
	/** It has come to its end, whether it was held or passed on; the next one of the same client has its turn. */
	leave(exchange: Exchange): void;
	/** Whether it is waited for when the door closes: from the way to the app to the end of the answer. */
	began(): void;
	ended(): void;
}
