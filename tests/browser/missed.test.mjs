// missed.test.mjs - no ring is missed, and none is made up: gaps, sleep, back-button, loading pages

import { html, same, sleep, STYLE, test, until } from "./harness.mjs";

test("a ring while the network is away is caught up with, once", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await site.network.cut();
	await site.server.listeners(0);
	site.write("index.html", html("two"));
	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 0);
	await site.network.heal();
	await view.shows("two");
	await view.loaded(2);
	await until("the new page says how long it took", () => site.network.said.some((text) =>
	    /^shown \w+-1 [1-9]\d*$/.test(text)));
});

test("a gap in the network without a ring reloads nothing", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	for (let n = 0; n < 2; n++) {
		await site.network.cut();
		await site.server.listeners(0);
		await site.network.heal();
		await site.server.listeners(1);
	}
	await view.loaded(1);
	site.write("index.html", html("two"));
	site.server.ring();
	await view.shows("two");
	await view.loaded(2);
});

test("a socket that died in its sleep is found out when the network is back", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await until("the page was greeted", () => site.network.greeted);
	site.network.sleep();
	site.write("index.html", html("two"));
	site.server.ring();
	await sleep(200);
	same(await view.text(), "one", "text while asleep");
	await view.ask("that it is online", () => dispatchEvent(new Event("online")));
	await view.shows("two");
	await view.loaded(2);
});

test("a sleep of the machine is seen by the clock", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const view = await t.open(site.url, { prepare: () => {
		const [set, now] = [setTimeout, Date.now];

		window.jump = 0;
		window.setTimeout = (then, ms) => set(then, ms < 10000 ? ms : ms / 50);	/* only the look at the clock */
		Date.now = () => now() + window.jump;
	} });

	await site.server.listeners(1);
	await until("the page was greeted", () => site.network.greeted);
	site.network.sleep();
	site.write("index.html", html("two"));
	site.server.ring();
	await sleep(500);
	same(await view.text(), "one", "text while asleep");
	await view.ask("that it slept", () => { window.jump = 3600e3; return true; });
	await view.shows("two");
	await view.loaded(2);
});

test("a ring between the page and its script is not missed", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const held = site.network.hold("/reload.js");
	const view = await t.open();
	const opened = view.page.goto(site.url).catch(() => {});

	await until("the script is asked for", () => held.count > 0);
	site.write("index.html", html("two"));
	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 0);
	held.release();
	await opened;
	await view.shows("two");
	await view.loaded(2);
});

test("a ring between the script and the connection is not missed", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const held = site.network.hold("/reload");
	const view = await t.open();
	const opened = view.page.goto(site.url).catch(() => {});

	await until("the script asks", () => held.count > 0);
	site.write("index.html", html("two"));
	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 0);
	held.release();
	await opened;
	await view.shows("two");
	await view.loaded(2);
});

test("a ring before the page was opened reloads nothing", async (t) => {
	const site = await t.site({ "index.html": html("one") });

	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 0);
	if (t.kind === "other")
		await site.server.old();
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.loaded(1);
	site.write("index.html", html("two"));
	site.server.ring();
	await view.shows("two");
	await view.loaded(2);
});

test("a ring while the page is loading is not missed", async (t) => {
	const site = await t.site({
		"index.html": html('<p>one</p><script src="slow.js"></script>'),
		"slow.js": "",
	}, { network: true });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.loaded(1, 0);
	if (t.kind === "own")
		await view.settled();	/* it asks for its script, too */
	const held = site.network.hold(t.kind === "own" ? "/slow.js" : "/reload");

	site.write("index.html", html('<p>two</p><script src="slow.js"></script>'));
	site.server.ring();
	await until("the new page is half there", () => held.count > 0);
	site.write("index.html", html('<p>three</p><script src="slow.js"></script>'));
	site.server.ring();
	await until("it has rung twice", async () => await site.server.rung() > 1);
	held.release();
	await view.shows("three", "p");
	await view.loaded(3);
});

// Firefox keeps no page in its back/forward cache that had a socket when it was
// left, whatever the page does about it. There the page is loaded once more.
const OTHER = { "other.html": `<!DOCTYPE html><title>other</title><p>other</p>
<script>sessionStorage.otherLoads = 1 + Number(sessionStorage.otherLoads || 0)</script>` };

test("the back-button brings a live page back, without a reload", async (t) => {
	const site = await t.site({ "index.html": html("one"), ...OTHER });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.away(`${site.url}other.html`, site.server);
	const loads = await view.back();

	await view.shows("one");
	same(loads, t.name === "firefox" ? 2 : 1, "loads");
	await site.server.listeners(1);
	await view.loaded(loads);
	site.write("index.html", html("two"));
	site.server.ring();
	await view.shows("two");
	await view.loaded(loads + 1);
});

test("the back-button shows what rang meanwhile, after one reload", async (t) => {
	const site = await t.site({ "index.html": html("one"), ...OTHER });
	const view = await t.open(site.url);

	await site.server.listeners(1);
	await view.away(`${site.url}other.html`, site.server);
	site.write("index.html", html("another"));
	site.server.ring();
	await until("it has rung", async () => await site.server.rung() > 0);
	/* that page is live too, and its reload would stop the way back */
	await until("the other page has reloaded", () => view.ask("so", () => sessionStorage.otherLoads === "2"));
	await site.server.joined(3);
	await view.back();
	await view.shows("another");
	await view.loaded(await view.ask("whether it lay there", () => sessionStorage.restored) ? 2 : 3);
});

