import { DockerApp } from "../components/docker/app";
import { DockerPostgres } from "../components/docker/postgres";
import { checkedDockerSettings } from "./dockerSettings";
import { rolledBack } from "./rollback";

/** The app on a Docker host: this machine's, or a remote one by `docker:host`. */
export async function program() {
	const { name, args, host, postgres: server } = await checkedDockerSettings();
	const postgres = server && new DockerPostgres(name, server);
	const app = new DockerApp(name, rolledBack({ ...args, postgres }));
	const { url, data, container, image, keeper, backup, rehearsal, caddy } = app;
	return {
		url,
		data,
		container,
		image,
		keeper,
		backup,
		rehearsal,
		// Without a domain it would be undefined, of which the engine warns each time.
		...(args.domain !== undefined && { caddy }),
		...(postgres !== undefined && {
			database: args.database ?? "sqlite",
			postgres: postgres.server,
			postgresData: postgres.data,
			postgresDump: postgres.dump,
		}),
		...(host !== undefined && { dockerHost: host }),
	};
}
