// What Pulumi starts.
const { join } = require("node:path");
const { load } = require("./bundled");

module.exports = async () => {
	const program = await load(join(__dirname, "index.ts"));
	return program();
};
