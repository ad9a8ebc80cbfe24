// Makes aws.json, and adds to gcp.json the values that a property may have. By hand, when the SDKs change:
//
//   python3 -m venv /tmp/cfn && /tmp/cfn/bin/pip install cfn-lint==1.58.0
//   npx tsx test/engine/cloudDouble/facts/make.ts /tmp/cfn/lib/python3.11/site-packages/cfnlint/data/schemas
//
// Sources: the typings of @pulumi/aws 7.48.0 and @pulumi/gcp 9.37.0 (names, kinds, what is required, what only the cloud
// gives; for gcp also "Possible values are: …"), and AWS's resource schemas of 2026-10-20 as cfn-lint 1.58.0 ships them
// (enumerations, properties that only a new resource can change); for one property the source of the provider itself, as
// awsTypes.ts says. What none of them says is not in the facts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { containerFacts, Schema } from "./awsSchema";
import { AWS_TYPES } from "./awsTypes";
import type { Facts } from "./types";
import { Typings } from "./typings";

const [schemas] = process.argv.slice(2);
if (schemas === undefined) throw new Error("name the directory of cfn-lint's schemas: see the head of this file");

const aws = new Typings("aws");
const made: Record<string, Facts> = {};
for (const [type, { schema: name, names = {}, replacing = [] }] of Object.entries(AWS_TYPES)) {
	const facts = aws.resource(type);
	if (name !== undefined) new Schema(schemas, name).join(facts, names);
	if (type === "ecs/taskDefinition:TaskDefinition") {
		// A string of JSON, with what the schema has as objects; its names begin with a small letter there.
		Object.assign(facts.containerDefinitions ?? {}, { json: containerFacts(new Schema(schemas, name ?? "")) });
	}
	for (const property of replacing) Object.assign(facts[property] ?? {}, { replaces: true });
	made[`aws:${type}`] = facts;
}
write("aws.json", made);

const gcp = new Typings("gcp");
const known = JSON.parse(readFileSync(join(__dirname, "gcp.json"), "utf8")) as Record<string, Facts>;
for (const [type, facts] of Object.entries(known)) addValues(facts, gcp.resource(type.slice("gcp:".length)));
write("gcp.json", known);

function addValues(facts: Facts, typed: Facts): void {
	for (const [name, fact] of Object.entries(facts)) {
		const { values, fields } = typed[name] ?? {};
		if (values !== undefined) fact.values = values;
		if (fact.fields !== undefined && fields !== undefined) addValues(fact.fields, fields);
	}
}

/** One type a line, so that a change shows what it changes. */
function write(file: string, facts: Record<string, Facts>): void {
	const lines = Object.entries(facts).map(([type, of]) => `${JSON.stringify(type)}:${JSON.stringify(of)}`);
	writeFileSync(join(__dirname, file), `{\n${lines.join(",\n")}\n}\n`);
}
