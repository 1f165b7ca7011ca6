// paths.test.mjs - only what the paths concern is fetched, all where they can't tell

import { html, same, test, until } from "./harness.mjs";

const LINKS = ["a/style", "b/style", "c/other"].map((name) => `<link rel="stylesheet" href="${name}.css">`).join("");

test("only the sheets that a path means are fetched, all for one that none is like", async (t) => {
	const site = await t.site({
		"index.html": html("text", LINKS),
		"a/style.css": '@import "deep.css"; p { margin: 0 }', "a/deep.css": "body { color: red }",
		"b/style.css": "p { margin: 0 }", "c/other.css": "p { margin: 0 }",
	});
	const view = await t.open(site.url);
	const swapped = async (generation, names) => {
		const wanted = JSON.stringify(names);

		await until(`${wanted} are new`, async () => {
			const got = JSON.stringify(await view.ask("its sheets", (mark) => [...document.querySelectorAll("link[rel=stylesheet]")]
			    .map((link) => link.href).filter((href) => href.includes(mark)).map((href) => /.\/[a-z]+(?=\.css)/.exec(href)[0]), `${generation}.`));

			return got === wanted || Promise.reject(new Error(got));
		});
	};

	await view.is("red");
	await site.server.listeners(1);
	await swapped(await site.server.post("src/b/style.scss"), ["b/style"]);
	await swapped(await site.server.post("other.css.map"), ["c/other"]);
	await swapped(await site.server.post("style.less", "c/other.css"), ["a/style", "b/style", "c/other"]);
	site.write("a/deep.css", "body { color: green }");
	await swapped(await site.server.post("site/a/deep.css"), ["a/style"]);
	await view.is("green");
	await swapped(await site.server.post("src/mixins.scss"), ["a/style", "b/style", "c/other"]);
	await view.loaded(1);
	await site.server.post("c/other.css", "index.html");
	await view.loaded(2);
});

test("the page says when it is shown, and the server prints it", async (t) => {
	const site = await t.site({ "index.html": html("text", LINKS), "c/other.css": "body { color: red }", "a/style.css": "a {}", "b/style.css": "b {}" });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	site.write("c/other.css", "body { color: green }");
	const generation = await site.server.post("c/other.css");

	await view.is("green");
	await until("it is printed", () => new RegExp(`${generation}.*shown in \\d+ ms|"shown":"${generation}","ms":\\d+`).test(site.server.child.out) || Promise.reject(new Error(site.server.child.out.slice(-500))));
});
