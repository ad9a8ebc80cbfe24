import * as pulumi from "@pulumi/pulumi";
import { DockerApp } from "../components/docker/app";
import { checkedDockerSettings } from "./settings";

/** The app on a Docker host: this machine's, or a remote one by `docker:host`. */
export async function program() {
	const { name, args, host } = await checkedDockerSettings();
	const app = new DockerApp(name, args);
	return { url: app.url, data: app.data, container: app.container, image: app.image, dockerHost: pulumi.output(host) };
}
