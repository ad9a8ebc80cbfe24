import { it } from "vitest";
import { holdsForEveryFault } from "./proved";

// A file for each store, so that they run side by side.
it(
	"npm run prove with the replica on a volume of the host holds for every fault, row by row, and leaves the stack's own data as it was",
	() => holdsForEveryFault("host", "local"),
	900_000,
);
