// soft.test.mjs - data-mode="soft": what the server changed is changed, and nothing else

import http from "node:http";
import { html, same, sleep, STYLE, test, until } from "./harness.mjs";

const SOFT = { options: 'data-mode="soft"' };
const main = (text, more = "") => `<nav>links</nav><main><h1>${text}</h1><input value="given"><details><summary>more</summary>words</details>
    <ul><li>a</li><li>b</li><li>c</li></ul>${more}</main><p style="height: 5000px"></p>`;

async function opened(t, files) {
	const site = await t.site(files, SOFT);
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.settled();
	return [site, view];
}

test("a soft refresh shows what is new and touches nothing else", async (t) => {
	const [site, view] = await opened(t, { "index.html": html(main("one"), "<title>first</title>") });

	await view.ask("that it is used", () => {
		const input = document.querySelector("input");

		window.nodes = ["nav", "main", "h1", "input", "details", "ul", "li", "li + li", "li:last-child"].map((s) => document.querySelector(s));
		input.value = "typed";
		input.focus({ preventScroll: true });
		input.setSelectionRange(1, 2);
		document.querySelector("details").open = true;
		document.querySelector("li").className = "by a script";
		scrollTo(0, 400);
		return true;
	});
	site.write("index.html", html(main("two", "<p>more</p>").replace("<li>a</li>", "<li>new</li><li>a</li>").replace("<li>c</li>", "<li>d</li>"),
	    "<title>second</title>"));
	site.server.ring();
	await view.shows("two", "h1");
	await until("all of it is there", () => view.ask("so", () => document.querySelector("main > p") && document.querySelectorAll("li").length === 4));
	same(await view.ask("what it kept", () => {
		const input = document.querySelector("input");
		const [, ...items] = document.querySelectorAll("li");

		return [["nav", "main", "h1", "input", "details", "ul"].every((s, i) => document.querySelector(s) === window.nodes[i]),
		    items.every((item, i) => item === window.nodes[6 + i]), items.map((item) => item.textContent).join(""), items[0].className,
		    input.value, document.activeElement === input, input.selectionStart, document.querySelector("details").open, scrollY];
	}), [true, true, "abd", "by a script", "typed", true, 1, true, 400], "what it kept");
	same(await view.ask("its title", () => document.title), "test", "title");
	await view.loaded(1);
});

test("a new title, style and sheet come softly, the sheet before the text", async (t) => {
	const head = (title, color, name) => `<title>${title}</title><style>h1 { color: ${color} }</style><link rel="stylesheet" href="${name}.css">`;
	const page = (title, color, name) => `<!DOCTYPE html><html><head><script>sessionStorage.loads = 1 + Number(sessionStorage.loads || 0)</script>` +
	    `${head(title, color, name)}<title></title></head><body><main><h1>${title}</h1></main></body></html>`;
	const [site, view] = await opened(t, { "index.html": page("one", "red", "a"), "a.css": "main { color: red }", "b.css": "main { color: blue }" });

	await view.is("red", "main");
	site.write("index.html", page("two", "green", "b"));
	site.server.ring();
	await view.shows("two", "h1");
	same([await view.color("h1"), await view.color("main"), await view.ask("its title", () => document.title)],
	    ["rgb(0, 128, 0)", "rgb(0, 0, 255)", "two"], "colours and title");
	same(await view.ask("its sheets", () => document.styleSheets.length), 2, "sheets");
	await view.loaded(1);
});

test("a page that a change does not concern stays as it is", async (t) => {
	const [site, view] = await opened(t, { "index.html": html(main("one"), STYLE), "style.css": "body { color: red }", "other.html": html("x") });

	await view.ask("that it is watched", () => {
		new MutationObserver(() => { window.changed = true; }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
		return true;
	});
	site.write("other.html", html("y"));
	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 0);
	await sleep(300);
	same(await view.ask("whether it changed", () => !window.changed), true, "unchanged");
	site.write("style.css", "body { color: green }");
	site.server.ring();
	await view.is("green");
	site.write("index.html", html(main("two"), STYLE));
	site.server.ring();
	await view.shows("two", "h1");
	await view.loaded(1);
});

