import type { DockerCli } from "../../components/docker/cli";
import { abandonedLooks, type Look, type Thing } from "./leftovers";

interface Inspected {
	State: { Running: boolean };
	HostConfig: { RestartPolicy: { Name: string } };
	Config: { StopTimeout?: number };
}

/** All containers and networks of Holdfast on a Docker host, whosever they are. */
export async function thingsOn(docker: DockerCli): Promise<Thing[]> {
	const labels = ["app", "backend", "role"].map((label) => `{{.Label "holdfast.${label}"}}`);
	const list = async (kind: Thing["kind"], words: string[], name: string) => {
		const format = ["{{.ID}}", name, ...labels].join("\t");
		const { stdout } = await docker.run([...words, "--no-trunc", "--filter", "label=holdfast.app", "--format", format]);
		const lines = `${stdout}`.split("\n").filter(Boolean);
		return lines.map((line) => {
			const [id = "", called = "", app = "", backend = "", role = ""] = line.split("\t");
			return { kind, id, name: called, app, backend, role };
		});
	};
	const [containers, networks] = await Promise.all([
		list("container", ["ps", "--all"], "{{.Names}}"),
		list("network", ["network", "ls"], "{{.Name}}"),
	]);
	return [...containers, ...networks];
}

/** Removes things in their order, gently. Never a volume. */
export async function remove(docker: DockerCli, things: Thing[]): Promise<void> {
	for (const thing of things) {
		console.log(`  … removing the ${thing.kind} ${thing.name}, which it made and did not record`);
		if (thing.kind === "container") await stop(docker, thing);
		const { code, reason } = await docker.run([thing.kind, "rm", thing.id]);
		if (code !== 0 && !/no such/i.test(reason)) {
			throw new Error(`the ${thing.kind} ${thing.name} of an interrupted update cannot be removed: ${reason}`);
		}
	}
}

/** Stops what runs for good, within its own grace, and lets what runs once come to its end. */
async function stop(docker: DockerCli, { id, name, role }: Thing): Promise<void> {
	const [found] = await docker.inspect<Inspected>("container", [id]);
	if (!found?.State.Running) return;
	if (role !== "app" && ["", "no"].includes(found.HostConfig.RestartPolicy.Name)) {
		// A migration goes on without the update that started it. Half of one is what nobody wants to begin with.
		console.log(`  … waiting for ${name} to end: docker logs -f ${name} shows it, docker stop ${name} ends it`);
		await docker.run(["wait", id], { timeout: 24 * 3600_000 });
	}
	await docker.run(["stop", id], { timeout: ((found.Config.StopTimeout ?? 10) + 60) * 1000 });
}

/** Removes what looks into volumes have left behind, of any stack. */
export async function removeLooks(docker: DockerCli): Promise<void> {
	const { stdout } = await docker.run(["ps", "--all", "--quiet", "--filter", "name=holdfast-look-"]);
	const looks = await docker.inspect<Look>("container", `${stdout}`.split("\n").filter(Boolean));
	const abandoned = abandonedLooks(looks, Date.now());
	if (abandoned.length > 0) await docker.run(["rm", ...abandoned]);
}
