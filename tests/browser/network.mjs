// network.mjs - what lies between a browser and a server, for tests that hold, cut or hear it

import { spawnSync } from "node:child_process";
import http from "node:http";
import https from "node:https";

import { freePort } from "./port.mjs";

// The network between the browser and a server: it can be held, cut, and listened to.
export class Network {
	static async to(port, tls = null) {
		const network = new Network();

		Object.assign(network, { tls, target: port, sockets: new Set(), asked: [], upgrades: 0, said: [], closes: [] });
		network.holds = [];
		network.port = await freePort();
		const pass = (request, answer) => network.pass(request, answer);

		network.server = tls ? https.createServer(tls, pass) : http.createServer(pass);
		network.server.on("upgrade", (request, socket, head) => network.join(request, socket, head));
		network.server.on("connection", (socket) => {
			network.sockets.add(socket);
			socket.on("close", () => network.sockets.delete(socket));
		});
		await network.heal();
		return network;
	}

	// hold what is asked for by this path, until the function that comes back is called
	hold(pathname) {
		const held = { pathname, count: 0 };

		held.released = new Promise((done) => { held.release = () => { held.open = true; done(); }; });
		this.holds.push(held);
		return held;
	}

	async held(request) {
		const { pathname } = new URL(request.url, "http://x");

		this.asked.push(pathname);
		for (const held of this.holds) {
			if (held.pathname === pathname && !held.open) {
				held.count++;
				await held.released;
			}
		}
	}

	async pass(request, answer) {
		await this.held(request);
		const { method, url, headers } = request;
		const onward = http.request({ port: this.target, host: "127.0.0.1", method, path: url, headers, agent: false }, (from) => {
			answer.writeHead(from.statusCode, from.headers);
			from.pipe(answer);
		});

		onward.on("error", () => answer.destroy());
		answer.on("error", () => {});
		answer.on("close", () => onward.destroy());
		request.pipe(onward);
	}

	async join(request, socket, head) {
		this.upgrades++;
		socket.on("error", () => {});
		await this.held(request);
		const onward = http.request({ port: this.target, host: "127.0.0.1", path: request.url, headers: request.headers, agent: false });
		const refuse = () => socket.destroy();

		onward.on("error", refuse);
		onward.on("response", (from) => socket.end(`HTTP/1.1 ${from.statusCode} Refused\r\nContent-Length: 0\r\n\r\n`));
		onward.on("upgrade", (from, other, early) => {
			const lines = from.rawHeaders.map((text, i) => i % 2 ? `${text}\r\n` : `${text}: `).join("");

			this.sockets.add(other);
			other.on("error", () => {});
			socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
			socket.write(early);
			this.greeted = early.length > 0;
			other.write(head);
			other.on("data", (data) => {
				if (!this.deaf?.has(socket))
					socket.write(data, () => { this.greeted = true; });
			});
			socket.on("data", (data) => {
				this.listen(data);
				if (!this.deaf?.has(socket))
					other.write(data);
			});
			other.on("end", () => this.deaf?.has(socket) || socket.end());
			socket.on("end", () => other.end());
			socket.on("close", () => other.destroy());
			other.on("close", () => { this.sockets.delete(other); if (!this.deaf?.has(socket)) socket.destroy(); });
		});
		onward.end();
	}

	// what the page says: short masked frames, one a packet or a few
	listen(data) {
		while (data.length >= 6) {
			const length = data[1] & 127;
			const mask = data.subarray(2, 6);
			const body = Buffer.from(data.subarray(6, 6 + length)).map((byte, i) => byte ^ mask[i % 4]);

			if ((data[0] & 15) === 8)
				this.closes.push(body.readUInt16BE(0));
			else if ((data[0] & 15) === 1)
				this.said.push(body.toString());
			data = data.subarray(6 + length);
		}
	}

	// from now on nothing passes the sockets that are open, and nobody is told
	sleep() {
		this.deaf = new Set(this.sockets);
	}

	cut() {
		for (const socket of this.sockets)
			socket.destroy();
		return new Promise((done) => this.server.close(done));
	}

	async heal() {
		await new Promise((done) => this.server.listen(this.port, "127.0.0.1", done));
		this.url = `http${this.tls ? "s" : ""}://127.0.0.1:${this.port}`;
	}
}

let made;

// a key and a certificate that nobody has signed
export function certificate() {
	made ??= spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
	    "-subj", "/CN=localhost", "-keyout", "-", "-out", "-"]).stdout.toString();

	return { key: /-+BEGIN [A-Z ]*KEY[^]*END [A-Z ]*KEY-+/.exec(made)[0], cert: /-+BEGIN CERT[^]*END CERTIFICATE-+/.exec(made)[0] };
}
