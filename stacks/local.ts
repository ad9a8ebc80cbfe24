import { DockerApp } from "../components/docker/app";
import { checkedDockerSettings } from "./dockerSettings";
import { rolledBack } from "./rollback";

/** The app on a Docker host: this machine's, or a remote one by `docker:host`. */
export async function program() {
	const { name, args, host } = await checkedDockerSettings();
	const app = new DockerApp(name, rolledBack(args));
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
		...(host !== undefined && { dockerHost: host }),
	};
}
