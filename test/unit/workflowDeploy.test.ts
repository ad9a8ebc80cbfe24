import { describe, expect, it } from "vitest";
import { WorkflowScene } from "./workflowScene";

const BEFORE = "ghcr.io/me/notes@sha256:0b";

/** npm, of which some commands fail. */
function scene(...failing: string[]): WorkflowScene {
	const made = new WorkflowScene();
	const arms = failing.map((command) => `*"run ${command} "*) exit 1 ;;`).join("\n");
	made.standIn("npm", `case "$* " in\n*"stack output image"*) echo '${BEFORE}' ;;\n${arms}\nesac`);
	return made;
}

/** The commands in their order, without the question for the image of before. */
function ran(made: WorkflowScene): string[] {
	const commands = made.calls("npm").map(({ words }) => words.join(" "));
	return commands.filter((command) => !command.includes("stack output"));
}

describe("deploy.sh", () => {
	it("updates a Docker host, and then restores its backup into scratch", async () => {
		const made = scene();
		expect((await made.run("deploy.sh", "vps", "docker")).code).toBe(0);
		expect(ran(made)).toEqual(["run up -- vps", "run drill -- --stack vps"]);
		expect(made.read("summary.md")).toContain("vps is up, and its backup was restored");
	});

	it("does not roll back after a failed update of a Docker host, which has taken itself back", async () => {
		const made = scene("up");
		expect((await made.run("deploy.sh", "vps", "docker")).code).toBe(1);
		expect(ran(made)).toEqual(["run up -- vps"]);
		expect(made.read("summary.md")).toContain("the version before serves, with the data of before");
	});

	it("goes back where the backup cannot be restored, and has failed all the same", async () => {
		const made = scene("drill");
		expect((await made.run("deploy.sh", "vps", "docker")).code).toBe(1);
		expect(ran(made)).toEqual(["run up -- vps", "run drill -- --stack vps", "run rollback -- --stack vps"]);
		expect(made.read("summary.md")).toContain("The version before serves again");
	});

	it("says that it did not go back where a person has to choose", async () => {
		const made = scene("drill", "rollback");
		expect((await made.run("deploy.sh", "vps", "docker")).code).toBe(1);
		expect(made.read("summary.md")).toContain("It was not rolled back");
		expect(made.read("summary.md")).not.toContain("serves again");
	});

	it.each([
		["gcp", "Cloud Run sends nobody to a revision that is not ready"],
		["aws", "ECS goes back by itself"],
	])("says on %s what serves after a failed update, and the image of before", async (cloud, what) => {
		const made = scene("up");
		expect((await made.run("deploy.sh", "prod", cloud)).code).toBe(1);
		expect(ran(made)).toEqual(["run up -- prod"]);
		expect(made.read("summary.md")).toContain(what);
		expect(made.read("summary.md")).toContain(BEFORE);
	});

	it("claims no drill on a cloud, where the keeper makes them by itself", async () => {
		const made = scene();
		expect((await made.run("deploy.sh", "prod", "gcp")).code).toBe(0);
		expect(ran(made)).toEqual(["run up -- prod"]);
		expect(made.read("summary.md")).toContain("The keeper drills there by itself");
	});

	it("takes other commands for a project of one's own", async () => {
		const made = new WorkflowScene();
		made.standIn("pulumi");
		made.environment = { PULUMI: "pulumi", UP: "pulumi up --yes --stack" };
		expect((await made.run("deploy.sh", "prod", "aws")).code).toBe(0);
		expect(made.calls("pulumi").at(-1)?.words).toEqual(["up", "--yes", "--stack", "prod"]);
		expect(made.read("summary.md")).toContain("none before this");
	});
});

describe("registry.sh", () => {
	it("signs Docker in to Artifact Registry", async () => {
		const made = new WorkflowScene();
		made.standIn("gcloud");
		await made.run("registry.sh", "gcp", "asia-southeast1");
		expect(made.calls("gcloud")[0]?.words.join(" ")).toBe(
			"auth configure-docker asia-southeast1-docker.pkg.dev --quiet",
		);
	});

	it("signs Docker in to ECR, with the password on its input alone", async () => {
		const made = new WorkflowScene();
		made.standIn("aws", '[[ $1 == sts ]] && echo 123456789012 || printf "secret-1"');
		made.standIn("docker");
		const { code, output } = await made.run("registry.sh", "aws", "us-east-1");
		expect({ code, output }).toEqual({ code: 0, output: "" });
		const words = "login --username AWS --password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com".split(" ");
		expect(made.calls("docker")).toEqual([{ words, input: "secret-1" }]);
	});
});

describe("ssh.sh", () => {
	it("writes the key for its owner alone, and the host's keys", async () => {
		const made = new WorkflowScene();
		made.environment = { SSH_KEY: "key\nlines", SSH_KNOWN_HOSTS: "vps ssh-ed25519 AAAA" };
		const { code, output } = await made.run("ssh.sh");
		expect({ code, output }).toEqual({ code: 0, output: "" });
		expect(made.read(".ssh/id_ed25519")).toBe("key\nlines\n");
		expect(made.mode(".ssh/id_ed25519")).toBe(0o600);
		expect(made.read(".ssh/known_hosts")).toBe("vps ssh-ed25519 AAAA\n");
	});

	it("does not go on without the host's keys: it would take any host for it", async () => {
		const made = new WorkflowScene();
		made.environment = { SSH_KEY: "key", SSH_KNOWN_HOSTS: "" };
		expect(await made.run("ssh.sh")).toEqual({ code: 1, output: expect.stringContaining("SSH_KNOWN_HOSTS") });
	});
});

describe("image.sh", () => {
	async function outputs(environment: NodeJS.ProcessEnv): Promise<string> {
		const made = new WorkflowScene();
		made.environment = environment;
		expect((await made.run("image.sh", "ghcr.io/Acme/Shop")).code).toBe(0);
		return made.read("output");
	}

	it("names a commit of a branch, in lower case", async () => {
		expect(await outputs({ GITHUB_REF: "refs/heads/main" })).toBe(
			"image=ghcr.io/acme/shop\ndockerhub=\ntags<<END\nghcr.io/acme/shop:sha-0123456789ab\nghcr.io/acme/shop:latest\nEND\n",
		);
	});

	it("names a version, and Docker Hub where it is wanted", async () => {
		expect(await outputs({ GITHUB_REF: "refs/tags/v1.2.3", DOCKERHUB_IMAGE: "acme/notes" })).toBe(
			"image=ghcr.io/acme/shop\ndockerhub=docker.io/acme/notes\ntags<<END\nghcr.io/acme/shop:1.2.3\ndocker.io/acme/notes:1.2.3\nEND\n",
		);
	});
});
