// paths.test.mjs - only what the paths concern is fetched, all where they can't tell

import { html, same, sleep, STYLE, test, until } from "./harness.mjs";

const LINKS = ["a/style", "b/style", "c/other"].map((name) => `<link rel="stylesheet" href="${name}.css">`).join("");

test("only the sheets that a path means are fetched, all for one that none is like", async (t) => {
	const site = await t.site({
		"index.html": html("text", LINKS),
		"a/style.css": '@import "deep.css"; p { margin: 0 }', "a/deep.css": "body { color: red }",
		"b/style.css": "p { margin: 0 }", "c/other.css": "p { margin: 0 }",
	});
	const view = await t.open(site.url);
	const sheets = () => view.ask("its sheets", () => [...document.querySelectorAll("link[rel=stylesheet]")].map((link) => link.href));
	// tell these paths, and wait until these sheets are new, and no other
	const swapped = async (names, ...paths) => {
		const before = await sheets();

		await site.server.post(...paths);
		await until(`${names} are new`, async () => {
			const now = await sheets();
			const got = now.filter((href) => !before.includes(href)).map((href) => /.\/[a-z]+(?=\.css)/.exec(href)[0]);

			return now.length === before.length && `${got}` === `${names}` || Promise.reject(new Error(`${now}`));
		});
	};

	await view.is("red");
	await site.server.listeners(1);
	await swapped(["b/style"], "src/b/style.scss");
	await swapped(["c/other"], "other.css.map");
	await swapped(["a/style", "b/style", "c/other"], "style.less", "c/other.css");
	site.write("a/deep.css", "body { color: green }");
	await swapped(["a/style"], "site/a/deep.css");
	await view.is("green");
	await swapped(["a/style", "b/style", "c/other"], "src/mixins.scss");
	await view.loaded(1);
	await site.server.post("c/other.css", "index.html");
	await view.loaded(2);
});

const says = (generation) => new RegExp(`${generation}.*shown in \\d+ ms`);

test("the page says when it is shown, and the server prints it", async (t) => {
	const site = await t.site({ "index.html": html("text", LINKS), "c/other.css": "body { color: red }", "a/style.css": "a {}", "b/style.css": "b {}" });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	site.write("c/other.css", "body { color: green }");
	// a busy browser may take longer than the server waits
	await until("it is printed", async () => {
		const generation = await site.server.post("c/other.css");

		await view.is("green");
		return until("it is", () => says(generation).test(site.server.child.out), 1500).catch(() => false);
	});
});

test("what is shown while the page has no socket is told when it has one again", async (t) => {
	const site = await t.site({ "index.html": html("text", STYLE), "style.css": "body { color: red }" }, { network: true });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	await view.settled();
	const sheet = site.network.hold("/style.css");

	site.write("style.css", "body { color: green }");
	const generation = await site.server.post("style.css");

	await until("the sheet is asked for", () => sheet.count > 0);
	sheet.release();
	await sleep(0);
	const text = site.network.hold("/style.css");	/* behind a sheet Firefox would ask for nothing else */

	await until("its text is asked for", () => text.count > 0);
	const state = site.network.hold("/reload");

	await view.ask("that it is seen anew", () => dispatchEvent(new Event("visibilitychange")));
	await until("it connects anew", () => state.count > 0);
	text.release();
	await view.is("green");
	await sleep(300);
	state.release();
	await until("it is told", () => site.network.said.some((text) => text.startsWith(`shown ${generation} `)));
}, ["own"]);
