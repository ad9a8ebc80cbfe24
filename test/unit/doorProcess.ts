import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { DoorFigures } from "../../components/keeper/door/figures";
import type { DoorOptions } from "../../components/keeper/door/options";
import type { Told } from "./doorProgram";
import { closeLater, freePort } from "./doorScene";

/** A door as the keeper runs it: a bundle, with the flags of its image. */
export async function startDoorProcess(app: number, limits: DoorOptions["limits"] = {}) {
	const directory = mkdtempSync(join(tmpdir(), "holdfast-door-"));
	closeLater(() => rmSync(directory, { recursive: true, force: true }));
	const program = join(directory, "door.js");
	const entry = join(__dirname, "doorProgram.ts");
	await build({ entryPoints: [entry], outfile: program, bundle: true, platform: "node", logLevel: "silent" });
	const process = fork(program, { execArgv: ["--max-semi-space-size=2"] });
	closeLater(() => void process.kill("SIGKILL"));
	const tell = async (what: Told | "close" | "open" | "memory") => {
		const answered = once(process, "message");
		process.send(what);
		const [answer] = await answered;
		return answer as { bytes: number; figures: DoorFigures };
	};
	const port = await freePort();
	await tell({ app, port, limits });
	const megabytes = async () => (await tell("memory")).bytes / 2 ** 20;
	return { port, tell, megabytes };
}
