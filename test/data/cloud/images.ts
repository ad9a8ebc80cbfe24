import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll } from "vitest";
import { KEEPER_IMAGE } from "../../../tools/setup/keeperBundle";
import { docker, tryDocker } from "../docker";

/** What `docker.RemoteImage` was told to build. */
export interface ImageBuild {
	context: string;
	dockerfile: string;
	buildArgs?: Record<string, string>;
}

/** The app of these tests. */
export const APP_CONTEXT = join(__dirname, "app");

/** The digest under which a registry would keep what was pushed there with this name. Made up: nothing is pushed. */
export function digestOf(name: string): string {
	return `sha256:${createHash("sha256").update(name).digest("hex")}`;
}

/** Local images that stand for what definitions refer to in registries, built as the definitions say. */
export class LocalImages {
	private readonly built = new Map<string, Promise<string>>();
	private readonly tags: string[] = [];
	private readonly byDigest = new Map<string, string>();

	constructor() {
		afterAll(async () => {
			if (this.tags.length > 0) await tryDocker("image", "rm", ...this.tags);
		});
	}

	/** Builds what would be pushed as `name`. */
	async take(name: string, build: ImageBuild): Promise<void> {
		const key = JSON.stringify(build);
		const image = this.built.get(key) ?? this.build(build);
		this.built.set(key, image);
		this.byDigest.set(digestOf(name), await image);
	}

	/** The image that a container of this name runs. */
	ofContainer(containers: { name: string; image: string }[], name: string): string {
		return this.of(containers.find((container) => container.name === name)?.image ?? name);
	}

	/** @throws where a reference is not by the digest of an image that was built. */
	of(reference: string): string {
		const found = this.byDigest.get(reference.split("@")[1] ?? "");
		if (found === undefined) throw new Error(`no image was built for ${reference}`);
		return found;
	}

	private async build({ context, dockerfile, buildArgs = {} }: ImageBuild): Promise<string> {
		const tag = `holdfast-cloud-test:${randomBytes(4).toString("hex")}`;
		// Another program can be given, such as one without a check, to see that a test fails then.
		const place = context === KEEPER_IMAGE ? (process.env.HOLDFAST_TEST_KEEPER ?? context) : context;
		const args = Object.entries(buildArgs).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
		await docker("build", "--quiet", "--tag", tag, "--file", join(place, dockerfile), ...args, place);
		this.tags.push(tag);
		return tag;
	}
}
