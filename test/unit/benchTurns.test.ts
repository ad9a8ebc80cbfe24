import { expect, it } from "vitest";
import { figure } from "../../tools/bench/report/figures";
import { median, quantile } from "../../tools/bench/statistics";
import { byTurns, cleanedUp } from "../../tools/bench/turns";

it("Each turn measures all, and another one begins it", async () => {
	const order: string[] = [];
	const contender = (name: string) => async () => order.push(name);
	const found = await byTurns(4, () => {}, { a: contender("a"), b: contender("b"), c: contender("c") });
	expect(order.join("")).toBe("abcbcacababc");
	expect(found).toEqual({ a: [1, 6, 8, 10], b: [2, 4, 9, 11], c: [3, 5, 7, 12] });
});

it("What a benchmark leaves is taken away, also when it fails", async () => {
	const done: string[] = [];
	const remove = async () => void done.push("removed");
	expect(await cleanedUp(remove, async () => "worked")).toBe("worked");
	await expect(cleanedUp(remove, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
	expect(done).toEqual(["removed", "removed"]);
});

it("The median is the value in the middle, of two what lies between them", () => {
	expect(median([3, 1, 2])).toBe(2);
	expect(median([4, 1, 10, 2])).toBe(3);
	expect(median([])).toBeNaN();
	expect(quantile([5, 1, 4, 2, 3], 0.99)).toBe(5);
});

it.each([
	[118_056, "118,056"],
	[118.4, "118"],
	[9.914, "9.91"],
	[0.0571, "0.057"],
	[0, "0"],
	[Number.NaN, "–"],
])("%d is printed as %s", (value, printed) => {
	expect(figure(value)).toBe(printed);
});
