// images.test.mjs - images are shown anew in place, wherever the page names them

import { html, same, STYLE, test, until } from "./harness.mjs";

const svg = (width) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"><rect id="r" width="${width}" height="10"/></svg>`;
const size = (view, selector) => view.ask("its width", (s) => document.querySelector(s).naturalWidth, selector);

test("images are shown anew in place: attributes, sets, sheets, the icon", async (t) => {
	const body = `<img id="a" src="pics/a.svg?v=1"><img id="b" srcset="pics/a.svg 1x, other.svg 9x">
	    <picture><source srcset="pics/a.svg"><img id="c" src="other.svg"></picture>
	    <video poster="pics/a.svg"></video><p style="background: url('pics/a.svg')">text</p>
	    <svg><use href="pics/a.svg#r"/><image href="pics/a.svg"/></svg><a href="pics/a.svg">link</a><input value="x">`;
	const site = await t.site({
		"index.html": html(body, `${STYLE}<link rel="icon" href="pics/a.svg">`),
		"style.css": '@media all { body { background: url("pics/a.svg") } }', "pics/a.svg": svg(10), "other.svg": svg(10),
	});
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.ask("that it is used", () => { document.querySelector("input").value = "typed"; return true; });
	const names = () => view.ask("what it names", () => {
		const all = ["#a[src]", "#b[srcset]", "source[srcset]", "video[poster]", "use[href]", "image[href]", 'link[rel=icon]:not([href^="data"])[href]']
		    .map((s) => document.querySelector(s).getAttribute(s.match(/\[([a-z]+)\]$/)[1]));

		all.push(document.querySelector("p").style.background, getComputedStyle(document.body).backgroundImage);
		return all;
	});

	for (const width of [20, 30]) {
		const before = await names();

		site.write("pics/a.svg", svg(width));
		await site.server.post("site/pics/a.svg");

		for (const id of ["#a", "#b", "#c"])
			await until(`${id} is new`, async () => await size(view, id) === width);
		await until("everything names the new one", async () =>
		    (await names()).every((text, i) => /a\.svg\?.*reloadws=\d+/.test(text) && text !== before[i]));
	}
	same(await view.ask("its link", () => document.querySelector("a").getAttribute("href")), "pics/a.svg", "a link");
	same(await view.ask("what was typed", () => document.querySelector("input").value), "typed", "typed text");
	await view.loaded(1);
});

test("an image that is broken leaves the old one, and one that nobody has reloads the page", async (t) => {
	const site = await t.site({ "index.html": html('<img src="a.svg">'), "a.svg": svg(10) });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	site.write("a.svg", "no image");
	await site.server.post("a.svg");
	site.write("b.svg", svg(1));
	await until("it was loaded", () => view.ask("so", () => document.images[0].complete));
	same(await size(view, "img"), 10, "width");
	site.write("a.svg", svg(20));
	await site.server.post("a.svg");
	await until("it is new", async () => await size(view, "img") === 20);
	await view.loaded(1, 0);
	await site.server.post("b.svg");
	await view.loaded(2);
});

test("an image that was shown anew stays new when its sheet is", async (t) => {
	const sheet = (name) => `body { color: ${name}; background: url(a.svg) }`;
	const site = await t.site({ "index.html": html("text", STYLE), "style.css": sheet("red"), "a.svg": svg(10) });
	const view = await t.open(site.url);
	const background = () => view.ask("its background", () => getComputedStyle(document.body).backgroundImage);

	await view.is("red");
	await site.server.listeners(1);
	site.write("a.svg", svg(20));
	await site.server.post("a.svg");
	await until("it is new", async () => (await background()).includes("reloadws="));
	const shown = await background();

	site.write("style.css", sheet("green"));
	await site.server.post("style.css");
	await view.is("green");
	await until("the new sheet names the image as it was shown", async () => await background() === shown);
	await view.loaded(1);
});
