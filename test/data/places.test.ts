import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { DockerCli } from "../../components/docker/cli";
import { type S3Server, startS3Server } from "../../tools/servers/s3";
import { command, lastLine } from "../../tools/setup/command";
import { docker, tryDocker, until } from "./docker";
import { fuseMount } from "./fuse";
import { buildKeeper, expectRefused, Host } from "./harness";
import { directory, stoppedHost } from "./prepared";
import { S3Bucket } from "./stores";

let server: S3Server;
buildKeeper();
beforeAll(async () => {
	server = await startS3Server();
});
afterAll(() => server?.stop());

it.each(["a directory", "S3"])(
	"fault 11: a wrong prefix in %s is refused, with data on the disk and without",
	async (kind) => {
		const store = kind === "S3" ? await S3Bucket.make(server) : await directory();
		const { host } = await stoppedHost(store);
		const before = await host.shell("sha256sum /data/app.db; ls -A /data");
		const wrong = store.withPrefix("nots");
		// The same disk, as after a change of the configuration.
		const moved = await Host.make(wrong, { data: [`--mount=type=volume,source=${host.name}-data,target=/data`] });
		const empty = await Host.make(wrong);
		expectRefused(await moved.keeper("start"), "wrong-prefix", /"notes".*"nots"/);
		expectRefused(await empty.keeper("start"), "wrong-prefix", /"notes".*"nots"/);
		expect(await host.shell("sha256sum /data/app.db; ls -A /data")).toBe(before);
		expect(await empty.shell("ls -A /data")).toBe("");
	},
);

it("fault 11: a store that knows nothing of data which was here before is refused", async () => {
	const { host } = await stoppedHost(await directory());
	await host.shell("rm -r /data/app.db* /data/.app.db-litestream");
	const other = await Host.make(await directory(), {
		data: [`--mount=type=volume,source=${host.name}-data,target=/data`],
	});
	expectRefused(await other.keeper("start"), "data-gone", "knows nothing of it");
});

it("fault 11: an old copy of the disk, and a strange database in its place, are refused until a person decides", async () => {
	const store = await directory();
	const { host, rows } = await stoppedHost(store);
	await host.shell("mkdir /scratch/old && cp -a /data/. /scratch/old/");
	const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
	await writer.more(50);
	await writer.stop();
	await keeper.stop();
	await host.shell("rm -rf /data/* /data/.[!.]* && cp -a /scratch/old/. /data/");
	expectRefused(await host.keeper("start"), "data-older-than-replica", "an old copy of the disk");
	await host.shell("rm -rf /data/.app.db-litestream");
	expectRefused(await host.keeper("start"), "data-unknown-to-replica", "which of the two is right");
	await host.keeperDone("accept-database");
	expect(await host.keeperDone("start")).toContain("existing data is used");
	const [next, again] = await Promise.all([host.writer(), host.replicate()]);
	await next.more(10);
	await next.stop();
	await again.proven();
	expect((await host.restored()).rows).toEqual([...rows, ...next.acknowledged]);
});

