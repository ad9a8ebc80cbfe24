// What Pulumi starts in a clone. package.json names no main, which npm would pack whatever it is.
const { join } = require("node:path");
const { load } = require("./stacks/bundled");

module.exports = async () => {
	const program = await load(join(__dirname, "stacks", "index.ts"));
	return program();
};
