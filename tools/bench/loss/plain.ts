import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answering, Load } from "../../prove/load";
import { SAMPLE_APP } from "../../prove/sampleApp";
import { docker, dockerOutput, freePort } from "../../prove/twin";
import { KEEPER_BASE, SAMPLE_BASE } from "../../setup/versions";
import { notesIn } from "../../soak/rows";
import { ROOT } from "../../workspace";
import { WRITING } from "./holdfast";
import { type Lost, lostOf } from "./lost";

/** Seconds between two uploads, in the place of the guide's 300. */
export const SCALED = 10;

/** What backs an app up beside it: a container that sees the data at /app/data and the store at /backup. */
interface Backup {
	image: string;
	command: string[];
	/** Milliseconds of load before the host is lost. */
	writing(): number;
	/** What makes /backup/restored.db of the store. */
	restore: string[];
}

const LOOP = `
import os, sqlite3, time
while True:
    time.sleep(${SCALED})
    source, copy = sqlite3.connect("/app/data/notes.db"), sqlite3.connect("/backup/upload.db")
    source.backup(copy)
    source.close()
    copy.close()
    os.replace("/backup/upload.db", "/backup/notes.db")`;

export const uploadLoop: Backup = {
	image: SAMPLE_BASE,
	command: ["python3", "-c", LOOP],
	// After the first upload, at any moment of a round.
	writing: () => SCALED * 1000 * (1.2 + Math.random()),
	restore: ["cp", "/backup/notes.db", "/backup/restored.db"],
};

export const litestream: Backup = {
	image: KEEPER_BASE,
	command: ["litestream", "replicate", "/app/data/notes.db", "file:///backup/notes"],
	writing: () => WRITING,
	restore: ["litestream", "restore", "-o", "/backup/restored.db", "file:///backup/notes"],
};

/** Loses the host of the sample app as a plain container with such a backup beside it. */
export async function loseApp({ image, command, writing, restore }: Backup): Promise<Lost> {
	const name = `holdfast-bench-loss-${randomBytes(3).toString("hex")}`;
	const store = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
	const mounts = ["--volume", `${name}:/app/data`, "--volume", `${store}:/backup`];
	const port = await freePort();
	const containers = [`${name}-app`, `${name}-backup`];
	const remove = async () => {
		for (const container of containers) await docker.run(["rm", "--force", "--volumes", container]);
		await docker.run(["volume", "rm", "--force", name]);
		await docker.run(["image", "rm", "--force", name]);
		rmSync(store, { recursive: true, force: true });
	};
	const interrupted = () => void remove().finally(() => process.exit(130));
	process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
	try {
		await dockerOutput("build", "--quiet", "--tag", name, join(ROOT, SAMPLE_APP));
		const start = "alembic upgrade head && exec gunicorn --config gunicorn.conf.py notes:app";
		const asRoot = ["run", "--detach", "--user", "0:0", ...mounts];
		const published = ["--publish", `127.0.0.1:${port}:8000`];
		await dockerOutput(...asRoot, "--name", `${name}-app`, ...published, name, "sh", "-c", start);
		const url = `http://127.0.0.1:${port}`;
		await answering(url);
		await dockerOutput(...asRoot, "--name", `${name}-backup`, image, ...command);
		const load = new Load(url, { writers: 4 });
		try {
			await sleep(writing());
			await Promise.all(containers.map((container) => dockerOutput("kill", container)));
		} finally {
			await load.stop();
		}
		for (const container of containers) await dockerOutput("rm", "--force", "--volumes", container);
		await dockerOutput("volume", "rm", name);
		await dockerOutput("run", "--rm", "--user", "0:0", "--volume", `${store}:/backup`, image, ...restore);
		const there = new Map<number, string>();
		for await (const page of notesIn({ directory: store, file: "restored.db" })) {
			for (const { id, text } of page) there.set(id, text);
		}
		return lostOf(load.acknowledged, there);
	} finally {
		process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
		await remove();
	}
}
