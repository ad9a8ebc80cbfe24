// The guard as plain functions, of a preview's JSON alone: nothing here loads Pulumi.
export type { Approval, ApprovalProblem } from "./approvals";
export { guard, type JudgedFinding, type Report, type StackReport, type Subject } from "./guard";
export { type Plan, readPlan, type State, type Step, UnreadablePlan } from "./plan";
export { json } from "./report/json";
export { markdown } from "./report/markdown";
export { terminal } from "./report/terminal";
export { RULES } from "./rules/index";
export type { PlannedResource, Rule, StackViolation, Violation } from "./rules/rule";
export { type Finding, type Information, VERDICTS, type Verdict } from "./verdict";
