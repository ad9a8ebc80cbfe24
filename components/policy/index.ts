import { type Policies, PolicyPack } from "@pulumi/policy";
import { RULES } from "../guard/rules/index";
import { policyOf } from "./policy";

// The level holds for each rule that a configuration does not name.
const policies: Policies = RULES.map(policyOf);
new PolicyPack("holdfast", { policies, enforcementLevel: "mandatory" });
