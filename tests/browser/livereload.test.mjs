// livereload.test.mjs - the client that LiveReload has of its own, told by our server

import fs from "node:fs";
import path from "node:path";
import { folder, here, html, Other, Reloadws, STYLE, test, until, write } from "./harness.mjs";

const CLIENT = path.join(here, "node_modules/livereload-js/dist/livereload.js");

// it came for the n-th time; who is not here when it is told misses it
const came = (server, n) => until(`it listens for the ${n}th time`,
    () => server.child.out.split("/livereload: 101").length > n);

async function opened(t) {
	const dir = folder();
	const server = await Reloadws.start(null);

	t.servers.push(server);
	fs.copyFileSync(CLIENT, path.join(dir, "livereload.js"));
	const tag = `<script src="livereload.js?host=127.0.0.1&port=${server.port}"></script>`;
	let later = Date.now() / 1000;
	// that server takes what was written in the same second for the same
	const put = (name, text) => {
		write(path.join(dir, name), text);
		later += 2;
		fs.utimesSync(path.join(dir, name), later, later);
	};

	put("index.html", html("one", STYLE + tag));
	put("style.css", "body { color: red }");
	const other = await Other.start(dir);

	t.servers.push(other);
	const view = await t.open(`${other.url}/`);

	await view.is("red");
	await came(server, 1);
	return { server, view, put, tag };
}

test("livereload.js of others swaps a style in place", async (t) => {
	const { server, view, put } = await opened(t);

	put("style.css", "body { color: green }");
	await server.post("style.css");
	await view.is("green");
	put("style.css", "body { color: blue }");
	server.ringStyles();
	await view.is("blue");
	await view.loaded(1);
}, ["other"]);

test("livereload.js of others reloads a page, and is still there", async (t) => {
	const { server, view, put, tag } = await opened(t);

	for (const [n, text] of [[2, "two"], [3, "three"]]) {
		put("index.html", html(text, STYLE + tag));
		await came(server, n - 1);
		await (n === 2 ? server.post("index.html") : server.ring());
		await view.shows(text);
		await view.loaded(n);
	}
	await came(server, 3);
	await server.listeners(1);
}, ["other"]);
