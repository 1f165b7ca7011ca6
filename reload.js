/*
 * reload.js - shows the page anew when reloadws says that something changed
 *
 *     <script src="http://localhost:5678/reload.js"></script>
 *
 * A page stands at a generation, that of the last broadcast it shows, and
 * compares it with the server's at every connection. So nothing depends on
 * having been connected when the bell rang.
 */
(() => {
	"use strict";

	const script = document.currentScript || document.querySelector('script[src*="reload.js"]');
	const guard = Symbol.for("reloadws");

	if (!script || !script.src || window[guard])
		return;
	Object.defineProperty(window, guard, { value: true });

	/* The server puts its generation, and the age of that, in place of null. */
	const served = /*served*/null;
	const stateURL = new URL("reload", script.src).href;
	/* Pages of reloadws have its tag first, with a generation, and maybe another with options. */
	const tag = document.querySelector("script[data-generation]")?.dataset.generation;
	const option = (name) => document.querySelector(`script[src*="reload.js"][data-${name}]`)?.dataset[name];
	const note = `reloadws ${location.href}`;
	const timing = performance.getEntriesByType("navigation")[0] || {};
	const here = () => location.href.split("#")[0];
	const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
	const find = (selector, page = document) => Array.from(page.querySelectorAll(selector));

	let kept = {};		/* what the page before a reload left */
	let boot, n;		/* the generation at which the page stands */
	let doubt = false;	/* another server: did anything change? */
	let owed = null;	/* news that wait */
	let asked = 0;		/* when a reload was; it may still be under way */
	let touched;		/* by the user */
	let busy = false;	/* with a soft refresh */
	let mute = !/^http/.test(location.protocol);	/* the page can't ask its own server */

	try {
		kept = JSON.parse(sessionStorage[note]);
		sessionStorage.removeItem(note);
	} catch (e) {
		/* no storage, or nothing in it */
	}

	/* generations */

	function stand(generation) {
		[boot, n] = generation.split("-");
		n = Number(n);
	}

	/* The script came after the page, which lacks a broadcast in between. */
	function begin(generation) {
		const came = performance.getEntriesByName(script.src)[0] || timing;

		stand(tag || (served || { generation }).generation);
		if (tag || !served)
			return;
		/* By the back-button it may be of any age. */
		doubt = timing.transferSize === 0 && timing.encodedBodySize > 0;
		if (kept.generation && kept.generation.startsWith(boot))
			stand(kept.generation);
		else if (n > 0 && came.responseEnd - served.age > timing.responseStart)
			n = -1;
	}

	function compare({ generation, reload }) {
		if (!boot)
			begin(generation);
		if (doubt || !generation.startsWith(boot))
			return restarted(generation);
		delay = 250;
		if (generation.split("-")[1] > n)
			show(reload <= n ? "style" : "reload", generation, []);
		else if (kept.at)
			whenLoaded(() => { tell(kept); kept.at = 0; });
	}

	/* Another boot counts anew, so what the page is made of is compared. */
	async function restarted(generation) {
		print();
		stand(generation);
		doubt = true;
		try {
			const changed = mute || (await changes()).length;

			doubt = false;
			if (changed)
				show("reload", generation, []);
		} catch (e) {
			retry();	/* the page's own server is away */
		}
	}

	/* the decision */

	function hear(message) {
		const { kind, generation, paths, text } = message;

		if (option("mode") === "off")
			drop();
		else if (kind === "hello")
			greet(message);
		else if (paths && !/report|mended/.test(kind))
			show(kind, generation, paths);
		else
			report(text);
	}

	/* News merge: reload over style, and the paths, of which none means any. */
	function show(kind, generation, paths) {
		const old = owed || { kind, paths, at: Date.now() };

		owed = {
			kind: old.kind === "reload" ? "reload" : kind,
			generation,
			paths: old.paths.length && paths.length ? paths.concat(old.paths) : [],
			at: old.at,
		};
		act();
	}

	async function act() {
		const news = owed;

		if (!news || document.hidden || busy)
			return;
		if (news.kind === "reload" && option("mode") !== "soft")
			return reload();
		owed = null;
		stand(news.generation);
		try {
			const soft = busy = news.kind === "reload";
			const shown = await (soft ? soften : refresh)(news);

			if (shown)
				tell(news);
			if (soft)
				busy = false;
			act();
		} catch (e) {
			busy = false;
			owed = { ...news, ...owed, kind: "reload" };
			reload();
		}
	}

	/* Styles and images in place; throws where only a reload will do. */
	async function refresh({ generation, paths }) {
		const images = paths.filter((path) => IMAGE.test(path));
		const sheets = paths.filter((path) => !IMAGE.test(path));

		await reimage(images, generation);
		return !sheets.length && images.length || restyle(sheets, generation);
	}

	function tell({ generation, at }) {
		if (link instanceof WebSocket && link.readyState === 1)
			link.send(JSON.stringify({ shown: generation, ms: Date.now() - at }));
	}

	function whenLoaded(then) {
		if (document.readyState === "complete")
			then();
		else
			addEventListener("load", () => setTimeout(then));
	}

	/* reload */

	async function reload() {
		const now = Date.now();
		const times = (touched || kept.times || []).filter((time) => now - time < 10000);

		if (now - asked < 5000)
			return;
		if (times.length > 2)
			return say("Reloaded three times in ten seconds: stopped until you touch the page.");
		for (asked = Infinity; !await ready();) {
			if (Date.now() - now > 2000)
				say("The server of this page does not answer.");
			await sleep(250);
		}
		asked = Date.now();
		try {
			sessionStorage[note] = JSON.stringify({ ...owed, times: [...times, now], state: save() });
			/* After this the page counts as one that was got: no POST is sent again. */
			history.replaceState(history.state, "", location.href);
		} catch (e) {
			/* no storage, or a frame that may not */
		}
		location.reload(!tag);	/* only Firefox has this, and only Firefox needs it */
	}

	/* Its own server answers, and what the page is made of is new in the cache. */
	async function ready() {
		try {
			if (!tag && !mute) {
				const [, status] = await get(here(), "reload");

				await Promise.race([Promise.all(resources().map((url) => get(url, "reload"))), sleep(1000)]);
				return !/50[234]/.test(status);
			}
		} catch (e) {
			return mute;
		}
		return true;
	}

	/* The text of a page is without what differs each time. */
	async function get(url, cache) {
		const answer = await fetch(url, { cache, mode: "same-origin" });
		const text = await answer.text();

		return [text.replace(/ (data-generation|nonce)="[^"]*"/g, ""), answer.status, answer.url];
	}

	/* what the user did, kept through a reload */

	const DEFAULTS = { value: "defaultValue", checked: "defaultChecked", selected: "defaultSelected", open: "", scrollTop: "", scrollLeft: "" };

	function save() {
		const state = [];

		for (const node of find("*")) {
			const name = node.getAttribute("name");
			const by = node.id ? `#${CSS.escape(node.id)}` : node.localName + (name ? `[name="${CSS.escape(name)}"]` : "");
			const did = {};

			if (/password|file|hidden/.test(node.type) || [node, node.form].some((one) => one?.autocomplete === "off"))
				continue;
			for (const key in DEFAULTS)
				if (node[key] && node[key] !== node[DEFAULTS[key]] || node[DEFAULTS[key]] && !node[key])
					did[key] = node[key];
			if (node === document.activeElement)
				did.focus = [node.selectionStart, node.selectionEnd];
			if (Object.keys(did).length)
				state.unshift([by, find(by).indexOf(node), did]);
		}
		return state;
	}

	function restore(state) {
		for (const [by, i, did] of state || []) {
			const node = find(by)[i] || {};

			for (const key in DEFAULTS)
				if (key in did && node[key] !== did[key])
					node[key] = did[key];
			if (did.focus && node.focus && node !== document.activeElement) {
				node.focus({ preventScroll: true });
				if (did.focus[0] >= 0)
					node.setSelectionRange(...did.focus);
			}
		}
	}

	/* styles and images */

	const IMAGE = /\.(png|jpe?g|gif|svg|webp|avif|ico)$/i;
	const swaps = new Map();	/* link: the clone that is to replace it */
	const images = new Map();	/* path: at which generation */

	/* How many segments do the ends of a path and of a URL share, extensions of styles aside? */
	function likeness(path, url) {
		const [a, b] = [encodeURI(path), url.replace(/[?#].*/, "")]
		    .map((one) => one.replace(/(\.(css|map|scss|sass|less|styl))+$/, "").split("/").reverse());
		const i = a.findIndex((part, j) => part !== b[j]);

		return i < 0 ? a.length : i;
	}

	/* The same address, but not the same to the caches. */
	function marked(href, mark, base = document.baseURI) {
		const url = new URL(href.replace(/[?&]reloadws=[^&#]*(?=#|$)/, ""), base);

		if (mark)
			url.search += `${url.search && "&"}reloadws=${mark}`;
		return url.href;
	}

	/* none of another origin's sheet, or of one that is not there */
	function rulesOf(sheet) {
		try {
			return Array.from(sheet.cssRules);
		} catch (e) {
			return [];
		}
	}

	async function restyle(paths, generation) {
		const clones = Array.from(swaps.values());
		const addresses = (sheet) => rulesOf(sheet).reduce((all, rule) => all.concat(addresses(rule.styleSheet)), [sheet?.href || ""]);
		const links = find("link[rel~=stylesheet][href]:not([disabled])")
		    .filter((old) => new URL(old.href).hostname === location.hostname && !clones.includes(old));
		const likes = paths.map((path) => links.map((old) =>
		    Math.max(...addresses(old.sheet).map((url) => likeness(path, url)))));
		/* A path that no sheet is like may be part of any. */
		const any = !paths.length || likes.some((like) => !Math.max(...like));

		if (!links.length)
			throw new Error("no sheets");
		const shown = await Promise.all(links
		    .filter((old, i) => any || likes.some((like) => like[i] === Math.max(...like)))
		    .map((old) => swap(old, generation, 1)));

		return shown.every(Boolean);
	}

	/*
	 * The clone goes in right after the old link, where the cascade has it, and
	 * the old one goes when it has come: no frame is drawn without either.
	 */
	async function swap(old, generation, tries) {
		const clone = old.cloneNode();
		const current = () => old.isConnected && swaps.get(old) === clone;

		swaps.get(old)?.remove();
		swaps.set(old, clone);
		clone.href = marked(old.href, `${generation}.${tries}`);
		await new Promise((done) => {
			clone.onload = clone.onerror = done;
			old.after(clone);
		});
		await reimport(clone.sheet, generation);
		remark();
		/* Empty: it was read while it was being written. */
		if (current() && clone.sheet && rulesOf(clone.sheet).length >= Math.min(1, rulesOf(old.sheet).length)) {
			if (old.sheet?.disabled !== clone.sheet.disabled)
				clone.sheet.disabled = old.sheet?.disabled;
			old.remove();
			swaps.delete(old);
			reprint(marked(clone.href));
			return true;
		}
		clone.remove();
		await sleep(250 * 2 ** tries);
		return current() && tries < 4 && swap(old, generation, tries + 1);
	}

	/* An imported sheet has no link, and would come from memory again. */
	async function reimport(sheet, generation) {
		for (const [i, rule] of rulesOf(sheet).entries()) {
			if (rulesOf(rule.styleSheet).length) {
				sheet.insertRule(rule.cssText.replace(rule.href, marked(rule.styleSheet.href, generation)), i);
				sheet.deleteRule(i + 1);
				for (let tries = 0; tries < 99 && !rulesOf(sheet.cssRules[i].styleSheet).length; tries++)
					await sleep(10);
				await reimport(sheet.cssRules[i].styleSheet, generation);
			}
		}
	}

	/* Every address of an image that is like one of the paths goes through found(). */
	function eachImage(paths, found) {
		const change = (node, key, base) => {
			const now = node[key].replace(/[^\s"'(),]+/g, (part) => {
				const path = paths.find((one) => likeness(one, part));

				return path && found(path, part, base) || part;
			});

			if (now !== node[key])
				node[key] = now;
		};
		const declared = (sheet, base = document.baseURI) => rulesOf(sheet).forEach((rule) => {
			if (rule.style)
				change(rule.style, "cssText", base);
			declared(rule, base);
			declared(rule.styleSheet, rule.styleSheet?.href);
		});

		for (const node of find("*:not(a)"))
			for (const attribute of node.attributes)
				if (/^(src|srcset|poster|style|.*href)$/.test(attribute.name))
					change(attribute, "value");
		for (const sheet of document.styleSheets)
			declared(sheet, sheet.href || undefined);
	}

	/* The new one is loaded first: nothing blinks, and the old stays if there is none. */
	async function reimage(paths, generation) {
		const loads = [];

		eachImage(paths, (path, part, base) => {
			const image = new Image();

			image.src = marked(part, generation, base);
			loads.push(path);
			loads[path] = image.decode().then(() => { images.set(path, generation); reprint(marked(image.src)); }, () => 0);
		});
		if (!paths.every((path) => loads[path]))
			throw new Error("no such image");
		await Promise.all(paths.map((path) => loads[path]));
		remark();
	}

	/* A new sheet or part of the page knows nothing of new images. */
	function remark() {
		if (images.size)
			eachImage([...images.keys()], (path, part, base) => marked(part, images.get(path), base));
	}

	/* what the page is made of */

	const prints = new Map();	/* URL: what the page got from there */
	let printing;

	/* of its own origin; where files are served, data too */
	function resources() {
		const types = tag ? /^(css|im|link|script|fetch|xml|other)/ : /^(css|im|link|script)/;
		const urls = performance.getEntriesByType("resource")
		    .filter((entry) => types.test(entry.initiatorType) && entry.name.startsWith(`${location.origin}/`))
		    .map((entry) => marked(entry.name));

		return Array.from(new Set(urls)).filter((url) => ![script.src, stateURL, here()].includes(url));
	}

	/* Before a server goes, that is for pages of reloadws at the start; the cache answers. */
	function print() {
		printing = Promise.all([here(), ...resources()].filter((url) => !prints.has(url)).map(async (url) => {
			const [text] = await get(url, "force-cache").catch(() => []);

			if (!prints.has(url))
				prints.set(url, text);
		}));
	}

	/* This also puts what is new into the cache, for the next load. */
	function reprint(url) {
		get(url, "reload").then(([text]) => prints.set(url, text), () => prints.delete(url));
	}

	/* what is not as the page got it; throws when nobody answers */
	async function changes() {
		await printing;
		const all = await Promise.all([here(), ...resources()].map(async (url) => [url, ...await get(url, "no-store")]));

		return all.filter(([url, text]) => prints.get(url) !== text);
	}

	/* soft refresh */

	let policy;

	const same = (a, b) => a && a.isEqualNode(b) && a.outerHTML === b.outerHTML;
	const rootOf = (page) => page.querySelector(option("root") || "main");
	const htmlOf = (nodes) => nodes.map((node) => node.outerHTML).join();

	/* Only what is concerned; throws where only a reload will do. */
	async function soften({ generation }) {
		const was = prints.get(here());
		const changed = await changes();
		const urls = changed.map(([url]) => url).filter((url) => url !== here());

		if (urls.some((url) => !/\.css$/.test(url) && !IMAGE.test(url)))
			throw new Error("more than that");
		if (changed.length > urls.length)
			await become(was, changed.find(([url]) => url === here()).slice(1));
		return !urls.length || refresh({ generation, paths: urls.map((url) => decodeURI(url).replace(/.*?\/\/[^/]*/, "")) });
	}

	async function become(was, [text, status, url], navigating) {
		policy = policy || (window.trustedTypes || { createPolicy: (_, it) => it }).createPolicy("reloadws", { createHTML: (html) => html });
		const [old, page] = [was, text].map((html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html"));
		const frames = [old, page].map((one) => {
			const frame = one.cloneNode(true);

			rootOf(frame).replaceWith("");
			return htmlOf(find("script", one)) + (navigating || htmlOf([frame.body, frame.documentElement.cloneNode()]));
		});
		const change = document.startViewTransition?.bind(document) || ((then) => then());
		const waits = [], gone = [];

		if (status !== 200 || url !== here() || frames[0] !== frames[1] || navigating && find("script", rootOf(page)).length)
			throw new Error("another page");
		patch(document.head, old.head, page.head, waits, gone);
		await Promise.race([Promise.all(waits), sleep(5000)]);
		gone.forEach((node) => node.remove());
		await change(() => {
			const state = save();

			if (navigating) {
				rootOf(document).replaceWith(document.importNode(rootOf(page), true));
			} else {
				patch(rootOf(document), rootOf(old), rootOf(page), waits, gone);
				restore(state);
			}
			gone.forEach((node) => node.remove());
			remark();
		})?.updateCallbackDone;
		prints.set(here(), text);
	}

	/* What the server changed is changed; what a script or the user did stays. */
	function patch(live, was, now, waits, gone) {
		const [lives, olds, news] = [live, was, now].map((node) => Array.from(node.childNodes));
		const among = (node, rest) => node?.attributes && rest.some((one) => same(one, node));
		let i = 0;

		if (same(was, now))
			return;
		if (live.nodeName !== was.nodeName || lives.length !== olds.length)
			throw new Error("somebody else changed it");
		if (!now.attributes)
			live.data = now.data;
		for (const { name } of [...was.attributes || [], ...now.attributes || []]) {
			const value = now.getAttribute(name);

			if (value === null)
				live.removeAttribute(name);
			else if (value !== was.getAttribute(name))
				live.setAttribute(name, value);
		}
		news.forEach((node, j) => {
			while (!same(olds[i], node) && among(node, olds.slice(i)))
				gone.push(lives[i++]);
			if (same(olds[i], node)) {
				i++;
			} else if (olds[i]?.nodeName === node.nodeName && node.nodeName !== "LINK" && !among(olds[i], news.slice(j))) {
				patch(lives[i], olds[i++], node, waits, gone);
			} else {
				const copy = document.importNode(node, true);

				live.insertBefore(copy, lives[i] || null);
				if (/stylesheet/.test(copy.rel))
					waits.push(new Promise((done) => { copy.onload = copy.onerror = done; }));
			}
		});
		gone.push(...lives.slice(i));
	}

	/* what is said over the page, in a tree of its own */

	let shadow, closed, said = "";

	function place(role, style, ...content) {
		const box = document.createElement("div");

		if (!shadow)
			shadow = document.createElement("div").attachShadow({ mode: "open" });
		shadow.querySelector(`[role=${role}]`)?.remove();
		box.setAttribute("role", role);
		box.style.cssText = `position: fixed; z-index: 2147483647; color-scheme: light dark; color: CanvasText;
		    background: Canvas; font: 1rem/1.5 sans-serif; border: 2px solid #d33; padding: .5em 1em; ${style}`;
		box.append(...content);
		if (content[0] && option("quiet") === undefined) {
			shadow.append(box);
			document.documentElement.append(shadow.host);
		}
		return box;
	}

	function say(text) {
		place("status", "right: 1em; bottom: 1em; border-radius: 1em", text);
	}

	/* As text; file:line:column leads to the editor. */
	function report(text = "") {
		const editor = option("editor");
		const button = document.createElement("button");

		said = text;
		if (text === closed)
			return;
		closed = null;
		button.append("Close");
		button.style.float = "right";
		place("alertdialog", "inset: 0; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-family: monospace",
		    ...text && [button, ...text.split(/([^\s:()]+\.\w+:\d+(?::\d+)?)/).map((part, i) => {
			const [f, l, c = 1] = part.split(":");
			const a = document.createElement("a");

			a.append(part);
			if (i % 2 && editor)
				a.href = editor.replace(/%[flc]/g, (key) => ({ "%f": encodeURI(f), "%l": l, "%c": c })[key]);
			return a;
		})]).onclick = (event) => event.target.href || close();
	}

	function close() {
		closed = said;
		place("alertdialog");
	}

	/* the connection */

	let link, timer, delay = 250, fails = 0, greeted, gone;

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
		const mine = link = new AbortController();

		greeted = false;
		after(5000, lost);
		try {
			const answer = await fetch(stateURL, { cache: "no-cache", signal: mine.signal });
			const state = await answer.json();

			if (link === mine)
				listen(state);
		} catch (e) {
			if (link === mine) {
				fails = 0;
				retry();
			}
		}
	}

	/* Each way is tried twice before the next. */
	function listen(state) {
		const way = { ws: 0, sse: 2, poll: 4 }[option("transport")] ?? fails;

		if (way > 3) {
			hear({ ...state, kind: "hello" });
			if (state.broken)
				report(state.text);
			return after(option("poll") || 2000, connect);
		}
		const mine = link = way < 2 ? new WebSocket(stateURL.replace("http", "ws"), "reload.v1") : new EventSource(stateURL);

		for (const type of ["message", "hello", "reload", "style", "report"])
			mine.addEventListener(type, (event) => mine === link && hear(JSON.parse(event.data)));
		mine.onclose = mine.onerror = () => mine === link && lost();
	}

	function greet(hello) {
		greeted = true;
		gone = 0;
		say("");
		if (!hello.broken)
			report();
		if (tag || option("mode") === "soft")
			whenLoaded(print);
		watch();
		compare(hello);
	}

	function lost() {
		if (!greeted)
			fails++;
		/* Firefox closes it as soon as a navigation begins, also that of a reload. */
		if (Date.now() - asked > 5000)
			print();
		retry();
	}

	/* Never gives up. The jitter keeps many tabs from coming all at once. */
	function retry() {
		gone = gone || Date.now();
		if (Date.now() - gone > 2000)
			say("reloadws is gone");
		drop();
		after(delay * (0.5 + Math.random() / 2), connect);
		delay = Math.min(delay * 2, 5000);
	}

	/* A clean close, for Firefox counts the others, and the back/forward cache minds an open one. */
	function drop() {
		const old = link;

		clearTimeout(timer);
		link = null;
		if (old)
			old.close ? old.close(1000) : old.abort();
	}

	/* After a sleep of the machine a socket may look open and be dead. */
	function watch() {
		const then = Date.now();

		after(10000, () => Date.now() - then > 20000 ? connect() : watch());
	}

	function touch({ key }) {
		touched = [];
		if (key === "Escape")
			close();
		act();
	}

	whenLoaded(() => restore(kept.state));
	addEventListener("keydown", touch);
	addEventListener("pointerdown", touch);
	addEventListener("securitypolicyviolation", (event) => { mute = mute || event.effectiveDirective === "connect-src"; });
	addEventListener("pagehide", drop);
	addEventListener("pageshow", ({ persisted }) => {
		if (persisted) {
			asked = 0;
			connect();
		}
	});
	addEventListener("online", connect);
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden) {
			act();
			connect();
		} else if (!link?.send) {
			drop();
		}
	});
	connect();
})();
