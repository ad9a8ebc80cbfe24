import type { Acknowledgement } from "../acknowledgement";
import type { Settings } from "../settings";
import { Door } from "./door";
import { Relay } from "./relay";
import type { Target, Way } from "./way";

/** The way to the app that the settings ask for. */
export function wayOf(
	settings: Settings,
	target: () => Target | undefined,
	acknowledgement: Acknowledgement | undefined,
	look?: () => void,
): Way {
	const { mostHeld, mostHeldMiB, longestHoldSeconds, drainSeconds, idleSeconds, mostBodyMiB, behindProxy } = settings;
	if (settings.door === "relay")
		return new Relay(target, { mostWaiting: mostHeld, longestWait: longestHoldSeconds * 1000 });
	const limits = {
		mostHeld,
		mostHeldBytes: mostHeldMiB * 2 ** 20,
		longestHoldSeconds,
		drainSeconds,
		idleSeconds,
		mostBodyBytes: mostBodyMiB === 0 ? Number.POSITIVE_INFINITY : mostBodyMiB * 2 ** 20,
	};
	return new Door(target, { limits, acknowledgement, behindProxy, ...(look && { look }) });
}
