// static.mjs - a static server as small as can be, for many folders, where there is no python3
//
// Reads lines "start PORT FOLDER" and "stop PORT", and says each again when it
// is done, like folders.py.

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import readline from "node:readline";

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

function serve(folder, request, answer) {
	const { pathname } = new URL(request.url, "http://x");
	const file = path.join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);

	try {
		const text = fs.readFileSync(file);
		const mtime = new Date(Math.floor(fs.statSync(file).mtimeMs / 1000) * 1000);

		answer.setHeader("Last-Modified", mtime.toUTCString());
		if (Date.parse(request.headers["if-modified-since"]) >= mtime.getTime()) {
			answer.writeHead(304).end();
			return;
		}
		answer.writeHead(200, { "Content-Type": TYPES[path.extname(file)] || "text/plain", "Content-Length": text.length });
		answer.end(request.method === "HEAD" ? undefined : text);
	} catch {
		answer.writeHead(404).end();
	}
}

const servers = new Map();

function start(port, folder) {
	const server = http.createServer((request, answer) => serve(folder, request, answer));

	servers.set(port, server);
	server.listen(Number(port), "127.0.0.1", () => console.log(`start ${port}`));
}

function stop(port) {
	const server = servers.get(port);
	const said = () => console.log(`stop ${port}`);

	servers.delete(port);
	if (!server)
		return said();
	server.close(said);
	server.closeAllConnections();
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
	const [, word, port, folder] = /^(\w+) (\d+) ?(.*)$/.exec(line);

	(word === "start" ? start : stop)(port, folder);
});
