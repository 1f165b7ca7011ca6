// navigate.test.mjs - data-navigate: links swap the root; history, rings and everything else go on as without it

import { html, same, sleep, test, until } from "./harness.mjs";

const NAVIGATE = { options: "data-navigate" };
const LINKS = `<nav><a id="one" href="index.html">one</a> <a id="two" href="two.html?q=1">two</a> <a id="other" href="other.html">other</a>
    <a id="load" href="two.html" download>load</a> <a id="frame" href="two.html" target="frame">frame</a> <a id="anchor" href="#part">part</a></nav>`;
const page = (text, head = "") => html(`${LINKS}<main><h1>${text}</h1><input name="a"><p id="part" style="margin-top: 3000px">part</p>
    <p style="height: 3000px"></p></main><iframe name="frame" hidden></iframe>`, head);
const FILES = { "index.html": page("one"), "two.html": page("two"), "other.html": html("<main><h1>other</h1></main>") };

async function opened(t, files = FILES, prepare = null, how = NAVIGATE) {
	const site = await t.site(files, how);
	const view = await t.open(`${site.url}index.html`, { prepare });

	await site.server.listeners(1);
	await view.settled();
	await view.ask("that it is marked", () => { window.stays = true; return true; });
	return [site, view];
}

// a click that no view transition can be in the way of
const click = (view, id) => view.ask("that it is clicked", (selector) => { document.querySelector(selector).click(); return true; }, id);
const stays = (view) => view.ask("its mark", () => window.stays === true);
const scrolled = (view, y) => until(`it is scrolled to ${y}`, async () => {
	const now = await view.ask("where it is", () => scrollY);

	return now === y || Promise.reject(new Error(`${now}`));
});

test("a link swaps the root, the back-button brings it back, and scroll with it", async (t) => {
	const [, view] = await opened(t, { ...FILES, "two.html": page("two", "<style>h1 { color: green }</style>") });

	await view.ask("that it is used", () => {
		document.querySelector("input").value = "typed";
		scrollTo(0, 500);
		return true;
	});
	await scrolled(view, 500);
	await click(view, "#two");
	await view.shows("two", "h1");
	await scrolled(view, 0);
	await view.is("green", "h1");
	same(await view.ask("its field", () => document.querySelector("input").value), "", "text of another page");
	same(await view.ask("its address", () => location.href.replace(/.*\//, "")), "two.html?q=1", "address");
	await view.ask("that it is scrolled", () => { scrollTo(0, 700); return true; });
	await scrolled(view, 700);
	await view.ask("that it goes back", () => { history.back(); return true; });
	await view.shows("one", "h1");
	await scrolled(view, 500);
	await view.is("black", "h1");
	await view.ask("that it goes forward", () => { history.forward(); return true; });
	await view.shows("two", "h1");
	await scrolled(view, 700);
	same(await stays(view), true, "the page was not loaded again");
	await view.loaded(1, 0);
});

test("a ring after a navigation is for the page that is shown now", async (t) => {
	const [site, view] = await opened(t);

	await click(view, "#two");
	await view.shows("two", "h1");
	site.write("two.html", page("new"));
	site.server.ring();
	await view.shows("new", "h1");
	await view.loaded(2);
	await site.server.listeners(1);
	await view.settled();
	await click(view, "#one");
	await view.shows("one", "h1");
	await view.loaded(2, 100);
});

test("a navigation and soft refreshes go together", async (t) => {
	const [site, view] = await opened(t, FILES, null, { options: 'data-navigate data-mode="soft"' });

	await click(view, "#two");
	await view.shows("two", "h1");
	await view.ask("that it is used", () => { document.querySelector("input").value = "typed"; return true; });
	site.write("two.html", page("new"));
	site.server.ring();
	await view.shows("new", "h1");
	same(await view.ask("what was typed", () => document.querySelector("input").value), "typed", "typed text");
	site.write("index.html", page("new one"));
	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 1);
	await click(view, "#one");
	await view.shows("new one", "h1");
	same(await stays(view), true, "the page was not loaded again");
});

test("other pages, downloads, targets, anchors and modifiers are left to the browser", async (t) => {
	const [, view] = await opened(t);

	await click(view, "#anchor");
	await until("it is at the part", async () => await view.ask("where it is", () => scrollY) > 1000);
	await click(view, "#frame");
	await until("the frame has it", () => view.page.frames().find((frame) => frame.url().includes("two"))
	    .evaluate(() => document.querySelector("h1")?.textContent === "two"));
	await click(view, "#load");
	await sleep(300);
	if (t.name === "chromium") {	/* the driver of Firefox does not tell of such a tab */
		await view.page.keyboard.down("Control");
		await view.page.click("#two");
		await view.page.keyboard.up("Control");
		await until("another tab has come", async () => (await view.page.browserContext().pages()).length > 1);
		await view.front();
	}
	await view.shows("one", "h1");
	same(await stays(view), true, "the page was not loaded again");
	await click(view, "#other");
	await view.shows("other", "h1");
	same(await view.ask("its mark", () => window.stays), undefined, "another frame is another page");
	await view.loaded(3, 0);	/* the frame counts, too */
});

test("a page that is pointed at is fetched before the click, unless it has changed", async (t) => {
	/* a transition would be between the pointer and the link */
	const [site, view] = await opened(t, FILES, () => { delete Document.prototype.startViewTransition; }, { ...NAVIGATE, network: true });
	const count = () => site.network.asked.filter((path) => path === "/two.html").length;

	await view.page.hover("#two");
	await until("it is fetched", () => count() === 1);
	await view.page.click("#two");
	await view.shows("two", "h1");
	same(count(), 1, "requests");
	await click(view, "#one");
	await view.shows("one", "h1");
	same(await stays(view), true, "the page was not loaded again");
	await view.page.mouse.move(300, 300);
	await view.page.hover("#two");
	await until("it is fetched", () => count() === 2);
	site.write("two.html", page("new"));
	site.server.ring();
	await view.loaded(2, 0);
	await site.server.listeners(1);
	await view.settled();
	await click(view, "#two");
	await view.shows("new", "h1");
}, ["own"]);

for (const [reduced, count] of [["no-preference", 1], ["reduce", 0]]) {
	test(`a navigation is a view transition where motion is ${count ? "welcome" : "to be reduced"}`, async (t) => {
		const [, view] = await opened(t, FILES, () => {
			const start = Document.prototype.startViewTransition;

			window.transitions = 0;
			if (start)
				Document.prototype.startViewTransition = function transit(...args) {
					window.transitions++;
					return start.apply(this, args);
				};
		});
		const wanted = await view.ask("whether it has transitions", () => "startViewTransition" in document) ? count : 0;

		await view.motion(reduced);
		await click(view, "#two");
		await view.shows("two", "h1");
		same(await view.ask("how many it saw", () => window.transitions), wanted, "transitions");
	}, ["own"], ["chromium"]);
}