test("a page that goes closes its socket cleanly", async (t) => {
	const site = await t.site({ "index.html": html("one"), ...OTHER }, { network: true });
	const view = await t.open(site.url, { prepare: () => {
		const Socket = window.WebSocket;

		window.WebSocket = class extends Socket {
			constructor(...args) {
				super(...args);
				this.addEventListener("message", () => { window.greeted = true; });
			}
		};
	} });

	await site.server.listeners(1);
	/* the server counts a page that has no socket yet, and has nothing to close */
	await until("the page was greeted", () => view.ask("so", () => window.greeted));
	await view.page.goto("about:blank");
	await until("it is closed", () => site.network.closes.length > 0);
	/* Firefox is quicker than the page, and says "going away", which is as clean */
	same([1000, 1001].includes(site.network.closes[0]), true, `close code ${site.network.closes}`);
});

test("page and style within 40 ms: one reload, and both are shown", async (t) => {
	const page = (text) => html(text, STYLE);
	const site = await t.site({ "index.html": page("one"), "style.css": "body { color: red }" });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	site.write("index.html", page("two"));
	site.server.ring();
	await sleep(40);
	site.write("style.css", "body { color: green }");
	site.server.ringStyles();
	await view.shows("two");
	await view.is("green");
	/* a server that does not say when it last rang for more than styles costs one more */
	if ("reload" in await site.server.state())
		await view.loaded(2);
});

test("style and page within 40 ms: one reload, and both are shown", async (t) => {
	const page = (text) => html(text, STYLE);
	const site = await t.site({ "index.html": page("one"), "style.css": "body { color: red }" });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	site.write("style.css", "body { color: green }");
	site.server.ringStyles();
	await sleep(40);
	site.write("index.html", page("two"));
	site.server.ring();
	await view.shows("two");
	await view.is("green");
	await view.loaded(2);
});

test("a style that changes while a reload is under way takes nothing from it", async (t) => {
	const page = (text) => html(text, STYLE);
	const site = await t.site({ "index.html": page("one"), "style.css": "body { color: red }" }, { network: true });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	const held = site.network.hold("/");

	site.write("index.html", page("two"));
	site.server.ring();
	await until("the new page is asked for", () => held.count > 0);
	site.write("style.css", "body { color: green }");
	site.server.ringStyles();
	await until("it has rung twice", async () => await site.server.rung() > 1);
	await sleep(100);
	held.release();
	await view.shows("two");
	await view.is("green");
	await view.loaded(2);
}, ["own"]);

test("a server that is away is asked for ever less often, and by no socket", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const view = await t.open(site.url, { prepare: () => {
		const [ask, wait, Socket] = [window.fetch, window.setTimeout, window.WebSocket];
		let waited;

		window.asks = [];	/* how long it waited before each */
		window.sockets = 0;
		window.setTimeout = (then, ms) => {
			if (ms < 5000)	/* as long is what an answer may take */
				waited = ms;
			return wait(then, ms);
		};
		window.fetch = (...args) => {
			if (/\/reload$/.test(args[0]))
				window.asks.push(waited);
			return ask(...args);
		};
		window.WebSocket = class extends Socket { constructor(...args) { super(...args); window.sockets++; } };
	} });

	await site.server.listeners(1);
	const before = await view.ask("its asks", () => window.asks.length);

	await site.network.cut();
	await until("it has asked five times", async () => await view.ask("its asks", () => window.asks.length) >= before + 5);
	const [waits, sockets] = await view.ask("when", () => [window.asks, window.sockets]);
	const [first, , , , fifth] = waits.slice(before);

	same([fifth > first, sockets], [true, 1], `longer waits in ${waits}`);
	await view.ask("that it is hidden", () => {
		Object.defineProperty(document, "hidden", { value: true, configurable: true });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
		return true;
	});
	await site.network.heal();
	await sleep(300);
	await view.ask("that it is shown", () => {
		Object.defineProperty(document, "hidden", { value: false, configurable: true });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
		return true;
	});
	await site.server.listeners(1);
	await view.loaded(1);
}, ["own"]);

test("a server that is away from the first on is waited for, too", async (t) => {
	const site = await t.site({ "index.html": html("one") }, { network: true });
	const { pass } = site.network;

	site.network.pass = function refuse(request, answer) {
		return request.url === "/reload" ? answer.destroy() : pass.call(this, request, answer);
	};
	const view = await t.open(site.url, { prepare: () => {
		const { fetch, setTimeout } = window;

		window.asks = 0;
		window.waits = [];
		window.fetch = (...args) => { window.asks++; return fetch(...args); };
		window.setTimeout = (then, ms = 0) => { window.waits.push(ms); return setTimeout(then, ms); };
	} });

	await until("it has asked three times", async () => await view.ask("how often", () => window.asks) > 2);
	same(await view.ask("its waits", () => window.waits.every(Number.isFinite)), true, "waits are numbers");
	site.network.pass = pass;
	await site.server.listeners(1);
	await view.loaded(1);
}, ["own"]);
