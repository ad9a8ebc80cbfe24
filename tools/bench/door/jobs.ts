/** What the load generator is asked to do, and what it answers. */
export type Job =
	| { kind: "throughput"; target: Request; connections: number; seconds: number }
	| { kind: "paced"; targets: Request[]; perSecond: number; seconds: number }
	| { kind: "idle"; url: string; connections: number; asked: number };

export interface Request {
	url: string;
	method: "GET" | "POST";
	body?: string;
}

/** Answers with another status than 2xx, and requests without one, are `failed`, here and below. */
export interface Throughput {
	perSecond: number;
	failed: number;
	/** Of each answer. */
	milliseconds: number[];
}

/** By target. */
export interface Paced {
	failed: number[];
	/** Of each answer. */
	milliseconds: number[][];
}

/** Connections that are open now. */
export interface Idle {
	open: number;
}
