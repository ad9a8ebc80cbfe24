import { keptKind } from "./kept";
import type { Rule } from "./rule";
import { shown } from "./values";

/** Options that let a delete take the data along, the value that does so, and what to write in its place. */
const OPTIONS: { option: string; dangerous: unknown; happens: string; wayOut: string }[] = [
	{
		option: "forceDestroy",
		dangerous: true,
		happens: "a delete takes all that is in it along",
		wayOut: "Set forceDestroy: false; whoever wants it gone empties it first.",
	},
	{
		option: "skipFinalSnapshot",
		dangerous: true,
		happens: "a delete leaves no snapshot",
		wayOut: "Set skipFinalSnapshot: false and a finalSnapshotIdentifier.",
	},
	{
		option: "skipFinalBackup",
		dangerous: true,
		happens: "a delete leaves no backup",
		wayOut: "Set skipFinalBackup: false.",
	},
	{
		option: "deleteContentsOnDestroy",
		dangerous: true,
		happens: "a delete takes all tables along",
		wayOut: "Set deleteContentsOnDestroy: false.",
	},
	{
		option: "recoveryWindowInDays",
		dangerous: 0,
		happens: "a delete is at once and for good",
		wayOut: "Set recoveryWindowInDays: 7 or more (30 by default).",
	},
	{
		option: "forceDelete",
		dangerous: true,
		happens: "a delete takes all that is in it along",
		wayOut: "Set forceDelete: false.",
	},
	{
		option: "deletionPolicy",
		dangerous: "FORCE",
		happens: "a delete takes all that is in it along",
		wayOut: "Leave deletionPolicy out.",
	},
];

export const noForceDestroy: Rule = {
	name: "no-force-destroy",
	description: "Nothing that holds data is set to take it along when it is deleted (forceDestroy, skipFinalSnapshot).",
	check(resource) {
		if (keptKind(resource) === undefined) return [];
		return OPTIONS.filter(({ option, dangerous }) => resource.properties[option] === dangerous).map(
			({ option, dangerous, happens, wayOut }) => ({
				verdict: "at risk",
				reason: `${option} is ${shown(dangerous)}: ${happens}.`,
				wayOut,
			}),
		);
	},
};
