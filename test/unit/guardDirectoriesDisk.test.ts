import { describe, expect, it } from "vitest";
import { type Inputs, planOf, said, step, urn, verdicts } from "./guardDirectories";

describe("a container with its database on its own disk", () => {
	const CONTAINER = "docker:index/container:Container";
	const anew = (path: string, more: Inputs = {}, op = "replace") => {
		const inputs = (image: string) => ({ image, envs: [`DATABASE_URL=sqlite:////${path}`], ...more });
		return planOf([step(op, urn(CONTAINER, "web"), inputs("a"), inputs("b"))]);
	};

	it("loses it where it is made anew, also in a volume without a name", () => {
		expect(verdicts(anew("app/app.db"))).toEqual([expect.stringContaining("lost container-replaced")]);
		expect(verdicts(anew("data/app.db", { volumes: [{ containerPath: "/data" }] }))).toEqual([
			"lost container-replaced: data directory /data of web",
		]);
		expect(said(anew("app/app.db"), "container-replaced")).toContain("DATABASE_URL names /app/app.db, which no named");
	});

	it("keeps it where the container stays, where a volume holds it, and what is temporary by its place", () => {
		const volume = { mounts: [{ type: "volume", source: "data", target: "/data" }] };
		for (const plan of [anew("app/app.db", {}, "update"), anew("data/app.db", volume), anew("tmp/app.db")]) {
			expect(verdicts(plan).join()).not.toContain("lost");
		}
	});
});
