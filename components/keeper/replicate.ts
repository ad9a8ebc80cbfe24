import { rmSync } from "node:fs";
import { partsOf } from "./commands";
import { ask, type Handler, Plain, serve } from "./control";
import { HostKeeper } from "./deploy/hostKeeper";
import type { DrillReport } from "./drill";
import { listenAt } from "./listening";
import { logger } from "./log";
import { StatusPage } from "./page/page";
import { Reporter } from "./reporter";
import { startRoutine } from "./routine";
import { metricsOf } from "./status";
import { TemporaryKeeper } from "./temporary";

/** The keeper that stays, until it is told to stop. */
export async function replicate(): Promise<number> {
	const parts = partsOf();
	const { settings } = parts;
	const log = logger(settings.log);
	const host = settings.disk === "temporary" ? undefined : new HostKeeper(parts, log);
	const instance = host === undefined ? new TemporaryKeeper(parts, log) : undefined;
	const keeper = host ?? (instance as TemporaryKeeper);
	const json = (body: string) => JSON.parse(body || "{}") as Record<string, unknown>;
	const status = () => keeper.status();
	const page = new StatusPage(settings, parts.store, keeper);
	const metrics = async () => new Plain(metricsOf(await status()));
	const watching = {
		...(instance && platformRoutes(instance)),
		...page.routes,
		"GET /status": page.guarded(status),
		"GET /metrics": page.guarded(metrics),
		"GET /health": async () => {
			const { healthy, problems } = await status();
			// A health check has no token, and needs only the verdict.
			const reasons = page.isGuarded ? "unhealthy" : problems.join("\n");
			return new Plain(healthy ? "ok\n" : `${reasons}\n`, healthy ? 200 : 503);
		},
	};
	const commands = {
		"GET /status": status,
		"POST /snapshot": (body: string) =>
			keeper.snapshot(json(body).name as string, json(body).image as string | undefined),
		...(host && {
			"POST /deploy": (body: string) => {
				const { attempt, instance } = json(body) as { attempt: string; instance: string };
				return host.follow(attempt, instance);
			},
		}),
		"POST /sync": () => keeper.sync(),
		"POST /drilled": (body: string) => {
			keeper.drilled(JSON.parse(body) as DrillReport);
			return {};
		},
	};
	const { port, control, appPort } = settings;
	const closers = await listenAt([
		// Whoever reaches the port can look; to tell the keeper what to do, one must be in its container.
		{ at: port, open: () => serve(watching, { port }) },
		{ at: control, open: () => takeSocket(control, commands) },
		...(appPort > 0 ? [{ at: appPort, open: () => keeper.listen(appPort) }] : []),
	]).catch((error) => {
		endSoon();
		throw error;
	});
	closers.push(startRoutine(settings, parts, keeper, log), page.start());
	if (settings.log === "json") closers.push(new Reporter(settings.app, keeper).start());
	return new Promise((done, failed) => {
		const stop = () => {
			void keeper.stop().then((isComplete) => {
				for (const close of closers) close();
				done(isComplete ? 0 : 1);
				endSoon();
			}, failed);
		};
		process.once("SIGTERM", stop).once("SIGINT", stop);
		keeper.run().catch((error) => {
			for (const close of closers) close();
			failed(error);
			endSoon();
		});
	});
}

async function takeSocket(path: string, commands: Record<string, Handler>): Promise<() => void> {
	// One that is left over from a keeper that died.
	if ((await ask(path, "GET", "/status")) === undefined) rmSync(path, { force: true });
	return serve(commands, { path });
}

/** A connection that a client keeps open, or a loop that waits, must not keep the container. */
function endSoon(): void {
	setTimeout(() => process.exit(), 500).unref();
}

/** What the platform asks before it starts the app, and while it runs. */
function platformRoutes(keeper: TemporaryKeeper) {
	const answer = (reason: string | undefined, well: string) =>
		reason === undefined ? new Plain(`${well}\n`) : new Plain(`${reason}\n`, 503);
	return {
		"GET /ready": () => answer(keeper.unready(), "ready"),
		"GET /serving": async () => answer(await keeper.unwell(), "serving"),
	};
}
