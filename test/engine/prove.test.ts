import { it } from "vitest";
import { ALL, holdsFor } from "./proved";

// A file for each store, so that they run side by side.
it(
	"faults 1, 2, 3, 4, 5, 9, 10, 11, 12 and 52: npm run prove with the replica on a volume of the host holds for every fault, row by row, and leaves the stack's own data as it was",
	() => holdsFor(ALL, "host", "local"),
	900_000,
);
