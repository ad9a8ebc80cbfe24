import type { Duplex } from "node:stream";

/** Each hears what the other says, until its own end. */
export function join(client: Duplex, app: Duplex): void {
	for (const [one, other] of [
		[client, app],
		[app, client],
	] as const) {
		one.on("error", () => other.destroy());
		one.on("close", () => other.destroy());
		one.pipe(other);
	}
	if (client.destroyed) app.destroy();
}
