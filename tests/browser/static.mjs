// static.mjs - a static server as small as can be, where there is no python3: node static.mjs port

import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

const server = http.createServer((request, answer) => {
	const { pathname } = new URL(request.url, "http://x");
	const file = path.join(process.cwd(), pathname.endsWith("/") ? `${pathname}index.html` : pathname);

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
});

server.listen(Number(process.argv[2]), "127.0.0.1", () => {
	console.log(`serving http://127.0.0.1:${server.address().port}/`);
});
