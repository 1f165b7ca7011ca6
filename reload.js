// reload.js - shows the page anew when reloadws says that something changed
(() => {
	"use strict";

	const find = (selector) => [...document.querySelectorAll(selector)];
	const tags = 'script[src*="reload.js"]';
	const script = document.currentScript || document.querySelector(tags);

	if (!script?.src || window.reloadwsIsHere)
		return;
	window.reloadwsIsHere = true;

	const on = addEventListener;
	const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
	const option = (name) => find(`${tags}[data-${name}]`)[0]?.dataset[name];
	const here = () => location.href.split("#")[0];
	const note = () => `reloadws ${location.href}`;
	const soft = () => option("mode") === "soft";
	const idle = () => document.hidden || option("mode") === "off";
	const giveUp = () => { throw Error(); };
	const touch = () => new Promise((done) => { on("keydown", done); on("pointerdown", done); });
	const loaded = new Promise((done) => document.readyState === "complete" ? done() : on("load", () => setTimeout(done)));

	// The address of the script is older than a <base> behind it.
	const base = find("base[href]")[0];
	const src = base && script.compareDocumentPosition(base) & 4 ? new URL(script.getAttribute("src"), location).href : script.src;

	const served = /*served*/null || {};	// the generation
	const stateURL = new URL("reload", src).href;
	const tag = option("generation");

	let mine = tag || served.generation || "";	// the generation of the page
	let kept = {};	// from before a reload
	let mute = origin === "null";	// can't ask its server
	let owed, busy, born;

	try {
		kept = JSON.parse(sessionStorage[note()]);
		sessionStorage.removeItem(note());
	} catch {}

	function compare({ generation, reload }) {
		const [boot, n] = mine.split("-"), missed = boot && generation.startsWith(boot);

		if (generation !== mine)
			show({ generation, kind: missed && reload > n ? "reload" : missed && !tag && !printed ? "style" : "look" });
		else if (kept.at)
			loaded.then(() => { tell(kept); kept.at = 0; });
	}

	// What was told before the script came?  A cache may be of any age.
	function begin({ generation, age }) {
		const [page] = performance.getEntriesByType("navigation");
		born = Date.now();
		if (tag)
			return;
		if (kept.generation?.startsWith(mine.split("-")[0]))
			mine = kept.generation;
		else if (page.transferSize === 0)
			mine = "";
		else if (generation === mine && performance.now() - age > page.responseStart)
			mine = mine.replace(/.*-0$|\d+$/, "");	// -0 has told nothing: look
	}

	function show({ kind, generation, paths = [] }) {
		owed = {
			kind: owed && owed.kind !== kind ? "reload" : kind,
			generation,
			paths: [...owed?.paths || [], ...paths[0] ? paths : ["*"]],
			at: owed?.at || Date.now(),
		};
		act();
	}

	function act() {
		const news = owed;

		if (!news || busy || idle())
			return;
		owed = null;
		mine = news.generation;
		ahead = {};
		alone(async () => await (news.kind === "style" ? refresh : look)(news) && tell(news), () => reload(news));
	}

	async function alone(what, otherwise) {
		while (busy)
			await sleep(10);
		busy = true;
		await what().catch(otherwise);
		busy = false;
		act();
	}

	function tell({ generation, at }) {
		if (link?.readyState === 1)
			link.send?.(`shown ${generation} ${Date.now() - at}`);
		else
			Object.assign(kept, { generation, at });	// when it is back
	}

	async function reload(news) {
		// What a page causes itself comes soon after it.
		const quick = news.at - born < 2000 && kept.quick || 0;

		if (quick > 2) {
			say("Too many reloads: touch the page");
			await touch();
		}
		while (!tag && !await answers())
			await sleep(250);
		report({});
		try {
			sessionStorage[note()] = JSON.stringify({ ...owed || news, quick: quick + 1, state: save() });
			history.replaceState(history.state, "");	// no POST is sent again
		} catch {}
		location.reload(!tag);	// as Firefox keeps sheets
		await sleep(5000);
	}

	// A reload asks for the page only.
	async function answers() {
		const [page, ...rest] = read("reload");
		const [, , status = 503] = await page;

		await Promise.race([Promise.all(rest), sleep(1000)]);
		return mute || !/50[234]/.test(status);
	}

	// what may have a state, by what it is called
	function named() {
		const all = {};

		for (const node of find(":not([type=password], [type=file], [autocomplete=off], [autocomplete=off] *)"))
			(all[[node.localName, node.id, node.name]] ||= []).push(node);
		return all;
	}

	function save() {
		const state = [];

		for (const [name, nodes] of Object.entries(named())) {
			for (const [i, node] of nodes.entries()) {
				const did = { open: node.open };
				const given = { value: node.defaultValue, checked: node.defaultChecked, selected: node.defaultSelected, scrollTop: 0, scrollLeft: 0 };

				for (const key in given)
					if (node[key] !== (given[key] ?? node[key]))
						did[key] = node[key];
				if (node === document.activeElement)
					did.focus = [node.selectionStart, node.selectionEnd];
				if (JSON.stringify(did) !== "{}")
					state.unshift([name, i, did, node.matches(":modal")]);
			}
		}
		return state;
	}

	function restore(state = []) {
		const all = named();

		for (const [name, i, { focus, ...did }, modal] of state) {
			const node = all[name]?.[i] || {};

			if (modal && !node.open)
				node.showModal?.();
			Object.assign(node, did);
			if (focus && node !== document.activeElement) {
				node.focus?.({ preventScroll: true });
				if (focus[0] != null)
					node.setSelectionRange?.(...focus);
			}
		}
	}

	const IMAGE = /\.(png|jpe?g|gif|svg|webp|avif|ico)(?=[?#]|$)/i;
	const SHEET = "link[rel~=stylesheet][href]:not([disabled])";
	const images = {};	// URL: what is shown instead

	const plain = (url, base) => new URL(url.replace(/\??&reloadws=\d+(?=#|$)/, ""), base || document.baseURI).href;
	const marked = (url) => plain(url).replace(/(\?[^#]*)?(?=#|$)/, (query) => `${query || "?"}&reloadws=${Date.now()}`);
	const come = (node) => Promise.race([new Promise((done) => { node.onload = node.onerror = done; }), sleep(5000)]);

	async function refresh({ paths }) {
		await reimage(paths.filter((path) => IMAGE.test(path)));
		return restyle(paths.filter((path) => !IMAGE.test(path)));
	}

	// how many segments the ends share
	function likeness(path, url = "") {
		const [a, b] = [encodeURI(path), url].map((text) => text.replace(/[?#].*/, "")
		    .replace(/(\.(map|\w+ss|styl))+$/, "").split("/").reverse());

		return [...a, 0].findIndex((part, i) => part !== b[i]);
	}

	function rulesOf(sheet) {
		try {
			return [...sheet.cssRules];
		} catch {
			return [];
		}
	}

	const allRules = (sheet) => rulesOf(sheet).flatMap((rule) => [rule, ...allRules(rule), ...allRules(rule.styleSheet)]);

	// the sheets most like a path: all, if none is
	async function restyle(paths) {
		const links = find(SHEET).filter((link) => new URL(link.href).hostname === location.hostname);
		const old = paths.flatMap((path) => {
			const likes = links.map((link) => Math.max(...[link, ...allRules(link.sheet)]
			    .map((one) => likeness(path, (one.styleSheet || one).href))));

			return links.filter((link, i) => likes[i] === Math.max(...likes));
		});

		if (paths[0] && !links[0])
			giveUp();
		const done = await Promise.all([...new Set(old)].map(swap));
		rename();
		return !done.includes(false);
	}

	// The old link stays until the new one has come.
	async function swap(old) {
		for (let tries = 0; tries < 20 && !owed; tries++) {
			const link = old.cloneNode();

			await sleep(tries && 200);
			link.href = marked(old.href);
			old.after(link);
			await come(link);
			await reimport(link.sheet);
			// An empty one is being written.
			if (link.sheet && (rulesOf(link.sheet)[0] || !rulesOf(old.sheet)[0])) {
				link.sheet.disabled = old.sheet?.disabled;
				old.remove();
				return reprint(plain(link.href));
			}
			link.remove();
		}
		return false;
	}

	// An imported sheet would come from memory again.
	async function reimport(sheet) {
		for (const [i, { cssText, href, styleSheet }] of rulesOf(sheet).entries()) {
			if (styleSheet) {
				sheet.insertRule(cssText.replace(href, marked(styleSheet.href)), i);
				sheet.deleteRule(i + 1);
				for (let tries = 0; tries < 99 && !rulesOf(sheet.cssRules[i].styleSheet)[0]; tries++)
					await sleep(10);
				await reimport(sheet.cssRules[i].styleSheet);
			}
		}
	}

	// wherever an image is named
	function rename(name = (url) => images[url]) {
		const change = (node, key, base) => {
			const text = node[key].replace(/[^\s"'(),]+/g, (part) => IMAGE.test(part) && name(plain(part, base)) || part);

			if (text !== node[key])
				node[key] = text;
		};

		for (const one of [...find(":not(a)"), ...[...document.styleSheets].flatMap(allRules)]) {
			for (const node of one.attributes || [])
				if (/src|poster|href/.test(node.name))
					change(node, "value");
			if (one.style)
				change(one.style, "cssText", one.parentStyleSheet?.href);
		}
	}

	// loaded first, so nothing blinks
	async function reimage(paths) {
		const urls = [];

		rename((url) => { urls.push(url); });
		const found = paths.map((path) => urls.filter((url) => likeness(path, url)));

		if (!found.every((some) => some[0]))
			giveUp();
		await Promise.all(found.flat().map((url) => {
			const image = new Image();

			image.src = marked(url);
			return image.decode().then(() => { images[url] = image.src; return reprint(url); }, () => 0);
		}));
		rename();
	}

	const prints = {};	// URL: text
	const ours = new Set([src, stateURL]);	// not the page's
	let printed;

	async function get(url, cache) {
		const answer = await fetch(url, { cache, mode: "same-origin" });

		return [url, (await answer.text()).replace(/ (data-generation|nonce)="[^"]*"/g, ""), answer.status, answer.url];
	}

	// the page first
	function read(cache, known = {}) {
		const types = tag ? /^(css|im|link|script|fetch|xml|other)/ : /^(css|im|link|script)/;
		const urls = performance.getEntriesByType("resource")
		    .filter(({ initiatorType, name }) => types.test(initiatorType) && name.startsWith(`${location.origin}/`))
		    .map(({ name }) => plain(name)).filter((url) => !ours.has(url));

		ours.add(here());
		return [...new Set([here(), ...urls])].filter((url) => !(url in known)).map((url) => get(url, cache).catch(() => [url]));
	}

	const reprint = (url) => get(url, "reload").then(([, text]) => { prints[url] = text; }, () => 0);

	async function print() {
		for (const [url, text] of await Promise.all(read("force-cache", prints)))
			prints[url] ??= text;
		printed = true;
	}

	// Shows what is not as the page got it.
	async function look({ kind }) {
		// Before it is printed nobody knows what the page has.
		if (kind === "reload" && !(soft() && printed))
			giveUp();
		await print();
		const news = (await Promise.all(read("no-store"))).filter(([url, text]) => text === undefined || text !== prints[url]);
		const page = news[0]?.[0] === here() && news.shift();
		const paths = news.map(([url]) => decodeURI(url));

		if (!paths.every((path) => IMAGE.test(path) || /\.css\b/.test(path)) || page && !soft())
			giveUp();
		if (page)
			await become(prints[here()], page);
		news.forEach(([url, text]) => { prints[url] = text; });
		return refresh({ paths });
	}

	const same = (a, b) => a?.isEqualNode(b) && a.outerHTML === b.outerHTML;
	const rootOf = (page) => page.querySelector(option("root") || "main");

	// all but head and root, and the scripts of both
	const frameOf = (page) => [page.documentElement, ...page.scripts].map((node) => node.outerHTML).join("")
	    .replace(page.head.outerHTML, "").replace(rootOf(page).outerHTML, "");

	async function become(text, [url, html, status, from], other) {
		const [was, now] = [text, html].map((page) => new DOMParser().parseFromString(page, "text/html")), old = find(SHEET), gone = [];
		const roots = [document, was, now].map(rootOf);
		const change = () => {
			const state = other ? [] : save();

			if (other)
				roots[0].replaceWith(roots[2]);
			else
				patch(...roots, gone);
			gone.forEach((node) => node.remove());
			restore(state);
			rename();
		};

		// Its scripts would not run.
		if (status !== 200 || from !== url || frameOf(was) !== frameOf(now) || other && roots[2].querySelector("script"))
			giveUp();
		patch(document.head, was.head, now.head, gone);
		await Promise.all(find(SHEET).filter((link) => !old.includes(link)).map(come));
		if (document.startViewTransition && !matchMedia("(prefers-reduced-motion: reduce)").matches)
			await document.startViewTransition(change).updateCallbackDone;
		else
			change();
		prints[url] = html;
	}

	// What a script or the user did stays.
	function patch(live, was, now, gone) {
		const [lives, olds, news] = [live, was, now].map((node) => [...node.childNodes]);
		let i = 0;

		if (same(was, now))
			return;
		if (live.nodeName !== was.nodeName || lives.length !== olds.length)
			giveUp();
		if (!now.attributes)
			live.data = now.data;
		for (const { name } of was.attributes || [])
			if (!now.hasAttribute(name))
				live.removeAttribute(name);
		for (const { name, value } of now.attributes || [])
			if (value !== was.getAttribute(name))
				live.setAttribute(name, value);
		for (const node of news) {
			const at = olds.findIndex((old, k) => (node.attributes ? k >= i : k === i) && same(old, node));

			if (at >= 0) {
				gone.push(...lives.slice(i, at));
				i = at + 1;
			} else if (olds[i]?.nodeName === node.nodeName && node.nodeName !== "LINK" && !news.some((one) => same(olds[i], one))) {
				patch(lives[i], olds[i++], node, gone);
			} else {
				live.insertBefore(node, lives[i] || null);
			}
		}
		gone.push(...lives.slice(i));
	}

	let ahead = {}, hover;	// pages by URL

	function visit(url) {
		ours.add(url);
		return ahead[url] ||= get(url, "reload");
	}

	function navigate(event) {
		const to = event.destination.url.split("#")[0], from = here();
		const goes = event.navigationType === "traverse" || event.sourceElement?.matches("a:not([download])");

		if (!goes || !event.canIntercept || event.hashChange)
			return;
		event.intercept({
			handler: () => alone(async () => become(prints[from], await visit(to), true), () => location.reload()),
		});
	}

	function prefetch({ target }) {
		const link = target.closest?.("a[href]"), url = link?.href.split("#")[0];

		clearTimeout(hover);
		ahead = {};
		if (link?.origin === location.origin && !link.download && url !== here())
			hover = setTimeout(() => visit(url).catch(() => 0), 65);
	}

	let shadow, said = "";

	function make(name, traits, ...content) {
		const node = Object.assign(document.createElement(name), traits);

		node.append(...content);
		return node;
	}

	function place(name, open, text, traits, ...content) {
		const box = make(name, traits, ...content);

		shadow ||= make("reloadws-said").attachShadow({ mode: "open" });
		shadow.querySelector(name)?.remove();
		if (text && option("quiet") == null) {
			document.documentElement.append(shadow.host);
			shadow.append(box);
			box[open]?.();
		}
	}

	const say = (text) => place("output", "showPopover", text, { popover: "manual", style: "inset: auto 1em 1em auto" }, text);

	function report({ text = "" }) {
		const editor = option("editor");
		const parts = text.split(/([^\s:()]+\.\w+:\d+(?::\d+)?)/).map((part, i) => {
			const [f, l, c = 1] = part.split(":");

			return i % 2 && editor ? make("a", { href: editor.replace(/%([flc])/g, (all, key) => ({ f, l, c })[key]) }, part) : part;
		});

		if (text === said)
			return;
		said = text;
		shadow?.querySelector("dialog")?.close();	// the focus is where it was
		place("dialog", "showModal", text, {
			role: "alertdialog",
			ariaLabel: "The build failed",
			style: "white-space: pre-wrap; overflow-wrap: anywhere; font-family: monospace",
			onclick({ target }) { target.href || this.close(); },
		}, make("button", { style: "float: right" }, "Close"), ...parts);
	}

	let link, timer, delay = 250, fails = 0, gone = Date.now();

	function after(ms, then) {
		clearTimeout(timer);
		timer = setTimeout(then, ms);
	}

	// Firefox holds back sockets after failures, but no probe.
	async function connect() {
		drop();
		if (idle())
			return;
		after(5000, retry);
		const probe = link = { close() {} };
		const state = await fetch(stateURL, { cache: "no-cache" })
		    .then((answer) => answer.json()).catch(() => 0);

		if (link !== probe)
			return;
		if (state)
			return listen(state);
		fails = 0;
		retry();
	}

	// Each way is tried twice.
	function listen(state) {
		const way = { ws: 0, sse: 2, poll: 4 }[option("transport")] ?? fails;

		if (way > 3) {
			greet(state);
			return after(option("poll") || 2000, connect);
		}
		const hear = (news) => ({ hello: greet, report, mended: report }[news.kind] || show)(news);
		const own = link = way < 2 ? new WebSocket(stateURL.replace("http", "ws"), "reload.v1") : new EventSource(stateURL);

		after(5000, lost);
		for (const type of ["message", "hello", "reload", "style", "report"])
			own.addEventListener(type, ({ data }) => own === link && hear(JSON.parse(data)));
		own.onclose = own.onerror = () => own === link && lost();
	}

	function greet(state) {
		gone = 0;
		delay = 250;
		say();
		if (state.text || !state.broken)
			report(state);
		if (!born)
			begin(state);
		if (tag || soft() || option("navigate") != null)
			loaded.then(print);
		watch();
		compare(state);
	}

	function lost() {
		if (gone)
			fails++;
		if (!busy)
			print();
		retry();
	}

	function retry() {
		gone ||= Date.now();
		if (Date.now() - gone > 2000)
			say("reloadws is gone");
		drop();
		after(delay * (0.5 + Math.random() / 2), connect);
		delay = Math.min(delay * 2, 5000);
	}

	// cleanly: Firefox counts the others
	function drop() {
		clearTimeout(timer);
		link?.close(1000);
		link = null;
	}

	// After a sleep a socket may be dead.
	function watch() {
		const then = Date.now();

		after(10000, () => Date.now() - then > 20000 ? connect() : watch());
	}

	touch().then(() => { kept.quick = 0; });
	loaded.then(() => restore(kept.state));
	on("securitypolicyviolation", ({ effectiveDirective }) => { mute ||= /connect/.test(effectiveDirective); });
	on("pagehide", drop);
	on("pageshow", ({ persisted }) => persisted && connect());
	on("online", connect);
	on("visibilitychange", () => {
		if (document.hidden)
			return link?.send || drop();
		act();
		connect();
	});
	if (option("navigate") != null) {
		window.navigation?.addEventListener("navigate", navigate);
		on("mouseover", prefetch);
	}
	performance.setResourceTimingBufferSize(1e4);	// it is what we know of
	connect();
})();
