// Runs in a container of its own, beside the app, with the packages of this repo at hand: node generator.ts JOB, where JOB
// is JSON. What it measured goes to its output, as JSON.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import type { Idle, Job, Paced, Request, Throughput } from "./jobs";

const HEADERS = { "content-type": "application/json" };
const TIMEOUT = 30;

/** As many requests as get through. */
async function throughput({ target, connections, seconds }: Extract<Job, { kind: "throughput" }>): Promise<Throughput> {
	const { url, method, body } = target;
	const instance = { url, method, body, headers: HEADERS, connections, duration: seconds, timeout: TIMEOUT };
	const milliseconds: number[] = [];
	const begun = performance.now();
	const { errors, non2xx } = await new Promise<autocannon.Result>((resolve, reject) => {
		const running = autocannon(instance, (error, result) => (error ? reject(error) : resolve(result)));
		// Its own percentiles count in whole milliseconds.
		running.on("response", (_client, _status, _bytes, took) => void milliseconds.push(took));
	});
	return {
		perSecond: milliseconds.length / ((performance.now() - begun) / 1000),
		failed: errors + non2xx,
		milliseconds,
	};
}

/**
 * The same number of requests in each second, at even distances and whether or not the ones before are answered, to one
 * target after another: so all of them see the same machine. Autocannon's rate is a burst at the begin of each second.
 */
async function paced({ targets, perSecond, seconds }: Extract<Job, { kind: "paced" }>): Promise<Paced> {
	const agent = new Agent({ keepAlive: true });
	const milliseconds: number[][] = targets.map(() => []);
	const failed = targets.map(() => 0);
	const asked: Promise<void>[] = [];
	const start = performance.now();
	for (let count = 0; count < perSecond * seconds; count += 1) {
		await sleep(Math.max(0, start + (count * 1000) / perSecond - performance.now()));
		const at = count % targets.length;
		const target = targets[at];
		if (target === undefined) throw new Error("there is no target");
		const sent = performance.now();
		asked.push(
			ask(target, agent).then(
				() => void milliseconds[at]?.push(performance.now() - sent),
				() => {
					failed[at] = (failed[at] ?? 0) + 1;
				},
			),
		);
	}
	await Promise.all(asked);
	agent.destroy();
	return { failed, milliseconds };
}

function ask({ url, method, body }: Request, agent: Agent): Promise<void> {
	return new Promise((resolve, reject) => {
		const sent = request(url, { method, agent, headers: HEADERS, timeout: TIMEOUT * 1000 });
		sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer")));
		sent.on("response", (answer) => {
			const isGood = Math.floor((answer.statusCode ?? 0) / 100) === 2;
			answer.resume().on("error", reject);
			answer.on("end", () => (isGood ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
		});
		sent.end(body);
	});
}

/** Connections that were of use once, and then stay open until the input ends. */
async function idle({ url, connections, asked }: Extract<Job, { kind: "idle" }>): Promise<Idle> {
	const { hostname, port, pathname } = new URL(url);
	let open = 0;
	const one = (asks: boolean) =>
		new Promise<void>((resolve, reject) => {
			const socket = connect(Number(port), hostname);
			socket.on("error", reject).once(asks ? "data" : "connect", () => {
				open += 1;
				resolve();
			});
			socket.on("close", () => {
				open -= 1;
				reject(new Error("the connection was closed"));
			});
			socket.resume();
			if (asks) socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
		});
	let left = connections;
	const opener = async () => {
		while (left > 0) {
			left -= 1;
			await one(connections - left <= asked);
		}
	};
	await Promise.all(Array.from({ length: 32 }, opener));
	console.log(JSON.stringify({ open } satisfies Idle));
	await new Promise((resolve) => process.stdin.resume().on("end", resolve));
	return { open };
}

function run(job: Job): Promise<Throughput | Paced | Idle> {
	if (job.kind === "throughput") return throughput(job);
	return job.kind === "paced" ? paced(job) : idle(job);
}

run(JSON.parse(process.argv[2] ?? "") as Job).then(
	(done) => process.stdout.write(`${JSON.stringify(done)}\n`, () => process.exit(0)),
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
