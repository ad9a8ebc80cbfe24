import type { Client } from "pg";

/** Milliseconds for a connection. */
const PATIENCE = 5000;

/**
 * A connection for a few statements of ours, in the database of the URL itself.
 *
 * @param isProbe an answer that takes longer than a connection may is none
 */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>, isProbe = false): Promise<T> {
	const { Client } = await import("pg");
	const client = new Client({
		connectionString: url,
		connectionTimeoutMillis: PATIENCE,
		application_name: "holdfast-keeper",
		// Where an app is kept from writing, we are not.
		options: "-c default_transaction_read_only=off",
		...(isProbe && { query_timeout: PATIENCE }),
	});
	// A connection that breaks between two queries is an event, and unheard it would end the keeper.
	client.on("error", () => {});
	try {
		await client.connect();
		return await work(client);
	} finally {
		await client.end().catch(() => undefined);
	}
}