test("what is more than the root, its styles and title reloads the page", async (t) => {
	const files = { "index.html": html(main("one"), '<script src="a.js"></script>'), "a.js": "window.a = 1" };
	const [site, view] = await opened(t, files);
	const page = (text, more = "") => html(main(text) + more, '<script src="a.js"></script>');
	let loads = 1;

	for (const change of [
		() => site.write("a.js", "window.a = 22"),
		() => site.write("index.html", page("one", "<script>window.b = 1</script>")),
		() => site.write("index.html", page("two").replace("<nav>links", "<nav>other links")),
	]) {
		change();
		site.server.ring();
		await view.loaded(++loads, 50);
		await view.page.keyboard.press("Shift");
		await site.server.listeners(1);
		await view.settled();
	}
	same(await view.ask("what ran", () => window.a), 22, "the new script");
	site.write("index.html", page("three").replace("<nav>links", "<nav>other links"));
	site.server.ring();
	await view.shows("three", "h1");
	await view.loaded(loads);
});

test("selected text and what plays outside of the root go on through a soft refresh", async (t) => {
	const body = (text) => html(`<audio src="tone.wav" loop muted></audio><main><h1>${text}</h1><p>some <b>words</b> to select</p></main>`);
	const wav = Buffer.alloc(44 + 80000, 128);	/* ten seconds of silence */

	wav.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
	wav.writeUInt32LE(wav.length - 8, 4);
	for (const [at, value] of [[16, 16], [24, 8000], [28, 8000], [40, wav.length - 44]])
		wav.writeUInt32LE(value, at);
	for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]])
		wav.writeUInt16LE(value, at);
	wav.write("data", 36, "latin1");
	const [site, view] = await opened(t, { "index.html": body("one"), "tone.wav": wav });
	const plays = () => view.ask("where it is", () => document.querySelector("audio").currentTime);

	await view.ask("that it plays", async () => {
		const audio = document.querySelector("audio");

		audio.muted = true;
		await audio.play();
		window.stays = audio;
		getSelection().setBaseAndExtent(document.querySelector("p").firstChild, 2, document.querySelector("b").firstChild, 3);
		return true;
	});
	await until("it has begun", async () => await plays() > 0);
	site.write("index.html", body("two"));
	site.server.ring();
	await view.shows("two", "h1");
	const then = await plays();

	await until("it goes on", async () => await plays() !== then);
	same(await view.ask("what it kept", () => [getSelection().toString(), window.stays === document.querySelector("audio"), window.stays.paused]),
	    ["me wor", true, false], "selection and player");
	await view.loaded(1, 0);
});

test("who was told before the page knew itself reloads it", async (t) => {
	const site = await t.site({});
	const asked = [];
	let number = 1, release;
	const released = new Promise((done) => { release = done; });
	const app = http.createServer(async ({ url }, answer) => {
		asked.push(url);
		if (asked.filter((one) => one === "/a.js").length === 2)	/* the page is looking at itself */
			await released;
		answer.writeHead(200, { "Content-Type": url === "/a.js" ? "text/javascript" : "text/html", "Cache-Control": "no-store" });
		answer.end(url === "/a.js" ? `window.number = ${number}` :
		    html(main("one"), `<script src="a.js"></script><script src="${site.server.url}/reload.js" data-mode="soft"></script>`));
	});

	await new Promise((done) => app.listen(0, "127.0.0.1", done));
	t.servers.push({ end: () => { app.closeAllConnections?.(); app.close(); } });
	const view = await t.open(`http://127.0.0.1:${app.address().port}/`);

	await site.server.listeners(1);
	await until("it looks at itself", () => asked.filter((one) => one === "/a.js").length === 2);
	number = 2;
	site.server.ring();
	/* the server has rung before the page knows: it was told when it asks for itself again */
	await until("it was told", () => asked.filter((one) => one === "/").length === 3);
	release();
	await until("the new script has run", () => view.ask("so", () => window.number === 2));
}, ["other"]);

test("two soft rings in a row: the last is shown", async (t) => {
	const [site, view] = await opened(t, { "index.html": html(main("0")) });

	for (let n = 1; n <= 5; n++) {
		site.write("index.html", html(main(`${n}`)));
		site.server.ring();
		await sleep(n * 10);
	}
	await view.shows("5", "h1");
	await sleep(200);
	await view.shows("5", "h1");
	await view.loaded(1);
}, ["own"]);	/* another server may be asked while it is written */
