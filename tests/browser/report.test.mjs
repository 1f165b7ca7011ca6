// report.test.mjs - a broken build is said over the page, and that the server is gone; nothing is taken for HTML

import { html, same, sleep, test, until } from "./harness.mjs";

const LINES = ["! src/a.c:12:3: error: <img src=x onerror=alert(1)>", "! make: *** [all] Error 1"];
const EDITOR = { options: 'data-editor="vscode://file/%f:%l:%c"' };
const reported = (view, text) => until(`it says ${text}`, async () => (await view.said("alertdialog")).includes(text));
const gone = (view, role = "alertdialog") => until("nothing is said", async () => await view.said(role) === "");

test("a report is shown as text, with links into the editor, and goes when the build is mended", async (t) => {
	const site = await t.site({ "index.html": html("one") }, EDITOR);
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await site.server.post(...LINES);
	await reported(view, "<img src=x");
	same(await view.ask("its links", () => {
		const tree = [...document.documentElement.children].map((node) => node.shadowRoot).find(Boolean);

		return [[...tree.querySelectorAll("a[href]")].map((a) => [a.textContent, a.href]), tree.querySelector("img")];
	}), [[["src/a.c:12:3", "vscode://file/src/a.c:12:3"]], null], "links and images");
	await view.loaded(1);
	const late = await t.open(site.url);

	await reported(late, "src/a.c:12:3");
	await view.front();
	site.write("index.html", html("two"));
	await site.server.post("src/a.c");
	await view.shows("two");
	await gone(view);
	await late.front();
	await late.shows("two");
	await gone(late);
});

test("Esc and a click take a report away, and another brings it back", async (t) => {
	const site = await t.site({ "index.html": html('<input autofocus>') });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await site.server.post(...LINES);
	await reported(view, "src/a.c");
	await view.page.keyboard.press("Escape");
	await gone(view);
	await view.ask("that it is back", () => dispatchEvent(new Event("online")));
	await site.server.listeners(1);
	await sleep(200);
	same(await view.said("alertdialog"), "", "what was closed, said again");
	await site.server.post("! another");
	await reported(view, "another");
	await view.page.keyboard.press("Tab");
	await view.page.mouse.click(200, 300);
	await gone(view);
	await view.loaded(1);
});

test("a report has the focus, and gives it back when the build is mended", async (t) => {
	const body = (text) => html(`<h1>${text}</h1><input name="in">`);
	const site = await t.site({ "index.html": body("one") });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.ask("that it is used", () => { document.querySelector("input").focus(); return true; });
	await site.server.post(...LINES);
	await reported(view, "src/a.c");
	same(await view.ask("where the focus is", () => document.activeElement.shadowRoot?.activeElement?.textContent), "Close", "focus");
	site.write("index.html", body("two"));
	await site.server.post("src/a.c");
	await view.shows("two", "h1");
	await until("the field has the focus", () => view.ask("so", () => document.activeElement.name === "in"));
});

test("a screen reader is told of a report as an alert, with its text, its links and a button", async (t) => {
	const site = await t.site({ "index.html": html("one") }, EDITOR);
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await site.server.post(...LINES);
	await reported(view, "src/a.c");
	const { children: [{ role, name, modal, children }] } = await view.page.accessibility.snapshot();
	const [button, link, ...text] = children;

	same([role, name, modal, button.role, button.name, button.focused, link.role, link.name],
	    ["alertdialog", "The build failed", true, "button", "Close", true, "link", "src/a.c:12:3"], "what is in it");
	same(text.some((one) => one.name.includes("make: ***")), true, "its text");
}, ["own"], ["chromium"]);

// time passes when we say so, and the page counts how often it asks
function clock() {
	const now = Date.now();
	const ask = window.fetch;

	window.asks = window.passed = 0;
	window.fetch = (...args) => { window.asks++; return ask(...args); };
	Date.now = () => now + window.passed;
}

const passes = (view) => view.ask("that time passes", () => { window.passed = 3000; return true; });

async function asksOn(view, times) {
	const asks = await view.ask("its asks", () => window.asks);

	await until("it has asked again and again", async () => await view.ask("its asks", () => window.asks) > asks + times);
}

test("a server that is gone for long is said to be, and no more when it is back", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const view = await t.open(site.url, { prepare: clock });

	await site.server.listeners(1);
	await site.server.end();
	await asksOn(view, 3);
	same(await view.said("status"), "", "said at once");
	await passes(view);
	await until("it is said", async () => /gone/.test(await view.said("status")));
	await site.server.again();
	await site.server.listeners(1);
	await gone(view, "status");
	await view.loaded(1);
});

test("data-quiet says neither", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { options: "data-quiet", network: true });
	const view = await t.open(site.url, { prepare: clock });

	await site.server.listeners(1);
	await site.server.post(...LINES);
	await site.server.end();
	await asksOn(view, 1);
	await passes(view);
	await asksOn(view, 1);	/* it has failed since, which is when others say so */
	same([await view.said("status"), await view.said("alertdialog")], ["", ""], "what is said");
}, ["own"]);
