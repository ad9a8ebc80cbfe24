/** Where the app is reached: the host name of its container, and its port. */
export interface Target {
	host: string;
	port: number;
}

/** The way to the app, which can be closed while the app is switched. */
export interface Way {
	/**
	 * Begins to take connections. Returns what ends that.
	 * @throws where the port is taken
	 */
	listen(port: number): Promise<() => void>;
	/** Whoever comes from now on is held. */
	close(): void;
	/**
	 * Until what was under way has come to its end, or has had its time.
	 *
	 * @param seconds that it has at most. @default as many as the door gives it
	 */
	drained(seconds?: number): Promise<void>;
	/** Whoever is held goes on. */
	open(): void;
	/** For good: whoever is held, and whoever comes, is turned away. Nothing of it was passed to the app. */
	end(reason: string): void;
}
