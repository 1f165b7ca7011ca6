// transports.test.mjs - sockets, events and polls: whatever gets through, nothing is missed

import { html, same, sleep, STYLE, test, until } from "./harness.mjs";

const FILES = { "index.html": html("one", STYLE), "style.css": "body { color: red }" };

async function works(site, view, listening) {
	await view.is("red");
	await listening();
	site.write("style.css", "body { color: green }");
	await site.server.post("style.css");
	await view.is("green");
	await view.loaded(1, 0);
	site.write("index.html", html("two", STYLE));
	await site.server.post("index.html");
	await view.shows("two");
	await view.loaded(2, 100);
	await listening();
	await site.server.post("! broken");
	await until("the report is there", async () => /broken/.test(await view.said("alertdialog")));
}

for (const transport of ["ws", "sse", "poll"]) {
	test(`data-transport="${transport}" does all that is to be done`, async (t) => {
		const site = await t.site(FILES, { options: `data-transport="${transport}" data-poll="100"`, network: true });
		const view = await t.open(site.url);

		await works(site, view, transport === "poll" ? () => until("it polls",
		    () => site.network.asked.filter((path) => path === "/reload").length > 3) : () => site.server.listeners(1));
		same(site.network.upgrades > 0, transport === "ws", "sockets");
	}, ["own"]);
}

test("where no socket gets through, events do", async (t) => {
	const site = await t.site(FILES, { network: true });

	site.network.join = (request, socket) => socket.destroy();
	const view = await t.open(site.url);

	await works(site, view, () => site.server.listeners(1));
}, ["own"]);

test("where neither sockets nor events get through, it polls", async (t) => {
	const site = await t.site(FILES, { options: 'data-poll="100"', network: true });
	const { pass } = site.network;
	let polls = 0;

	site.network.join = (request, socket) => socket.destroy();
	site.network.pass = function refuse(request, answer) {
		if (request.headers.accept === "text/event-stream")
			return answer.writeHead(503).end();
		polls += request.url === "/reload";
		return pass.call(this, request, answer);
	};
	const view = await t.open(site.url);

	await works(site, view, async () => { polls = 0; await until("it polls", () => polls > 12); });
}, ["own"]);

test("ten tabs of one site are all live", async (t) => {
	const site = await t.site({ "index.html": html("one") });
	const context = await t.context();
	const views = [];

	/* one that goes to the back before it listens does not until it is in front */
	for (let n = 0; n < 10; n++) {
		views.push(await t.open(site.url, { context }));
		await site.server.joined(n + 1);
	}
	await site.server.listeners(10);
	for (const [n, view] of views.entries()) {
		await view.front();
		site.write("index.html", html(`told to ${n}`));
		site.server.ring();
		await view.shows(`told to ${n}`);
	}
}, ["own"]);

test("events in a hidden tab give their connection back", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { options: 'data-transport="sse"' });
	const view = await t.open(site.url);
	const turn = (hidden) => view.ask("that it is turned", (h) => {
		Object.defineProperty(document, "hidden", { value: h, configurable: true });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
		return true;
	}, hidden);

	await site.server.listeners(1);
	await turn(true);
	await site.server.listeners(0);
	site.write("index.html", html("two"));
	site.server.ring();
	await sleep(100);
	await turn(false);
	await view.shows("two");
	await view.loaded(2, 100);
}, ["own"]);
