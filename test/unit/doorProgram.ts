import { Door } from "../../components/keeper/door/door";
import type { DoorOptions } from "../../components/keeper/door/options";

/** What {@link startDoorProcess} says to it. */
export interface Told {
	app: number;
	port: number;
	limits: DoorOptions["limits"];
}

/** A door in a process of its own, so that its memory can be measured. */
process.on("message", async (told: Told | "close" | "open" | "memory") => {
	if (told === "close") door?.close();
	else if (told === "open") door?.open();
	else if (told !== "memory") await begin(told);
	process.send?.({ bytes: process.memoryUsage.rss(), figures: door?.figures() });
});

let door: Door | undefined;

async function begin({ app, port, limits }: Told): Promise<void> {
	door = new Door(() => ({ host: "127.0.0.1", port: app }), { limits });
	await door.listen(port);
}
