import { describe, expect, it } from "vitest";
import { physicalName } from "../../components/names";

describe("physicalName", () => {
	it("joins the parts, and keeps a name that is fine", () => {
		expect(physicalName(["holdfast", "local", "notes", "data"], 63)).toBe("holdfast-local-notes-data");
	});

	it("cuts a long name, ends it in a hash, and stays within the limit", () => {
		const name = physicalName(["a".repeat(60), "data"], 63);
		expect(name).toHaveLength(63);
		expect(name).toMatch(/^a+-[0-9a-f]{8}$/);
		expect(physicalName(["a".repeat(60), "data"], 63)).toBe(name);
	});

	it("keeps names apart that would meet once their characters are replaced or cut", () => {
		const names = [["a_b"], ["a.b"], ["A-b"], ["a-b"], [`${"a".repeat(70)}1`], [`${"a".repeat(70)}2`]];
		expect(new Set(names.map((parts) => physicalName(parts, 63))).size).toBe(names.length);
	});
});
