import { it } from "vitest";
import { ALL, holdsFor } from "./proved";

// A file for each store, so that they run side by side.
it(
	"npm run prove with the replica on a volume of the host holds for every fault, row by row, and leaves the stack's own data as it was",
	() => holdsFor(ALL, "host", "local"),
	900_000,
);
