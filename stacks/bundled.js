// Plain JavaScript, because Pulumi starts with it and nothing else would turn it from TypeScript.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname, join, resolve } = require("node:path");
const { cached } = require("./bundleCache");

// First of all: what comes next would load it.
defer("@pulumi/pulumi/typescript-shim");
const { RunError } = require("@pulumi/pulumi");

/** Goes with the packages, one of which has made it. */
const KEPT = join(dirname(__dirname), "node_modules", ".cache", "holdfast", "program.json");

/**
 * Loads a program in TypeScript with all that it imports, but for npm packages, as one piece of JavaScript, which is kept for
 * as long as the sources stay as they are. Pulumi's own way loads the TypeScript compiler and turns file by file, which costs
 * a second more for each preview and for each update. The types are the business of `npm run check`.
 */
exports.load = async (entry) => {
	const output = `${entry}.js`;
	const make = () => bundled(entry, output);
	// A program elsewhere is that of a test, and is started once.
	const { code, map } = dirname(entry) === __dirname ? await cached(KEPT, make) : await make();
	namesSource(output, map);
	const program = Object.assign(new module.constructor(output, module), { filename: output });
	program.paths = module.paths;
	program._compile(code, output);
	return program.exports;
};

async function bundled(entry, output) {
	const { outputFiles, metafile } = await require("esbuild")
		.build({
			entryPoints: [entry],
			bundle: true,
			platform: "node",
			target: "node20",
			packages: "external",
			sourcemap: "external",
			sourcesContent: false,
			metafile: true,
			write: false,
			outfile: output,
			logLevel: "silent",
			plugins: [{ name: "own-directory", setup: keepsDirectory }],
		})
		.catch((error) => {
			// It names file, line and reason; where esbuild came upon them helps nobody.
			throw new RunError(error.message);
		});
	const [map, code] = outputFiles;
	return { code: code.text, map: map.text, inputs: Object.keys(metafile.inputs).map((path) => resolve(path)) };
}

/**
 * Puts off a module until something of it is used. Pulumi loads the TypeScript compiler with itself, which is a third of its
 * own start, and needs it only to turn a function into text, as for a dynamic provider.
 */
function defer(name) {
	let path;
	try {
		path = require.resolve(name);
	} catch {
		// Another version of Pulumi has no such module, and takes the time that it takes.
		return;
	}
	if (require.cache[path] !== undefined) return;
	const real = () => {
		delete require.cache[path];
		return require(path);
	};
	let loaded;
	const get = (_, property) => {
		loaded ??= real();
		return loaded[property];
	};
	require.cache[path] = Object.assign(new module.constructor(path, module), {
		loaded: true,
		exports: new Proxy({}, { get }),
	});
}

/** A file that asks for its directory gets its own, not that of the whole. */
function keepsDirectory({ onLoad }) {
	onLoad({ filter: /\.ts$/ }, ({ path }) => {
		const source = readFileSync(path, "utf8");
		if (!source.includes("__dirname")) return undefined;
		// On the first line, so that the others keep their numbers.
		return { contents: `const __dirname = ${JSON.stringify(dirname(path))}; ${source}`, loader: "ts" };
	});
}

/** Lets an error name the line that was written: Pulumi asks this package of its own for it. */
function namesSource(output, map) {
	createRequire(require.resolve("@pulumi/pulumi"))("source-map-support").install({
		retrieveSourceMap: (source) => (source === output ? { url: output, map } : null),
	});
}
