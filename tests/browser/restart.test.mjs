// restart.test.mjs - the server goes and comes: what changed meanwhile is seen, and nothing else is

import http from "node:http";
import { html, same, sleep, STYLE, test, until } from "./harness.mjs";

const FILES = { "index.html": html("one", STYLE), "style.css": "body { color: red }" };

async function opened(t, files = FILES) {
	const site = await t.site(files);
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	await settled(t, view);
	return [site, view];
}

// with the server goes the page's own one: it has to have looked at itself before
const settled = (t, view) => t.kind === "own" && view.settled();

for (const signal of ["SIGTERM", "SIGKILL"]) {
	test(`a restart after ${signal} reloads nothing`, async (t) => {
		const [site, view] = await opened(t);

		for (let n = 0; n < 2; n++) {
			site.server.ring();
			await view.loaded(2 + n);
			await site.server.listeners(1);
			await settled(t, view);
			await site.server.end(signal);
			await site.server.again();
			await site.server.listeners(1);
			await view.loaded(2 + n);
		}
		site.write("index.html", html("two", STYLE));
		site.server.ring();
		await view.shows("two");
		await view.loaded(4);
	});

	test(`a page that changed during a restart after ${signal} is reloaded, once`, async (t) => {
		const [site, view] = await opened(t);

		await site.server.end(signal);
		await sleep(200);
		site.write("index.html", html("another", STYLE));
		await site.server.again();
		await view.shows("another");
		await view.loaded(2);
	});
}

test("a style that changed during a restart is swapped in place", async (t) => {
	const [site, view] = await opened(t);

	await site.server.end("SIGKILL");
	await sleep(200);
	site.write("style.css", "body { color: green }");
	await site.server.again();
	await view.is("green");
	await view.loaded(1);
});

test("a style that was swapped before a restart is not taken for a change", async (t) => {
	const [site, view] = await opened(t);

	site.write("style.css", "body { color: green }");
	site.server.ringStyles();
	await view.is("green");
	await view.loaded(1);
	await site.server.end("SIGKILL");
	await site.server.again();
	await site.server.listeners(1);
	await view.loaded(1);
	await site.server.end("SIGKILL");
	site.write("style.css", "body { color: blue }");
	await site.server.again();
	await view.is("blue");
	await view.loaded(1);
});

test("a ring right after a restart is not missed", async (t) => {
	const [site, view] = await opened(t);

	await site.server.end("SIGKILL");
	await site.server.again();
	site.write("index.html", html("two", STYLE));
	site.server.ring();
	await view.shows("two");
	await view.loaded(2);
});

test("a restart between the page and its script: what changed is seen, and nothing else", async (t) => {
	const site = await t.site(FILES, { network: true });

	for (const head of ["", STYLE]) {
		site.write("index.html", html("one", head));
		for (const [loads, text] of [[1, "one"], [2, "two"]]) {
			const held = site.network.hold("/reload.js");
			const view = await t.open();
			const opened = view.page.goto(site.url).catch(() => {});

			await until("the script is asked for", () => held.count > 0);
			await site.server.end();
			site.write("index.html", html(text, head));
			await site.server.again();
			held.release();
			await opened;
			await view.shows(text);
			await site.server.joined(loads);
			await view.loaded(loads);
			await view.page.close();
		}
	}
}, ["other"]);

test("a restart and the back-button: what changed is seen, and nothing else", async (t) => {
	const [site, view] = await opened(t, { ...FILES, "other.html": "<!DOCTYPE html><title>other</title><p>other</p>" });
	const away = () => view.away(`${site.url}other.html`, site.server);

	await away();
	await site.server.end("SIGKILL");
	await site.server.again();
	await site.server.joined(1);
	const loads = await view.back();

	await view.shows("one");
	await site.server.listeners(1);
	await view.loaded(loads);
	await settled(t, view);
	await away();
	await site.server.end("SIGKILL");
	await sleep(200);
	site.write("index.html", html("another", STYLE));
	await site.server.again();
	await site.server.joined(1);
	await view.back();
	await view.shows("another");
	await view.loaded(t.name === "firefox" ? 4 : 2);
}, ["own"]);

test("a page without Last-Modified is compared by what is in it", async (t) => {
	const site = await t.site({});
	let text = "one";
	let asked = 0;
	const app = http.createServer((request, answer) => {
		asked++;
		answer.writeHead(200, { "Content-Type": "text/html", "Cache-Control": "no-store" });
		answer.end(html(text, `<script src="${site.server.url}/reload.js"></script>`));
	});

	await new Promise((done) => app.listen(0, "127.0.0.1", done));
	t.servers.push({ end: () => { app.closeAllConnections?.(); app.close(); } });
	const view = await t.open(`http://127.0.0.1:${app.address().port}/`);

	await site.server.listeners(1);
	await view.loaded(1);
	same(asked, 1, "requests of a page that was only loaded");
	await site.server.end("SIGKILL");
	await until("it has looked at itself", () => asked > 1);
	await site.server.again();
	await site.server.listeners(1);
	await view.loaded(1);
	await site.server.end("SIGKILL");
	await sleep(200);
	text = "two";
	await site.server.again();
	await view.shows("two");
	await view.loaded(2);
}, ["other"]);
