// What Pulumi starts in a clone. package.json names neither a main, which npm would pack whatever it is, nor an export of the
// package itself, which Pulumi would start in place of this.
const { join } = require("node:path");
const { load } = require("./stacks/bundled");

module.exports = async () => {
	const program = await load(join(__dirname, "stacks", "index.ts"));
	return program();
};
