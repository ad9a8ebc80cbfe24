import { LOCATIONS } from "../../components/backup";

/** Objects of an app with the prefix `a/b`, and one of another app, that no lifecycle rule may take: none is in the replica. */
export const BESIDE_THE_REPLICA = [
	"a/b/state/manifest",
	"a/b/snapshots/1",
	"a/b/drills/1",
	`${LOCATIONS}/notes`,
	"a/b/replicas/1",
	"a/bc",
];
