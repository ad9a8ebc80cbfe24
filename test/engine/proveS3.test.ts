import { it } from "vitest";
import { holdsFor } from "./proved";

it(
	"faults 4, 5, 10, 11 and 49: npm run prove with the replica on S3 holds for the faults that are about the store, row by row, and leaves the stack's own data as it was",
	() => holdsFor(["4", "5", "10", "11", "11"], "s3", "replicated"),
	900_000,
);
