/** A container or a network on the Docker host, as `docker ps` and `docker network ls` list it. */
export interface Thing {
	kind: "container" | "network";
	id: string;
	name: string;
	/** The label that says which app of which stack it is of. */
	app: string;
	/** The label that says which backend's; empty where it has none. */
	backend: string;
	/** What it is for the app; empty where the label is missing. */
	role: string;
}

/** Whose things are asked for, and what the state knows of them. */
export interface Known {
	stack: string;
	/** `HOLDFAST_BACKEND`; undefined where a backend has no id, so that nothing on the host can be told to be its own. */
	backend: string | undefined;
	ids: ReadonlySet<string>;
}

/**
 * What an update that was cut off has made and not recorded, in the order in which it can be removed.
 *
 * `before` stands in the way of the next update, which needs its names. `after` is removed only once that has succeeded:
 * versions of the app live side by side under names of their own, and the unrecorded one may be the one that serves.
 */
export function leftovers(found: Thing[], { stack, backend, ids }: Known): { before: Thing[]; after: Thing[] } {
	const own = found.filter(
		(thing) =>
			thing.backend !== "" &&
			thing.backend === backend &&
			thing.app.startsWith(`holdfast/${stack}/`) &&
			!ids.has(thing.id),
	);
	const isApp = ({ kind, role }: Thing) => kind === "container" && role === "app";
	const order = (thing: Thing) => (thing.kind === "network" ? 2 : /-keeper$/.test(thing.name) ? 1 : 0);
	const rest = own.filter((thing) => !isApp(thing));
	// The keeper stops after who writes, for the last writes; a network goes once nobody is in it.
	return { before: rest.sort((a, b) => order(a) - order(b)), after: own.filter(isApp) };
}

/** A container that was made to look into a volume, and is there still: whoever made it was cut off. */
export interface Look {
	Id: string;
	Name: string;
	Created: string;
	State: { Status: string };
}

/** A look takes seconds, also on a slow host. */
const LOOK = 10 * 60_000;

/** The containers of looks that are over: they hold on to a volume and to nothing else. */
export function abandonedLooks(found: Look[], now: number): string[] {
	return found
		.filter(
			({ Name, Created, State }) =>
				/^\/holdfast-look-[0-9a-f]{12}$/.test(Name) && State.Status === "created" && now - Date.parse(Created) > LOOK,
		)
		.map(({ Id }) => Id);
}
