import { randomBytes } from "node:crypto";
import { type Properties, text } from "./values";

// TEST PART: names and ids in the formats of the real AWS.

export const ACCOUNT = process.env.HOLDFAST_DOUBLE_ACCOUNT ?? "123456789012";
/** The region that the provider was configured with. */
let configured = "";

export const of = (inputs: Properties, name: string) => text(inputs, name) ?? "";
export const hex = (length: number) => randomBytes(length).toString("hex").slice(0, length);
export const arn = (service: string, resource: string) => `arn:aws:${service}:${configured}:${ACCOUNT}:${resource}`;
export const global = (service: string, resource: string) => `arn:aws:${service}::${ACCOUNT}:${resource}`;

export const region = () => configured;

export function setRegion(given: string): void {
	configured = given;
}
