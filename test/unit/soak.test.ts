import { expect, it } from "vitest";
import { Book, prefixOf, type Row } from "../../tools/soak/book";
import { plan, type StoreKind } from "../../tools/soak/plan";

function first(count: number, seed: number, store: StoreKind = "s3") {
	const steps = plan(seed, store);
	return Array.from({ length: count }, () => steps.next().value);
}

it("the steps of a soak come from the seed alone, and another seed has others", () => {
	expect(first(200, 7)).toEqual(first(200, 7));
	expect(first(20, 7)).not.toEqual(first(20, 8));
	expect(first(3, 7).map(({ number }) => number)).toEqual([1, 2, 3]);
});

it("a deck has every fault, and at least as many redeploys; without a network before the store that is never away", () => {
	const kinds = first(44, 7).map(({ kind }) => kind);
	expect(kinds.filter((kind) => kind.startsWith("redeploy")).length).toBeGreaterThanOrEqual(22);
	for (const fault of ["the store hangs", "kill the keeper", "restore in place", "drill", "lose the host"]) {
		expect(kinds).toContain(fault);
	}
	expect(first(200, 7, "host").filter(({ kind }) => kind.includes("the store"))).toEqual([]);
});

/** A book of ten notes of step 3, of which the answer to the fifth never came. */
function book(): Book {
	const made = new Book();
	const acknowledged = notes.filter(({ id }) => id !== 5).map((note) => ({ ...note, at: note.id }));
	expect(made.enter(3, acknowledged, 10)).toEqual([]);
	return made;
}

const notes: Row[] = Array.from({ length: 10 }, (_, index) => ({
	id: index + 1,
	text: `${prefixOf(3)} ${10 - index}`,
}));

async function* pages(rows: Row[]) {
	for (let start = 0; start < rows.length; start += 4) yield rows.slice(start, start + 4);
}

const good = { rows: 10, last: 10, lost: [], gaps: [], strangers: [], duplicates: 0 };

it("a database that has all that was acknowledged, and what was written without an answer, is found good", async () => {
	expect(await book().compare(pages(notes))).toEqual(good);
	expect(book().total).toBe(9);
});

it("a row that was deleted behind its back is found lost, and as a hole", async () => {
	const rows = notes.filter(({ id }) => id !== 7);
	expect(await book().compare(pages(rows))).toEqual({ ...good, rows: 9, lost: [7], gaps: [7] });
});

it("a database that ends early has lost the end and no hole, and is good once that is given up", async () => {
	const rows = notes.slice(0, 8);
	const made = book();
	expect(await made.compare(pages(rows))).toEqual({ ...good, rows: 8, last: 8, lost: [9, 10] });
	made.endAt(8);
	expect(await made.compare(pages(rows))).toEqual({ ...good, rows: 8, last: 8 });
	expect(made.enter(4, [{ id: 9, text: `${prefixOf(4)} 1`, at: 11 }], 1)).toEqual([]);
});

it("a note that is there twice, another under its id, and one that nobody wrote are found", async () => {
	const [, second] = notes as [Row, Row];
	const twice = [...notes, { ...second, id: 11 }];
	expect(await book().compare(pages(twice))).toEqual({ ...good, rows: 11, last: 11, duplicates: 1 });
	const swapped = notes.map((note) => (note.id === 3 ? { ...note, text: `${prefixOf(3)} 99` } : note));
	expect(await book().compare(pages(swapped))).toEqual({ ...good, lost: [3], strangers: [3] });
});

it("an id that two writers were given is told", () => {
	expect(book().enter(4, [{ id: 4, text: `${prefixOf(4)} 1`, at: 0 }], 1)).toEqual([4]);
});

it("a long history fits: the book grows with it", async () => {
	const made = new Book();
	const many = Array.from({ length: 200_000 }, (_, index) => ({ id: index + 1, text: `${prefixOf(1)} ${index + 1}` }));
	made.enter(
		1,
		many.map((note) => ({ ...note, at: 0 })),
		many.length,
	);
	expect(await made.compare(pages(many.slice(0, -1)))).toMatchObject({ rows: 199_999, lost: [200_000], duplicates: 0 });
});
