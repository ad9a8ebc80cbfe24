import type { IncomingMessage } from "node:http";
import { type Handler, Plain } from "../control";
import { signatureOf } from "../freshness";
import { problemsOf, spaceIn } from "../problems";
import type { Settings } from "../settings";
import type { Known, Status } from "../status";
import type { Store } from "../stores/store";
import { Access, type Entry } from "./access";
import { HEADERS } from "./document";
import { LagHistory, SAMPLE } from "./lagHistory";
import { KnownPoints } from "./points";
import { render, signInPage } from "./render";
import { REPLICATES } from "./sections";

/** What it asks the keeper. */
interface Reported {
	readonly known: Known;
	status(): Promise<Status>;
}

/** What the keeper knows, as a page for people, and who may see it. */
export class StatusPage {
	private readonly access: Access;
	private readonly history = new LagHistory();
	private readonly points: KnownPoints;

	constructor(
		private readonly settings: Settings,
		store: Store,
		private readonly keeper: Reported,
	) {
		this.access = new Access(settings);
		this.points = new KnownPoints(store);
	}

	/** Takes samples from now on. Returns what ends it. */
	start(): () => void {
		const timer = setInterval(() => this.sample(), SAMPLE);
		this.sample();
		return () => clearInterval(timer);
	}

	/** The page, and what it needs. */
	get routes(): Record<string, Handler> {
		const { app } = this.settings;
		return {
			"GET /": (_body, request) =>
				this.letIn(
					this.access.toPage(request),
					() => this.page(),
					() => signInPage(app, false),
				),
			"POST /sign-in": (body) => {
				const cookie = this.access.isGuarded && this.access.signIn(new URLSearchParams(body).get("token") ?? "");
				if (!cookie) return signInPage(app, true);
				return new Plain("", 303, undefined, { ...HEADERS, location: "/", "set-cookie": cookie });
			},
		};
	}

	/** The same for what is not for people: who lacks the token is told so in a line. */
	guarded(handler: Handler): Handler {
		return (body, request: IncomingMessage) =>
			this.letIn(
				this.access.toFigures(request),
				() => handler(body, request),
				() =>
					new Plain("The token is missing or wrong: Authorization: Bearer TOKEN\n", 401, undefined, {
						"www-authenticate": "Bearer",
					}),
			);
	}

	/** Whether everybody may read why something is wrong. */
	get isGuarded(): boolean {
		return this.access.isGuarded;
	}

	private letIn(entry: Entry, show: () => unknown, ask: () => Plain): unknown {
		if (entry === "open") return show();
		return entry === "closed" ? ask() : entry;
	}

	private async page(): Promise<Plain> {
		const status = await this.keeper.status();
		const sign = `${status.lastDrill?.time} ${status.deploys.at(-1)?.time}`;
		return render({
			status,
			container: this.settings.owner,
			history: this.history,
			points: this.points.recent(sign),
			disk: spaceIn(this.settings.dataDirectory),
			now: new Date(),
		});
	}

	/** Not by the whole status, for which rows are counted. */
	private sample(): void {
		const { database, staleSeconds } = this.settings;
		const { known } = this.keeper;
		// Nobody waits for it yet.
		if (known.state === "starting") return;
		if (this.history.points.length === 0) this.points.recent();
		const lag = REPLICATES.includes(known.state) ? known.freshness.lag(signatureOf(database)) : undefined;
		this.history.note({ isSafe: problemsOf(known, staleSeconds).length === 0, ...(lag !== undefined && { lag }) });
	}
}
