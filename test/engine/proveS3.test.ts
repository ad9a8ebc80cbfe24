import { it } from "vitest";
import { holdsForEveryFault } from "./proved";

// A file for each store, so that they run side by side.
it(
	"npm run prove with the replica on S3 holds for every fault, row by row, and leaves the stack's own data as it was",
	() => holdsForEveryFault("s3", "replicated"),
	900_000,
);
