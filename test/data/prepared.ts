import { onTestFinished } from "vitest";
import { Host, type HostOptions } from "./harness";
import { DirectoryVolume, type TestStore } from "./stores";
import type { Writer } from "./writer";

/** A directory store that goes when the test is finished. */
export async function directory(): Promise<DirectoryVolume> {
	const store = await DirectoryVolume.make();
	onTestFinished(() => store.remove(), 30_000);
	return store;
}

/** A host whose app and keeper have run and were stopped: rows in the database, and all of them in the replica. */
export async function stoppedHost(
	store: TestStore,
	options: HostOptions = {},
	meanwhile: (writer: Writer) => Promise<void> = async () => {},
): Promise<{ host: Host; rows: string[] }> {
	const host = await Host.make(store, options);
	const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
	await writer.more(100);
	await keeper.proven();
	await meanwhile(writer);
	await writer.stop();
	if ((await keeper.stop()) !== 0) throw new Error(`the keeper did not stop well: ${await keeper.log()}`);
	return { host, rows: writer.acknowledged };
}