it("faults 11 and 12: a data directory that forgets, or that cannot be written, is refused with uid, path and the way out", async () => {
	const host = await Host.make(await directory());
	const volume = `--mount=type=volume,source=${host.name}-data,target=/data`;
	const start = (data: string[], env: Record<string, string> = {}) => host.keeper("start", { data, env });

	expectRefused(await start([]), "data-directory-missing", "there is no directory /data");
	const own = { HOLDFAST_DATA_DIRECTORY: "/keeper", HOLDFAST_DATABASE: "/keeper/app.db" };
	expectRefused(await start([], own), "data-directory-not-mounted", "no volume is mounted there");
	expectRefused(await start(["--tmpfs=/data:uid=1000"]), "data-directory-temporary", "/data is on tmpfs");

	expectRefused(
		await start([`${volume},readonly`]),
		"data-directory-not-writable",
		/user 1000 cannot write \/data.*read-only/,
	);
	await host.shell("chown 0:0 /data && chmod 755 /data");
	expectRefused(
		await start([volume]),
		"data-directory-not-writable",
		/user 1000 cannot write \/data, which belongs to 0:0 with mode 0755[\s\S]*chown -R 1000:1000 \/data/,
	);
	// A database that an app of another user left, in a directory that the keeper may write.
	await host.shell("chown 1000:1000 /data");
	await host.sql("CREATE TABLE rows (id)");
	await host.shell("chown 0:0 /data/app.db && chmod 600 /data/app.db");
	const foreign =
		/user 1000 cannot read and write \/data\/app\.db, which belongs to 0:0[\s\S]*chown -R 1000:1000 \/data/;
	expectRefused(await start([volume]), "data-directory-not-writable", foreign);
	await host.shell("chmod 644 /data/app.db");
	expectRefused(await start([volume]), "data-directory-not-writable", foreign);
});

/** A disk of its own, so that it can be full: an ext4 in a file. */
async function smallDisk(): Promise<string[]> {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-disk-"));
	const volume = `holdfast-data-${randomBytes(4).toString("hex")}-disk`;
	let device = "";
	onTestFinished(async () => {
		await tryDocker("volume", "rm", "--force", volume);
		if (device !== "") await command("losetup", ["--detach", device]);
		rmSync(directory, { recursive: true });
	}, 30_000);
	const script = `cd "$1" && truncate --size=40M disk && mkfs.ext4 -q -m 0 disk && losetup --find --show disk`;
	const { code, output } = await command("sh", ["-c", script, "sh", directory]);
	if (code !== 0) throw new Error(`no disk could be made: ${output}`);
	device = lastLine(output);
	await docker("volume", "create", "--opt=type=ext4", `--opt=device=${device}`, volume);
	return [`--mount=type=volume,source=${volume},target=/data`];
}

/** Whoever makes a disk must be root, on the machine of the Docker engine. */
const canMakeDisk = process.getuid?.() === 0 && process.platform === "linux" && new DockerCli().isLocal;

it.runIf(canMakeDisk)(
	"fault 7: a full disk gives the app an error and the status a problem, corrupts nothing, and goes on once there is room",
	async () => {
		const host = await Host.make(await directory(), { data: await smallDisk(), env: { HOLDFAST_STALE_SECONDS: "5" } });
		const [writer, keeper] = await Promise.all([host.writer(), host.replicate()]);
		await keeper.proven();
		await host.shell("head -c 60M /dev/zero > /data/ballast || true");
		await writer.until(({ errors }) => errors.length > 0, "an error", 60);
		expect(writer.errors[0]).toMatch(/full|disk I\/O/);
		const { problems, freeBytes } = await keeper.until(({ healthy }) => !healthy, 60);
		console.log(`disk full: ${freeBytes} bytes free, ${problems}`);
		expect(problems.join()).toMatch(/disk|space/);

		const refused = await host.keeper("start");
		expectRefused(refused, "disk-full", "make room");
		await host.shell("rm /data/ballast");
		await writer.more(20);
		await writer.stop();
		await keeper.proven(60);
		await until("all rows", async () => (await host.restored()).rows.length === writer.acknowledged.length);
		expect(await host.restored()).toMatchObject({ integrity: "ok", rows: writer.acknowledged });
		expect((await host.content()).rows).toEqual(writer.acknowledged);
		expect(await keeper.stop()).toBe(0);
	},
);

it.runIf(canMakeDisk).each(["fuse.gcsfuse", "fuse.sshfs"])(
	"fault 13: a data directory on a real mount of %s is refused",
	async (type) => {
		const host = await Host.make(await directory(), {
			data: [`--mount=type=bind,source=${await fuseMount(type)},target=/data`],
		});
		expectRefused(await host.keeper("start"), "data-directory-remote", type);
	},
);
