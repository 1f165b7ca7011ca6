// state.test.mjs - what the user did outlives a reload; what must not be kept is not, and no reload goes on and on

import fs from "node:fs";
import path from "node:path";
import http from "node:http";
import { html, same, STYLE, test, until } from "./harness.mjs";

const FORM = `<form><input name="a" value="given"><textarea name="b"></textarea><input type="checkbox" name="c"><input name="c2" type="radio">
    <select name="d"><option>1<option>2<option>3</select><input type="password" name="p"><input name="o" autocomplete="off">
    <input type="hidden" name="h" value="0"></form>
    <details><summary>more</summary>text</details><dialog>words</dialog>
    <div id="box" style="height: 100px; overflow: auto"><p style="height: 2000px">tall</p></div><p style="height: 5000px"></p>`;

const use = () => {
	const by = (name) => document.querySelector(`[name=${name}]`);

	by("a").value = "typed";
	by("b").value = "text\nof two lines";
	by("c").checked = true;
	by("c2").checked = true;
	by("d").value = "3";
	by("p").value = "secret";
	by("o").value = "not this";
	document.querySelector("details").open = true;
	document.querySelector("dialog").open = true;
	document.querySelector("#box").scrollTop = 150;
	by("a").focus({ preventScroll: true });
	by("a").setSelectionRange(1, 3);
	scrollTo(0, 700);
	return true;
};

const look = () => [...document.querySelectorAll("input, textarea, select")]
    .map((node) => node.matches("[type=checkbox], [type=radio]") ? node.checked : node.value)
    .concat(document.querySelector("details").open, document.querySelector("dialog").open,
	document.querySelector("#box").scrollTop, scrollY, document.activeElement.name,
	document.activeElement.selectionStart, document.activeElement.selectionEnd);

const KEPT = ["typed", "text\nof two lines", true, true, "3", "", "", "0", true, true, 150, 700, "a", 1, 3];

test("typed text, focus, selection, scroll and what is open outlive a reload", async (t) => {
	const site = await t.site({ "index.html": html(`<h1>one</h1>${FORM}`) });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.ask("that it is used", use);
	site.write("index.html", html(`<h1>two</h1>${FORM}`));
	site.server.ring();
	await view.shows("two", "h1");
	await view.loaded(2);
	await until("it is as it was", async () => JSON.stringify(await view.ask("how it is", look)) === JSON.stringify(KEPT) ||
	    Promise.reject(new Error(JSON.stringify(await view.ask("how it is", look)))));
	same(await view.ask("its storage", () => Object.keys(sessionStorage).filter((key) => key !== "loads")), [], "what is left");
});

test("whatever has the focus, what else the user did is kept, and what the author did is shown", async (t) => {
	const body = (text, more) => html(`<h1>${text}</h1><input id="text"><details open><summary>more</summary>words</details>
	    <select><option value="${text}">${text}</select><meter value="${more}"></meter>
	    <button id="button">button</button><input id="mail" type="email"><a id="link" href="#x">link</a>`);

	for (const id of ["button", "mail", "link"]) {
		const site = await t.site({ "index.html": body("one", 0.1) });
		const view = await t.open(site.url);

		await site.server.listeners(1);
		await view.ask("that it is used", (id) => {
			document.querySelector("#text").value = "typed";
			document.querySelector("details").open = false;
			document.querySelector(`#${id}`).focus();
			return true;
		}, id);
		site.write("index.html", body("two", 0.2));
		site.server.ring();
		await view.shows("two", "h1");
		await until(`it is as it was, with the focus on the ${id}`, async () => {
			const now = await view.ask("how it is", () => [document.querySelector("#text").value, document.querySelector("details").open,
				document.querySelector("select").value, document.querySelector("meter").value, document.activeElement.id]);

			return JSON.stringify(now) === JSON.stringify(["typed", false, "two", 0.2, id]) || Promise.reject(new Error(JSON.stringify(now)));
		});
	}
}, ["own"]);

test("a modal dialog is modal again after a reload, and another is not", async (t) => {
	const body = (text) => html(`<h1>${text}</h1><dialog id="a">a<input name="in"></dialog><dialog id="b">b</dialog>`);
	const site = await t.site({ "index.html": body("one") });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.ask("that they are open", () => {
		document.querySelector("#b").show();
		document.querySelector("#a").showModal();
		return true;
	});
	site.write("index.html", body("two"));
	site.server.ring();
	await view.shows("two", "h1");
	await until("both are open, one of them modal", () => view.ask("so", () => document.querySelector("#a").matches(":modal") &&
	    document.querySelector("#b").open && !document.querySelector("#b").matches(":modal")));
	same(await view.ask("where the focus is", () => document.activeElement.name), "in", "focus");
});

test("a page that causes its own reloads is stopped after three, until it is touched", async (t) => {
	const site = await t.site({ "index.html": html("one", '<script>onload = () => fetch("/reload", { method: "POST" })</script>') });
	const view = await t.open(site.url, { prepare: () => {	/* it comes soon, however slow the machine is */
		const now = Date.now();

		Date.now = () => now;
	} });
	const stopped = async (n) => {
		await view.loaded(n);
		await until("it says so", async () => /touch/.test(await view.said("status")));
	};

	await stopped(4);
	await view.page.keyboard.press("Shift");
	await stopped(5);
}, ["own"]);

