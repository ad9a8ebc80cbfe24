const { createHash } = require("node:crypto");
const { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const ROOT = dirname(__dirname);

/**
 * What `make` gives, or gave before from the same sources: each preview and each update would otherwise wait for it again.
 *
 * @param {string} file where it is kept
 * @param {() => Promise<{ code: string, map: string, inputs: string[] }>} make with the paths of all that it was made from
 */
exports.cached = async (file, make) => {
	const found = read(file);
	if (found !== undefined && found.key === keyOf(found.inputs)) return found;
	const begun = Date.now();
	const { code, map, inputs } = await make();
	const made = { key: keyOf(inputs), inputs, code, map };
	try {
		// What was saved meanwhile may be in the key and not in the code.
		if (inputs.some((input) => statSync(input).mtimeMs >= begun)) return made;
		mkdirSync(dirname(file), { recursive: true });
		// Whole or not at all: another program may read it now.
		writeFileSync(`${file}.${process.pid}`, JSON.stringify(made));
		renameSync(`${file}.${process.pid}`, file);
	} catch {
		// Where nothing can be kept, it is made each time.
	}
	return made;
};

function read(file) {
	try {
		return JSON.parse(readFileSync(file, "utf8"));
	} catch {
		return undefined;
	}
}

/** Of the sources and of how they are turned; undefined where one is gone. A new file beside them may be found in place of another. */
function keyOf(inputs) {
	const hash = createHash("sha256");
	const add = (text) => hash.update(`${text.length}:`).update(text);
	try {
		const how = [join(__dirname, "bundled.js"), join(ROOT, "tsconfig.json"), require.resolve("esbuild/package.json")];
		for (const input of [...inputs, ...how]) {
			add(input);
			add(readFileSync(input));
		}
		for (const directory of new Set(inputs.map(dirname))) add(readdirSync(directory).sort().join("\n"));
	} catch {
		return undefined;
	}
	return hash.digest("hex");
}
