// The keeper uses this file too, so nothing of Pulumi is in it.

/** Characters that the token of the status page has at least. */
export const SHORTEST_TOKEN = 16;

/** Whether only the host itself reaches what listens there. */
export function isLoopback(address: string | undefined): boolean {
	return address !== undefined && (/^127\.\d+\.\d+\.\d+$/.test(address) || address === "::1");
}