test("saves in a row are no reason to stop", async (t) => {
	const site = await t.site({ "index.html": html("0") });
	const view = await t.open(site.url, { prepare: () => {	/* time flies: every save is long after the load */
		const [now, start, Socket] = [Date.now, Date.now(), window.WebSocket];

		Date.now = () => start + (now() - start) * 1e6;
		window.WebSocket = class extends Socket {
			constructor(...args) {
				super(...args);
				this.addEventListener("message", () => { window.greeted ??= Date.now(); });
			}
		};
	} });

	for (let n = 1; n <= 5; n++) {
		await until("it was greeted long ago", () => view.ask("so", () => Date.now() > window.greeted + 1e7));
		site.write("index.html", html(`${n}`));
		site.server.ring();
		await view.shows(`${n}`);
	}
	await view.loaded(6, 0);
}, ["own"]);

test("a frame reloads itself only", async (t) => {
	const site = await t.site({ "index.html": html('<h1>top</h1><iframe src="frame.html"></iframe>'),
		"frame.html": html("one") });
	const view = await t.open(site.url);

	await site.server.listeners(2);
	const frame = view.page.frames().find((one) => one.url().includes("frame"));

	await frame.evaluate(() => { document.documentElement.dataset.mode = "x"; });
	/* the page of the frame alone has something new */
	await view.ask("that the top one is off", () => {
		const off = document.createElement("script");

		off.dataset.mode = "off";
		off.setAttribute("src", "data:text/javascript,//reload.js");
		document.head.append(off);
		window.stays = true;
		return true;
	});
	site.write("frame.html", html("two"));
	/* a server may take what was written in the same second for the same */
	fs.utimesSync(path.join(site.dir, "frame.html"), Date.now() / 1000 + 2, Date.now() / 1000 + 2);
	site.server.ring();
	await until("the frame is new", async () => (await view.page.frames()[1].evaluate(() => document.body.textContent)).trim() === "two");
	same(await view.ask("its mark", () => window.stays), true, "the page around it");
});

test("without storage it reloads all the same", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const view = await t.open(site.url, { prepare: () => {
		const { getItem, setItem } = Storage.prototype;

		window.count = (name) => getItem.call(sessionStorage, name);
		Object.defineProperty(window, "sessionStorage", { get() { throw new Error("no storage here"); } });
		void setItem;
	} });

	await site.server.listeners(1);
	for (const text of ["two", "three"]) {
		site.write("index.html", html(text).replace("sessionStorage.loads", "window.loads").replace("sessionStorage.loads", "0"));
		site.server.ring();
		await view.shows(text);
		await site.server.listeners(1);
	}
});

// a page with these fields of the answer, and the script from the other server
async function served(t, fields, body) {
	const site = await t.site({});
	const app = http.createServer((request, answer) => {
		answer.writeHead(200, { "Content-Type": request.url.includes(".css") ? "text/css" : "text/html", ...fields(site) });
		answer.end(request.url.includes(".css") ? body.css : body.html(`<script src="${site.server.url}/reload.js" ${body.options || ""}></script>`));
	});

	await new Promise((done) => app.listen(0, "127.0.0.1", done));
	t.servers.push({ end: () => { app.closeAllConnections?.(); app.close(); } });
	return { site, url: `http://127.0.0.1:${app.address().port}/` };
}

test("a strict policy, trusted types included, keeps nothing from working", async (t) => {
	const body = { css: "body { color: red }", html: (tag) => `<!DOCTYPE html><title>x</title>${tag}${STYLE}<body>one` };
	const { site, url } = await served(t, ({ server }) => ({
		"Content-Security-Policy": `default-src 'none'; script-src ${server.url}; style-src 'self'; trusted-types 'none'; ` +
		    `connect-src 'self' ${server.url} ${server.url.replace("http", "ws")}; require-trusted-types-for 'script'`,
	}), body);
	const view = await t.open(url);

	await view.is("red");
	await site.server.listeners(1);
	body.css = "body { color: green }";
	site.server.ringStyles();
	await view.is("green");
	body.html = (tag) => `<!DOCTYPE html><title>x</title>${tag}${STYLE}<body>two`;
	site.server.ring();
	await view.shows("two");
	await site.server.listeners(1);
}, ["other"]);

test("a page that may ask nobody but reloadws is reloaded, too", async (t) => {
	const body = { html: (tag) => `<!DOCTYPE html><title>x</title>${tag}<body>one` };
	const { site, url } = await served(t, ({ server }) => ({
		"Content-Security-Policy": `default-src 'none'; script-src ${server.url}; connect-src ${server.url} ${server.url.replace("http", "ws")}`,
	}), body);
	const view = await t.open(url);

	await site.server.listeners(1);
	body.html = (tag) => `<!DOCTYPE html><title>x</title>${tag}<body>two`;
	site.server.ring();
	await view.shows("two");
}, ["other"]);

test("a reload waits until the page's own server answers", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const view = await t.open(site.url, { prepare: () => {
		const { fetch } = window;

		window.asked = 0;
		window.fetch = (url, ...rest) => {
			window.asked += url === location.href;
			return fetch(url, ...rest);
		};
	} });

	await site.server.listeners(1);
	await site.other.end();
	site.write("index.html", html("two"));
	site.server.ring();
	await until("it has asked again and again", () => view.page.evaluate(() => window.asked > 2));
	same(await view.text(), "one", "text while its server is away");
	await site.other.again();
	await view.shows("two");
	await view.loaded(2);
}, ["other"]);
