/*
 * reload.js - shows the page anew when reloadws says that something changed
 *
 * It compares the generation of the page with the server's at every connection,
 * so nothing depends on being there when the bell rings.
 */
(() => {
	"use strict";

	const script = document.currentScript || document.querySelector('script[src*="reload.js"]');
	const guard = Symbol.for("reloadws");

	if (!script?.src || window[guard])
		return;
	window[guard] = true;

	const served = /*served*/null;
	const stateURL = new URL("reload", script.src).href;
	const tag = document.querySelector("script[data-generation]")?.dataset.generation;
	const option = (name) => document.querySelector(`script[src*="reload.js"][data-${name}]`)?.dataset[name];
	const note = `reloadws ${location.href}`;
	const timing = performance.getEntriesByType("navigation")[0] || {};
	const on = (type, then) => addEventListener(type, then);
	const here = () => location.href.split("#")[0];
	const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
	const find = (selector) => [...document.querySelectorAll(selector)];

	let kept = {};	/* from before a reload */
	let boot, n;	/* the generation of the page */
	let doubt, owed, touched, busy, asked = 0;
	let mute = !/^http/.test(location.protocol);	/* can't ask its server */

	try {
		kept = JSON.parse(sessionStorage[note]);
		sessionStorage.removeItem(note);
	} catch {
		/* none */
	}

	function stand(generation) {
		[boot, n] = generation.split("-");
		n = Number(n);
	}

	/* What was told between page and script is missing. */
	function begin(generation) {
		const came = performance.getEntriesByName(script.src)[0] || timing;

		stand(tag || (served || { generation }).generation);
		if (tag || !served)
			return;
		/* By the back-button it may be of any age. */
		doubt = timing.transferSize === 0 && timing.encodedBodySize > 0;
		if (kept.generation?.startsWith(boot))
			stand(kept.generation);
		else if (n > 0 && came.responseEnd - served.age > timing.responseStart)
			n = -1;
	}

	function compare({ generation, reload }) {
		if (!boot)
			begin(generation);
		if (doubt || !generation.startsWith(boot))
			return restarted(generation);
		if (generation.split("-")[1] > n)
			show(reload <= n ? "style" : "reload", generation, []);
		else if (kept.at)
			whenLoaded(() => { tell(kept); kept.at = 0; });
	}

	/* Another boot counts anew. */
	async function restarted(generation) {
		print();
		stand(generation);
		doubt = true;
		try {
			const changed = mute || (await changes()).length;

			doubt = false;
			if (changed)
				show("reload", generation, []);
		} catch {
			retry();
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

	/* No paths mean any. */
	function show(kind, generation, paths) {
		const old = owed || { kind, paths, at: Date.now() };

		owed = {
			kind: old.kind === "reload" ? "reload" : kind,
			generation,
			paths: old.paths.length && paths.length ? [...new Set([...old.paths, ...paths])] : [],
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
		} catch {
			busy = false;
			owed = { ...news, ...owed, kind: "reload" };
			reload();
		}
	}

	/* It throws where only a reload will do. */
	async function refresh({ generation, paths }) {
		const sheets = paths.filter((path) => !IMAGE.test(path));

		await reimage(paths.filter((path) => IMAGE.test(path)), generation);
		return !sheets.length && paths.length || restyle(sheets, generation);
	}

	function tell({ generation, at }) {
		if (link?.send && link.readyState === 1)
			link.send(JSON.stringify({ shown: generation, ms: Date.now() - at }));
	}

	function whenLoaded(then) {
		if (document.readyState === "complete")
			then();
		else
			on("load", () => setTimeout(then));
	}

	async function reload() {
		const now = Date.now();
		const times = (touched || kept.times || []).filter((time) => now - time < 10000);

		if (now - asked < 5000)
			return;
		if (times.length > 2)
			return say("Too many reloads: stopped until you touch the page");
		for (asked = Infinity; !await ready();) {
			if (Date.now() - now > 2000)
				say("The server of this page is gone");
			await sleep(250);
		}
		asked = Date.now();
		try {
			sessionStorage[note] = JSON.stringify({ ...owed, times: [...times, now], state: save() });
			/* so that no POST is sent again */
			history.replaceState(history.state, "", location.href);
		} catch {
			/* no */
		}
		location.reload(!tag);	/* as Firefox keeps sheets */
	}

	/* A reload asks for the page only. */
	async function ready() {
		if (tag || mute)
			return true;
		try {
			const [, status] = await get(here(), "reload");

			await Promise.race([Promise.allSettled(resources().map((url) => get(url, "reload"))), sleep(1000)]);
			return !/50[234]/.test(status);
		} catch {
			return mute;
		}
	}

	async function get(url, cache) {
		const answer = await fetch(url, { cache, mode: "same-origin" });
		const text = await answer.text();

		return [text.replace(/ (data-generation|nonce)="[^"]*"/g, ""), answer.status, answer.url];
	}

	/* what the user did */

	const none = "nodeValue";
	const GIVEN = { value: "defaultValue", checked: "defaultChecked", selected: "defaultSelected", open: none, scrollTop: none, scrollLeft: none };

	function save() {
		const state = [];

		for (const node of find("*")) {
			const { id, localName } = node, name = node.getAttribute("name");
			const by = id ? `#${CSS.escape(id)}` : localName + (name ? `[name="${CSS.escape(name)}"]` : "");
			const did = {};

			if (/password|file|hidden/.test(node.type) || [node, node.form].some((one) => one?.autocomplete === "off"))
				continue;
			for (const key in GIVEN)
				if (GIVEN[key] in node && (node[key] || null) !== (node[GIVEN[key]] || null))
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

			for (const key in GIVEN)
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
	const swaps = new Map(), images = new Map();	/* link: clone, path: generation */

	/* how many segments their ends share */
	function likeness(path, url) {
		const [a, b] = [encodeURI(path), url.replace(/[?#].*/, "")]
		    .map((one) => one.replace(/(\.(css|map|scss|sass|less|styl))+$/, "").split("/").reverse());
		const i = a.findIndex((part, j) => part !== b[j]);

		return i < 0 ? a.length : i;
	}

	/* the same address, but not to the caches */
	function marked(href, mark, base = document.baseURI) {
		const url = new URL(href.replace(/[?&]reloadws=[^&#]*(?=#|$)/, ""), base);

		if (mark)
			url.search += `${url.search && "&"}reloadws=${mark}`;
		return url.href;
	}

	function rulesOf(sheet) {
		try {
			return [...sheet.cssRules];
		} catch {
			return [];
		}
	}

	async function restyle(paths, generation) {
		const clones = [...swaps.values()];
		const addresses = (sheet) => rulesOf(sheet).reduce((all, rule) => all.concat(addresses(rule.styleSheet)), [sheet?.href || ""]);
		const links = find("link[rel~=stylesheet][href]:not([disabled])")
		    .filter((old) => new URL(old.href).hostname === location.hostname && !clones.includes(old));
		const like = (path, old) => Math.max(...addresses(old.sheet).map((url) => likeness(path, url)));
		const best = (path) => Math.max(...links.map((old) => like(path, old)));
		/* A path that is like none may be part of any. */
		const any = !paths.length || !paths.every(best);

		if (!links.length)
			throw Error("no sheets");
		const shown = await Promise.all(links
		    .filter((old) => any || paths.some((path) => like(path, old) === best(path)))
		    .map((old) => swap(old, generation, 1)));

		return shown.every(Boolean);
	}

	/* The old link stays until the new one has come. */
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
		/* An empty one is being written. */
		if (current() && clone.sheet && rulesOf(clone.sheet).length >= Math.min(1, rulesOf(old.sheet).length)) {
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

	/* An imported sheet would come from memory again. */
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

	/* loaded first, so nothing blinks */
	async function reimage(paths, generation) {
		const loads = paths.map(() => []);

		eachImage(paths, (path, part, base) => {
			const image = new Image();

			image.src = marked(part, generation, base);
			loads[paths.indexOf(path)].push(image.decode().then(() => {
				images.set(path, generation);
				reprint(marked(image.src));
			}, () => 0));
		});
		if (!loads.every((all) => all.length))
			throw Error("no such image");
		await Promise.all(loads.flat());
		remark();
	}

	/* A new sheet names the old images. */
	function remark() {
		if (images.size)
			eachImage([...images.keys()], (path, part, base) => marked(part, images.get(path), base));
	}

	/* what the page is made of */

	const prints = new Map();	/* URL: text */
	let printing, policy;

	function resources() {
		const types = tag ? /^(css|im|link|script|fetch|xml|other)/ : /^(css|im|link|script)/;
		const urls = performance.getEntriesByType("resource")
		    .filter((entry) => types.test(entry.initiatorType) && entry.name.startsWith(`${location.origin}/`))
		    .map((entry) => marked(entry.name));

		return [...new Set(urls)].filter((url) => ![script.src, stateURL, here()].includes(url));
	}

	/* The cache answers. */
	function print() {
		printing = Promise.all([here(), ...resources()].map(async (url) => {
			const [text] = await get(url, "force-cache").catch(() => []);

			if (!prints.has(url))
				prints.set(url, text);
		}));
	}

	function reprint(url) {
		get(url, "reload").then(([text]) => prints.set(url, text), () => prints.delete(url));
	}

	/* what is not as the page got it */
	async function changes() {
		await printing;
		const rest = resources().map(async (url) => [url, ...await get(url, "no-store").catch(() => [])]);
		const all = [[here(), ...await get(here(), "no-store")], ...await Promise.all(rest)];

		return all.filter(([url, text]) => prints.get(url) !== text);
	}

	/* soft refresh */

	const same = (a, b) => a && a.isEqualNode(b) && a.outerHTML === b.outerHTML;
	const rootOf = (page) => page.querySelector(option("root") || "main");

	async function soften({ generation }) {
		const was = prints.get(here());
		const changed = await changes();
		const page = changed.find(([url]) => url === here());
		const paths = changed.filter((one) => one !== page).map(([url]) => decodeURI(url));

		if (!paths.every((path) => /\.css$/.test(path) || IMAGE.test(path)))
			throw Error("more than that");
		if (page)
			await become(was, page.slice(1));
		return !paths.length || refresh({ generation, paths });
	}

	async function become(was, [text, status, url]) {
		policy = policy || (window.trustedTypes || { createPolicy: (_, it) => it }).createPolicy("reloadws", { createHTML: (html) => html });
		const [old, page] = [was, text].map((html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html"));
		const frames = [old, page].map((one) => [one.documentElement, ...one.scripts].map((node) => node.outerHTML)
		    .join("").replace(one.head.outerHTML, "").replace(rootOf(one).outerHTML, ""));
		const change = document.startViewTransition?.bind(document) || ((then) => then());
		const waits = [], gone = [];

		if (status !== 200 || url !== here() || frames[0] !== frames[1])
			throw Error("another page");
		patch(document.head, old.head, page.head, waits, gone);
		await Promise.race([Promise.all(waits), sleep(5000)]);
		gone.forEach((node) => node.remove());
		await change(() => {
			const state = save();

			patch(rootOf(document), rootOf(old), rootOf(page), waits, gone);
			restore(state);
			gone.forEach((node) => node.remove());
			remark();
		})?.updateCallbackDone;
		prints.set(here(), text);
	}

	/* What a script or the user did stays. */
	function patch(live, was, now, waits, gone) {
		const [lives, olds, news] = [live, was, now].map((node) => [...node.childNodes]);
		const among = (node, rest) => node?.attributes && rest.some((one) => same(one, node));
		let i = 0;

		if (same(was, now))
			return;
		if (live.nodeName !== was.nodeName || lives.length !== olds.length)
			throw Error("somebody else changed it");
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

	/* what is said */

	let shadow, closed, said = "";

	function make(name, style, ...content) {
		const node = document.createElement(name);

		node.style.cssText = style;
		node.append(...content);
		return node;
	}

	function place(role, style, ...content) {
		const box = make("div", `position: fixed; z-index: 2147483647; color-scheme: light dark; color: CanvasText;
		    background: Canvas; font: 1rem/1.5 sans-serif; border: 2px solid #d33; padding: .5em 1em; ${style}`, ...content);

		box.setAttribute("role", role);
		box.ariaLabel = "reloadws";
		shadow = shadow || make("div", "all: initial").attachShadow({ mode: "open" });
		shadow.querySelector(`[role=${role}]`)?.remove();
		if (content[0] && option("quiet") === undefined) {
			shadow.append(box);
			document.documentElement.append(shadow.host);
		}
		return box;
	}

	function say(text) {
		place("status", "right: 1em; bottom: 1em; border-radius: 1em", text);
	}

	function report(text = "") {
		const editor = option("editor");

		said = text;
		if (text === closed)
			return;
		closed = null;
		const box = place("alertdialog", "inset: 0; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-family: monospace",
		    ...text && [make("button", "float: right", "Close"), ...text.split(/([^\s:()]+\.\w+:\d+(?::\d+)?)/).map((part, i) => {
			const a = make("a", "color: LinkText", part);
			const at = part.split(":");

			if (i % 2 && editor)
				a.href = editor.replace(/%[flc]/g, (key) => encodeURI(at["flc".indexOf(key[1])] || 1));
			return i % 2 ? a : part;
		})]);

		box.onclick = (event) => event.target.href || close();
		if (document.activeElement === document.body)
			box.querySelector("button")?.focus({ preventScroll: true });
	}

	function close() {
		closed = said;
		place("alertdialog");
	}

	/* the connection */

	let link, timer, delay = 250, fails = 0, gone = Date.now();

	function after(ms, then) {
		clearTimeout(timer);
		timer = setTimeout(then, ms);
	}

	/* Firefox holds back sockets after failures, but no probe. */
	async function connect() {
		drop();
		if (document.hidden)
			return;
		const mine = link = new AbortController();

		after(5000, lost);
		try {
			const answer = await fetch(stateURL, { cache: "no-cache", signal: mine.signal });
			const state = await answer.json();

			if (link === mine)
				listen(state);
		} catch {
			fails = 0;
			if (link === mine)
				retry();
		}
	}

	/* Each way is tried twice. */
	function listen(state) {
		const way = { ws: 0, sse: 2, poll: 4 }[option("transport")] ?? fails;

		if (way > 3) {
			hear({ ...state, kind: "hello" });
			if (state.broken)
				report(state.text);
			return after(option("poll") || 2000, connect);
		}
		const mine = link = way < 2 ? new WebSocket(stateURL.replace("http", "ws"), "reload.v1") : new EventSource(stateURL);

		for (const type of "message hello reload style report".split(" "))
			mine.addEventListener(type, (event) => mine === link && hear(JSON.parse(event.data)));
		mine.onclose = mine.onerror = () => mine === link && lost();
	}

	function greet(hello) {
		gone = 0;
		delay = doubt ? delay : 250;
		say("");
		if (!hello.broken)
			report();
		if (tag || option("mode") === "soft")
			whenLoaded(print);
		watch();
		compare(hello);
	}

	function lost() {
		if (gone)
			fails++;
		if (Date.now() - asked > 5000)
			print();
		retry();
	}

	function retry() {
		gone = gone || Date.now();
		if (Date.now() - gone > 2000)
			say("reloadws is gone");
		drop();
		after(delay * (0.5 + Math.random() / 2), connect);
		delay = Math.min(delay * 2, 5000);
	}

	/* cleanly: Firefox counts the others */
	function drop() {
		const old = link;

		clearTimeout(timer);
		link = null;
		old?.close ? old.close(1000) : old?.abort();
	}

	/* After a sleep a socket may be dead. */
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
	on("keydown", touch);
	on("pointerdown", touch);
	on("securitypolicyviolation", (event) => { mute = mute || /connect/.test(event.effectiveDirective); });
	on("pagehide", drop);
	on("pageshow", ({ persisted }) => {
		if (persisted) {
			asked = 0;
			connect();
		}
	});
	on("online", connect);
	document.addEventListener("visibilitychange", () => {
		if (document.hidden)
			return link?.send || drop();
		act();
		connect();
	});
	connect();
})();
