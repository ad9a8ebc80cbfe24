/** What the app's image runs by itself, in the fake of the docker command line. */
export const IMAGE_PROCESS = { Entrypoint: ["/entry.sh", "--fast"], Cmd: ["serve", "all of it"] };

/** Stands in for `components/docker/cli`: knows one image and asks no Docker. */
export class FakeDockerCli {
	static image: typeof IMAGE_PROCESS | { Entrypoint: null; Cmd: null } | undefined = IMAGE_PROCESS;
	/** Every question, with the host that was asked. */
	static readonly asked: unknown[][] = [];

	constructor(readonly host?: string) {}

	async inspect(kind: string, names: string[]): Promise<unknown[]> {
		FakeDockerCli.asked.push([this.host, kind, ...names]);
		return kind === "image" && FakeDockerCli.image !== undefined ? [{ Config: FakeDockerCli.image }] : [];
	}

	/** No Docker answers. */
	async run() {
		return { code: 1, stdout: Buffer.alloc(0), errors: "", reason: "there is no Docker in this test" };
	}
}

export { FakeDockerCli as DockerCli };
