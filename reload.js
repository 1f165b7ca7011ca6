/*
 * reload.js - shows the page anew when reloadws says that something changed
 *
 *     <script src="http://localhost:5678/reload.js"></script>
 *
 * A page stands at a generation: that of the last broadcast whose outcome it
 * shows. Every connection begins with the generation of the server. When they
 * are the same there is nothing to do, however long the page was away; when
 * they are not, something was missed. So nothing depends on the connection
 * having been there when the bell rang.
 */
(() => {
	"use strict";

	const GUARD = Symbol.for("reloadws");
	const FIRST = 250, LAST = 5000;	/* ms between attempts: first and longest */
	const PATIENCE = 5000;		/* ms that an attempt or a reload may take */
	const FRESHEN = 1000;		/* ms that a reload waits for the cache */
	const GRAIN = 2000;		/* ms that Last-Modified can't tell apart, and some more */
	const TICK = 10000;		/* ms between looks at the clock */
	const TRIES = 4;		/* for a style sheet that does not come */

	/* A module has no currentScript. */
	const script = document.currentScript ||
	    document.querySelector('script[src$="/reload.js"]');

	/* The page may have the script twice, or get it again by a swap of its body. */
	if (!script || !script.src || window[GUARD])
		return;
	Object.defineProperty(window, GUARD, { value: true });

	/* The server puts its generation, and the age of that, in place of null. */
	const served = /*served*/null;

	const stateURL = new URL("reload", script.src).href;
	const socketURL = stateURL.replace(/^http/, "ws");
	const pageURL = location.href.split("#")[0];
	/* Pages that reloadws itself served have its tag first, and a generation in it. */
	const put = document.querySelector("script[data-generation]");
	const tag = put && put.src === script.src ? put.dataset.generation : "";
	const started = performance.now();

	/* Where the page stands, { boot, n }; null before the first hello. */
	let known = null;
	/* The server was restarted, and whether that changed anything is not yet known. */
	let doubt = false;
	/* News that waits: "reload" over "style" over "", up to this generation. */
	let owed = "", target = "";
	/* When the reload was asked for; it may still be under way. */
	let asked = -Infinity;

	let attempt = null;	/* an AbortController, for the probe */
	let socket = null;
	let timer = 0;		/* the only one of the connection: to try again, give up, or look at the clock */
	let delay = FIRST;

	const swaps = new Map();	/* link: the clone that is to replace it */
	const prints = new Map();	/* URL: what it was like when the page got it */
	let printing = Promise.resolve();

	/* generations */

	function parse(generation) {
		const dash = generation.lastIndexOf("-");

		return { boot: generation.slice(0, dash), n: Number(generation.slice(dash + 1)) };
	}

	/* A reload leaves a note of what it was asked for, for the next page of this tab. */
	function keep(generation) {
		try {
			sessionStorage.setItem("reloadws", generation);
		} catch (e) {
			/* no storage here: the ages must do */
		}
	}

	function takeKept() {
		try {
			const generation = sessionStorage.getItem("reloadws");

			sessionStorage.removeItem("reloadws");
			return generation;
		} catch (e) {
			return null;
		}
	}

	/*
	 * What the page was loaded with. A tag knows. Without one the script does,
	 * but it came later than the page: a broadcast in between is missing from
	 * the page and has to count as missed. The script arrived at the latest at
	 * its responseEnd, so the broadcast was at the latest `age` before that.
	 * After a reload of ours the note is exact: what came after it is missing
	 * from what the cache was given for that reload.
	 */
	function loadedWith(hello) {
		const note = parse(takeKept() || "-");

		if (tag)
			return parse(tag);
		if (!served)
			return parse(hello.generation);

		const last = parse(served.generation);
		const came = performance.getEntriesByName(script.src, "resource").pop();
		const page = performance.getEntriesByType("navigation")[0];
		const broadcast = (came ? came.responseEnd : started) - served.age;

		if (note.boot === last.boot)
			return note;
		if (last.n > 0 && broadcast > (page ? page.responseStart : 0))
			last.n = -1;
		return last;
	}

	/* Is there anything between where the page stands and where the server does? */
	function compare(hello) {
		const now = parse(hello.generation);

		if (!known) {
			known = loadedWith(hello);
			if (isStored()) {
				print();
				doubt = true;
			}
		}
		if (doubt || now.boot !== known.boot)
			return restarted(hello.generation);
		delay = FIRST;
		if (now.n <= known.n)
			return shownByReload();

		/* The server says which broadcast was the last of more than styles. */
		show(hello.reload <= known.n ? "style" : "reload", hello.generation);
	}

	/*
	 * By the back-button, or where a server says nothing about caching, a page
	 * may come out of the cache, unasked, and be older than any generation.
	 */
	function isStored() {
		const page = performance.getEntriesByType("navigation")[0];

		return !tag && page && page.transferSize === 0 && page.encodedBodySize > 0;
	}

	/* the decision */

	/* News merge: who is owed a reload is owed one, whatever else comes. */
	function show(kind, generation) {
		if (owed !== "reload")
			owed = kind;
		target = generation;
		if (!document.hidden)
			act();
	}

	function act() {
		if (owed === "reload")
			return reload();
		owed = "";
		restyle(target);
	}

	function hear(message) {
		switch (message.kind) {
		case "hello":
			watchClock();
			if (tag)
				whenLoaded(print);
			return compare(message);
		case "reload":
		case "style":
			return show(message.kind, message.generation);
		}
	}

	function tell(generation, ms) {
		if (socket && socket.readyState === WebSocket.OPEN)
			socket.send(JSON.stringify({ shown: generation, ms: Math.round(ms) }));
	}

	function whenLoaded(then) {
		if (document.readyState === "complete")
			then();
		else
			addEventListener("load", () => then(), { once: true });
	}

	/* reload */

	/*
	 * While a reload is under way further news need no other: the new page
	 * compares. But it may have been called off (beforeunload), so not for ever.
	 */
	async function reload() {
		if (performance.now() - asked < PATIENCE)
			return;
		asked = performance.now();
		keep(target);

		const forced = !tag && await freshen();

		/* After this the page counts as one that was got, so no POST is sent again. */
		try {
			history.replaceState(history.state, "", location.href);
		} catch (e) {
			/* a frame that may not; it reloads all the same */
		}
		location.reload(forced);	/* only Firefox has this, and only Firefox needs it */
	}

	/*
	 * What is in the cache would come back with the reload. Browsers ask the
	 * server again for the page only, not for what the page is made of; and a
	 * server that tells changes by the second says of a file that was written
	 * twice within one that it is still the same. Pages of reloadws are spared
	 * both, so they need none of this.
	 *
	 * Resolves to whether the reload has to be forced: Firefox also has style
	 * sheets in memory, which no request renews. A forced one forgets the scroll.
	 */
	async function freshen() {
		const page = performance.getEntriesByType("navigation")[0];
		const age = page ? ageOf(document.lastModified, page.responseStart) : -1;
		const asks = Array.from(resources(), ([url, entry]) => refetch(url, entry));

		/* A page that has no Last-Modified was modified right now, says the document. */
		if (age >= 0 && age < GRAIN)
			asks.push(refetch(pageURL, null));

		const late = new Promise((done) => setTimeout(() => done([{ value: true }]), FRESHEN));
		const all = await Promise.race([Promise.allSettled(asks), late]);

		return all.some((one) => one.value);
	}

	/* How old it was when the page got it, negative when it was written later. */
	function ageOf(mtime, got) {
		return performance.timeOrigin + got - Date.parse(mtime);
	}

	/* Resolves to whether it may be another than the page has. */
	async function refetch(url, entry) {
		const ask = async (cache) => {
			const answer = await fetch(url, { cache, mode: "same-origin" });

			await answer.arrayBuffer();	/* what is not read is not kept */
			return answer.headers.get("Last-Modified");
		};

		if (entry && !(ageOf(await ask("no-cache"), entry.responseEnd) < GRAIN))
			return false;
		await ask("reload");
		return entry !== null;
	}

	/* The new page says how long it took, from the reload to all of it being there. */
	let told = false;

	function shownByReload() {
		const page = performance.getEntriesByType("navigation")[0];

		if (told)
			return;
		told = true;
		if (page && page.type === "reload")
			whenLoaded(() => tell(`${known.boot}-${known.n}`, page.loadEventStart || performance.now()));
	}

	/* styles */

	/* Sheets of other hosts do not change with a save here. */
	function own(url) {
		return /^(https?|file):$/.test(url.protocol) &&
		    [location.hostname, new URL(script.src).hostname].includes(url.hostname);
	}

	function isSheet(link) {
		return link.relList.contains("stylesheet") && link.hasAttribute("href") &&
		    own(new URL(link.href, document.baseURI));
	}

	/* An imported sheet has no link to swap, and would come from memory again. */
	function imports(sheet) {
		try {
			return Array.from(sheet.cssRules).some((rule) => rule instanceof CSSImportRule &&
			    own(new URL(rule.href, sheet.href || document.baseURI)));
		} catch (e) {
			return false;	/* of another origin */
		}
	}

	async function restyle(generation) {
		const clones = new Set(swaps.values());
		const links = Array.from(document.querySelectorAll("link"))
		    .filter((link) => isSheet(link) && !clones.has(link));
		const began = performance.now();

		if (links.length === 0 || Array.from(document.styleSheets).some(imports))
			return show("reload", generation);
		known = parse(generation);
		const shown = await Promise.all(links.map((link) => swap(link, generation, 1)));

		if (shown.every(Boolean))
			tell(generation, performance.now() - began);
	}

	/* The same address, but not the same to the caches. */
	function withMark(href, mark) {
		const [, path, query, hash] = /^([^?#]*)\??([^#]*)(.*)$/s.exec(href);
		const rest = query.split("&").filter((part) => part && !part.startsWith("reloadws="));

		if (mark)
			rest.push(`reloadws=${mark}`);
		return path + (rest.length ? `?${rest.join("&")}` : "") + hash;
	}

	/* Resolves to whether the new sheet is shown; false when given up, or overtaken. */
	async function swap(link, generation, tries) {
		const mark = tries > 1 ? `${generation}.${tries}` : generation;
		const href = withMark(link.getAttribute("href"), mark);

		if (swaps.has(link))
			swaps.get(link).remove();
		swaps.delete(link);
		if (link.hasAttribute("disabled")) {
			link.setAttribute("href", href);	/* not loaded before it is enabled */
			return true;
		}

		const clone = link.cloneNode();

		clone.setAttribute("href", href);
		swaps.set(link, clone);

		const loaded = await arrival(link, clone);

		if (swaps.get(link) !== clone)
			return false;
		swaps.delete(link);
		if (loaded) {
			refreshPrint(withMark(link.href));
			return true;
		}
		if (tries === TRIES)
			return false;
		await new Promise((done) => setTimeout(done, FIRST * 2 ** tries));
		return link.isConnected && !swaps.has(link) && swap(link, generation, tries + 1);
	}

	/*
	 * The clone goes in right after the old link, where it has the same place
	 * in the cascade, and the old one goes in the same task in which the new
	 * one has come. So no frame is drawn without either.
	 */
	function arrival(link, clone) {
		return new Promise((done) => {
			clone.addEventListener("load", () => {
				const keepNew = !isEmpty(clone.sheet) || isEmpty(link.sheet);

				if (!keepNew || !link.isConnected) {
					clone.remove();
				} else {
					if (link.sheet && clone.sheet.disabled !== link.sheet.disabled)
						clone.sheet.disabled = link.sheet.disabled;
					link.remove();
				}
				done(keepNew);
			}, { once: true });
			clone.addEventListener("error", () => {
				clone.remove();
				done(false);
			}, { once: true });
			link.after(clone);
		});
	}

	/* A sheet that was read while it was being written, or is no sheet at all. */
	function isEmpty(sheet) {
		try {
			return !sheet || sheet.cssRules.length === 0;
		} catch (e) {
			return false;	/* of another origin */
		}
	}

	/* after a restart of the server */

	/*
	 * Another boot counts anew, so generations say nothing; what the page is
	 * made of does. What it was like must be known before the server goes. A
	 * page of reloadws asks at the start, since its server is the one that
	 * goes; any other asks when the connection breaks, its server being there.
	 * Either way the answers come from the browser's cache.
	 */
	function print() {
		const page = performance.getEntriesByType("navigation")[0];
		const asks = [[pageURL, page ? page.responseStart : 0],
			...Array.from(resources(), ([url, entry]) => [url, entry.responseEnd])];

		printing = Promise.all(asks.filter(([url]) => !prints.has(url)).map(async ([url, got]) => {
			const made = await printOf(url, "force-cache", got).catch(() => null);

			/* A swap that came meanwhile knows better. */
			if (made && !prints.has(url))
				prints.set(url, made);
		}));
	}

	/* After a swap; it also puts the new sheet into the cache, for the next load. */
	async function refreshPrint(url) {
		try {
			prints.set(url, await printOf(url, "reload", performance.now()));
		} catch (e) {
			prints.delete(url);
		}
	}

	/* What of its own origin the page was made with: URL and when it came. */
	function resources() {
		const made = new Map();

		for (const entry of performance.getEntriesByType("resource")) {
			if (/^(css|image|img|link|script)$/.test(entry.initiatorType) &&
			    new URL(entry.name).origin === location.origin && entry.name !== script.src)
				made.set(withMark(entry.name), entry);
		}
		return made;
	}

	/*
	 * Last-Modified and length, never the ETag, which reloadws changes with
	 * every broadcast. The body where a server does not give them, where the
	 * second of Last-Modified was not over yet, and of a page of reloadws, which
	 * has its tag in what the cache holds.
	 */
	async function printOf(url, cache, got) {
		const answer = await fetch(url, { cache, mode: "same-origin" });
		const stamp = stampOf(answer);
		const vague = !stamp || ageOf(answer.headers.get("Last-Modified"), got) < GRAIN;

		return vague || (tag && url === pageURL) ? { sum: await sumOf(answer) } : { stamp };
	}

	function stampOf(answer) {
		const mtime = answer.headers.get("Last-Modified");
		const length = answer.headers.get("Content-Length");

		return mtime && length ? `${answer.status} ${mtime} ${length}` : "";
	}

	async function sumOf(answer) {
		const text = (await answer.text()).replace(/<script[^>]* data-generation=.*?<\/script>/, "");
		let sum = 0;

		for (let i = 0; i < text.length; i++)
			sum = Math.imul(sum, 31) + text.charCodeAt(i) | 0;
		return `${answer.status} ${text.length} ${sum}`;
	}

	/* Rejects when nobody answers. What was never looked at may be anything. */
	async function isSame(url) {
		const old = prints.get(url) || {};
		const ask = (method) => fetch(url, { method, cache: "no-store", mode: "same-origin" });

		if (old.sum)
			return await sumOf(await ask("GET")) === old.sum;
		return stampOf(await ask("HEAD")) === old.stamp;
	}

	async function restarted(generation) {
		known = parse(generation);
		doubt = true;
		try {
			const changed = await differs();

			doubt = false;
			delay = FIRST;
			if (changed)
				show("reload", generation);
		} catch (e) {
			retry();	/* the page's own server is away; the next hello asks again */
		}
	}

	async function differs() {
		await printing;

		const urls = new Set([pageURL, ...prints.keys(), ...resources().keys()]);
		const same = await Promise.all(Array.from(urls, isSame));

		return same.includes(false);
	}

	/* the connection */

	function after(ms, then) {
		clearTimeout(timer);
		timer = setTimeout(then, ms);
	}

	/*
	 * A probe goes first: Firefox holds back the sockets to a server that
	 * refused some, in the end for a minute, but asks it for pages at once.
	 */
	async function connect() {
		drop();
		if (document.hidden)
			return;

		const mine = attempt = new AbortController();

		after(PATIENCE, retry);
		try {
			const answer = await fetch(stateURL, { cache: "no-store", signal: mine.signal });

			if (!answer.ok)
				throw new Error(answer.statusText);
			if (attempt === mine)
				listen();
		} catch (e) {
			if (attempt === mine)
				retry();
		}
	}

	function listen() {
		const mine = socket = new WebSocket(socketURL, "reload.v1");

		mine.onmessage = (event) => mine === socket && hear(JSON.parse(event.data));
		mine.onclose = () => mine === socket && lost();
	}

	function lost() {
		/* Firefox closes it as soon as a navigation begins, also that of a reload. */
		if (!tag && performance.now() - asked > PATIENCE)
			print();
		retry();
	}

	/* Never gives up. The jitter keeps many tabs from coming all at once. */
	function retry() {
		drop();
		after(delay * (0.5 + Math.random() / 2), connect);
		delay = Math.min(delay * 2, LAST);
	}

	/* A clean close, for Firefox counts the others, and the back/forward cache minds an open one. */
	function drop() {
		const old = socket;

		clearTimeout(timer);
		if (attempt)
			attempt.abort();
		attempt = socket = null;
		if (old)
			old.close(1000);
	}

	/* After a sleep of the machine a socket may look open and be dead. */
	function watchClock() {
		const then = Date.now();

		after(TICK, () => {
			if (!document.hidden && Date.now() - then > 2 * TICK)
				connect();
			else
				watchClock();
		});
	}

	addEventListener("pagehide", drop);
	addEventListener("pageshow", (event) => {
		if (event.persisted) {
			asked = -Infinity;
			connect();
		}
	});
	addEventListener("online", connect);
	document.addEventListener("visibilitychange", () => {
		if (document.hidden)
			return;
		if (owed)
			act();
		connect();
	});
	connect();
})();
