// reload.test.mjs - the page reloads, once, when there is something new, and only then

import http from "node:http";
import fs from "node:fs";
import path from "node:path";
import { html, same, sleep, STYLE, test, until } from "./harness.mjs";
import { certificate } from "./network.mjs";

test("a ring reloads the page, once", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	for (const [i, text] of ["two", "three", "four"].entries()) {
		site.write("index.html", html(text));
		site.server.ring();
		await view.shows(text);
		await view.loaded(i + 2);
		await site.server.listeners(1);
	}
});

test("two tabs both reload, once", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const context = await t.context();
	const views = [await t.open(site.url, { context }), await t.open(site.url, { context })];

	/* which of them is hidden, and when it listens then, is the browser's to say */
	for (const [n, text] of ["two", "three"].entries()) {
		site.write("index.html", html(text));
		site.server.ring();
		for (const view of views) {
			await view.front();
			await view.shows(text);
			await view.loaded(n + 2, 100);
		}
	}
});

test("a page that has the script twice connects once", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { twice: true });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.ask("that it put the script in again", () => new Promise((done) => {
		const again = document.createElement("script");

		again.src = document.querySelector("script[src]").src;
		again.onload = () => done(true);
		document.body.append(again);
	}));
	await sleep(200);
	await site.server.listeners(1);
	site.write("index.html", html("two"));
	site.server.ring();
	await view.shows("two");
	await view.loaded(2);
});

test("address, history state and scroll outlive a reload", async (t) => {
	const site = await t.site({ "index.html": html('<p style="height: 5000px">one</p>') });
	const view = await t.open(`${site.url}?q=1#part`);

	await site.server.listeners(1);
	await view.ask("that it scrolled", () => {
		history.replaceState({ kept: 1 }, "", location.href);
		scrollTo(0, 700);
		return true;
	});
	site.write("index.html", html('<p style="height: 5000px">two</p>'));
	site.server.ring();
	await view.shows("two");
	await view.loaded(2);
	await until("it is scrolled as before", async () => await view.ask("where it is", () => scrollY) === 700);
	same(await view.ask("its address", () => [location.search, location.hash, history.state]),
	    ["?q=1", "#part", { kept: 1 }], "address and state");
});

test("what came by POST is not sent again", async (t) => {
	const site = await t.site({});
	const asked = [];
	const app = http.createServer((request, answer) => {
		asked.push(request.method);
		request.resume();
		answer.setHeader("Content-Type", "text/html");
		answer.end(html(`<p>${request.method}</p><form method="post"><button>go</button></form>`,
		    `<script src="${site.server.url}/reload.js"></script>`));
	});

	await new Promise((done) => app.listen(0, "127.0.0.1", done));
	t.servers.push({ end: () => { app.closeAllConnections?.(); app.close(); } });
	const view = await t.open(`http://127.0.0.1:${app.address().port}/`);

	await site.server.listeners(1);
	await view.ask("that it posted", () => { document.querySelector("button").click(); return true; });
	await view.shows("POST", "p");
	await site.server.listeners(1);
	for (let n = 1; n <= 2; n++) {
		site.server.ring();
		await view.shows("GET", "p");
		await view.loaded(2 + n, 100);
		await site.server.listeners(1);
	}
	same(asked.filter((method) => method === "POST").length, 1, "POST requests");
}, ["other"]);

test("a file that the cache holds to be fresh is new after a reload", async (t) => {
	const site = await t.site({ "index.html": html("one", STYLE), "style.css": "body { color: red }" });
	const old = new Date(Date.now() - 100 * 86400e3);

	for (const name of ["index.html", "style.css"])
		fs.utimesSync(path.join(site.dir, name), old, old);
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	site.write("style.css", "body { color: green }");
	site.server.ring();
	await view.loaded(2);
	await view.is("green");
});

test("a <base> changes nothing for the script, in whatever folder the page is", async (t) => {
	const page = (text) => html(text, '<base href="http://evil.example/x/">');
	const site = await t.site({ "a/b/page.html": page("one") });
	const view = await t.open(`${site.url}a/b/page`);

	await view.shows("one");
	await site.server.listeners(1);
	site.write("a/b/page.html", page("two"));
	await site.server.post("a/b/page.html");
	await view.shows("two");
	await view.loaded(2);
}, ["own"]);

test("a hidden tab waits until it is shown", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const view = await t.open(site.url);
	const turn = (hidden) => view.ask("that it is turned", (h) => {
		Object.defineProperty(document, "hidden", { value: h, configurable: true });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
		return true;
	}, hidden);

	await site.server.listeners(1);
	await turn(true);
	site.write("index.html", html("two"));
	site.server.ring();
	await sleep(300);
	same(await view.text(), "one", "text while hidden");
	await turn(false);
	await view.shows("two");
	await view.loaded(2);
});

test("a page of a foreign origin is refused", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const good = await t.open(site.url);

	await site.server.joined(1);
	const evil = await t.open(site.url.replace("127.0.0.1", "evil.example"));
	const refused = async () => (await site.server.said()).split("GET /reload: 403").length - 1;

	await evil.shows("one");
	await until("it is refused", refused);
	site.write("index.html", html("two"));
	site.server.ring();
	await good.front();	/* Firefox hides one tab behind the other */
	await good.shows("two");
	await good.loaded(2, 100);
	const before = await refused();

	await evil.front();
	await until("it is refused again", async () => await refused() > before);
	await evil.loaded(1);
	await good.page.close();
	await site.server.listeners(0);
}, ["other"]);

test("a page that came by https connects by wss", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { tls: certificate() });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	site.write("index.html", html("two"));
	site.server.ring();
	await view.shows("two");
	await view.loaded(2);
	await site.server.listeners(1);
}, ["own"], undefined, ["openssl"]);
