import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach } from "vitest";
import { Door } from "../../components/keeper/door/door";
import type { DoorOptions } from "../../components/keeper/door/options";
import type { Target } from "../../components/keeper/door/way";

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0).reverse()) close();
});

/** To be closed after the test, whatever comes of it. */
export function closeLater(close: () => void): void {
	closers.push(close);
}

export interface App extends Target {
	server: Server;
	/** Methods and paths, in the order in which they came. */
	heard: string[];
	/** As a container that is killed: what is under way is cut. */
	kill(): Promise<void>;
	/** On the same port again. */
	comeBack(): Promise<void>;
}

/** A small app. */
export async function startApp(handler: RequestListener): Promise<App> {
	const heard: string[] = [];
	const server = createServer({ keepAliveTimeout: 5000 }, (incoming, outgoing) => {
		heard.push(`${incoming.method} ${incoming.url}`);
		handler(incoming, outgoing);
	});
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
	const { port } = await listening(server);
	const kill = async () => {
		for (const socket of sockets) socket.resetAndDestroy();
		if (server.listening) await new Promise((resolve) => server.close(resolve));
	};
	closeLater(() => void kill());
	const comeBack = async () => {
		await once(server.listen(port, "127.0.0.1"), "listening");
	};
	return { host: "127.0.0.1", port, server, heard, kill, comeBack };
}

async function listening(server: Pick<Server, "listen" | "address" | "once">): Promise<{ port: number }> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return server.address() as { port: number };
}

/** A port that nobody has, so far. */
export async function freePort(): Promise<number> {
	const server = createServer();
	const { port } = await listening(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}

export async function startDoor(target: () => Target | undefined, options?: DoorOptions) {
	const door = new Door(target, options);
	const port = await freePort();
	closeLater(await door.listen(port));
	return { door, port };
}

/** A client that speaks byte by byte, with all that it has heard. */
export function client(port: number, says = "", { allowHalfOpen = false } = {}) {
	const socket = connect({ host: "127.0.0.1", port, allowHalfOpen });
	const found = { socket, heard: "", ended: false, closed: false };
	socket.setEncoding("latin1").on("data", (data) => {
		found.heard += data;
	});
	socket.on("end", () => {
		found.ended = true;
	});
	socket.on("close", () => {
		found.closed = true;
	});
	socket.on("error", () => {});
	closeLater(() => socket.destroy());
	if (says !== "") socket.write(says, "latin1");
	return found;
}

/** What is answered until the connection ends. */
export async function exchange(port: number, says: string): Promise<string> {
	const asker = client(port, says);
	await until(() => asker.closed);
	return asker.heard;
}

/** A request without a body, as bytes. */
export function asking(path: string, { method = "GET", headers = "" } = {}): string {
	return `${method} ${path} HTTP/1.1\r\nHost: app.example\r\n${headers}\r\n`;
}

export async function until(holds: () => boolean, seconds = 8): Promise<void> {
	for (const end = performance.now() + seconds * 1000; !holds(); await sleep(5)) {
		if (performance.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
	}
}
