import { expect, it } from "vitest";
import { plan } from "../../tools/soak/plan";
import { python } from "../../tools/soak/rows";
import { Soak } from "../../tools/soak/run";
import { onStage } from "../../tools/soak/stage";

const SEED = 7;

it("a short soak holds and finds what is planted: a row that is deleted behind its back ends it", async () => {
	await onStage("s3", async (stage) => {
		const soak = new Soak(stage);
		const steps = plan(SEED, "s3");
		await soak.run([steps.next().value], 60_000, () => {});
		expect(soak.done.map(({ kind, problems }) => ({ kind, problems }))).toEqual([{ kind: "redeploy", problems: [] }]);
		expect(soak.book.total).toBeGreaterThan(50);
		const app = { container: await stage.scene.app() };
		await python(app, 'connection.execute("delete from notes where id = 17"); connection.commit()');
		const quick = { kind: "kill Litestream", before: 300, moment: 500, away: 2000 } as const;
		await soak.run(
			[2, 3].map((number) => ({ ...quick, number })),
			60_000,
			() => {},
		);
		expect(soak.done.length).toBe(2);
		expect(soak.done.at(-1)).toMatchObject({ lost: 1, isOver: true });
		expect(soak.done.at(-1)?.problems.join()).toContain("1 acknowledged writes are lost: ids 17");
	});
});
