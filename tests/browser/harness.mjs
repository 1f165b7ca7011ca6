// harness.mjs - what every browser test starts with: sites, servers, browsers, waiting
//
// A test works in a folder of its own, on ports that the system chooses, and
// waits for conditions, never for a time. Whatever was started is ended by its
// process id when the test ends, however it ends.

import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

import { launch, NAMES, Tabs, theBrowser } from "./browsers.mjs";
import { Network } from "./network.mjs";
import { freePort } from "./port.mjs";
import { has, start, tmp } from "./processes.mjs";
import { limited, running, same, sleep, until } from "./waiting.mjs";

export { has, launch, same, sleep, start, tmp, until };

export const here = path.dirname(fileURLToPath(import.meta.url));
export const top = path.resolve(here, "../..");
const reloadwsPath = process.env.RELOADWS || path.join(top, "reloadws");

// files

let folders = 0;

export function folder(files = {}) {
	const dir = path.join(tmp, `site${++folders}`);

	fs.mkdirSync(dir);
	for (const [name, text] of Object.entries(files))
		write(path.join(dir, name), text);
	return dir;
}

export function write(file, text) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, text);
}

// servers

const address = (child, pattern) => until("a server says where it listens",
    () => pattern.exec(child.out)?.[1] || (child.exitCode !== null && Promise.reject(new Error(child.out))));

export class Reloadws {
	static async start(dir) {
		const server = new Reloadws();

		server.dir = dir;
		server.pidfile = path.join(tmp, `pid${++folders}`);
		server.port = await freePort();
		await server.again();
		return server;
	}

	async again() {
		const args = ["-v", "-l", `127.0.0.1:${this.port}`, "-p", this.pidfile];

		if (this.dir)
			args.push("-d", this.dir);
		this.child = start(reloadwsPath, args);
		this.url = await address(this.child, /(http:\/\/127\.0\.0\.1:\d+)\//);
		await until("it has its pidfile", () => fs.readFileSync(this.pidfile, "utf8").trim() === `${this.child.pid}`);
	}

	async end(signal = "SIGTERM") {
		this.child.kill(signal);
		await this.child.gone;
	}

	ring() {
		this.child.kill("SIGUSR1");
	}

	ringStyles() {
		this.child.kill("SIGUSR2");
	}

	// the change list by POST
	async post(...paths) {
		const answer = await fetch(`${this.url}/reload`, { method: "POST", body: paths.map((path) => `${path}\n`).join("") });

		same(answer.status, 200, "status of the POST");
		return (await answer.json()).generation;
	}

	async state() {
		return (await fetch(`${this.url}/reload`)).json();
	}

	listeners(n) {
		return until(`${n} pages listen`, async () => {
			const { listeners } = await this.state();

			return listeners === n || Promise.reject(new Error(`${listeners} do`));
		});
	}

	// all that it has said by now
	async said() {
		const end = `/said-by-${++folders}`;

		await until("it answers", async () => (await fetch(this.url + end)).text());
		await until("it has said all", () => this.child.out.includes(end));
		return this.child.out;
	}

	// the n-th socket since its start has come: unlike the number of listeners,
	// it can't be that of a page that is about to go
	joined(n) {
		return until(`${n} sockets have come`, async () => (await this.said()).split("GET /reload: 101").length > n);
	}

	// its last ring is so long ago that no script comes too late to know of it
	old() {
		return until("its last ring is long ago", async () => (await this.state()).age > 4000);
	}

	async rung() {
		return Number((await this.state()).generation.split("-").pop());
	}
}

// somebody else's static server: one process for all tests, as it takes long to start
const others = {
	said: new EventEmitter(),

	start() {
		const stdio = ["pipe", "pipe", "pipe"];

		this.child = has("python3")
		    ? start("python3", [path.join(here, "folders.py")], { stdio })
		    : start(process.execPath, [path.join(here, "static.mjs")], { stdio });
		readline.createInterface({ input: this.child.stdout }).on("line", (line) => this.said.emit(line));
	},

	async tell(word, port, dir = "") {
		if (!this.child)
			this.start();
		const done = once(this.said, `${word} ${port}`);

		this.child.stdin.write(`${word} ${port} ${dir}\n`);
		await limited(done, 30000, () => `: the other server, ${this.child.out.slice(-500)}`);
	},
};

export class Other {
	static async start(dir) {
		const server = new Other();

		server.dir = dir;
		server.port = await freePort();
		server.url = `http://127.0.0.1:${server.port}`;
		await server.again();
		return server;
	}

	again() {
		return others.tell("start", this.port, this.dir);
	}

	end() {
		return others.tell("stop", this.port);
	}
}

// pages

// counts its loads, and says so in the tab's own storage
const COUNT = `<script>
sessionStorage.loads = 1 + Number(sessionStorage.loads || 0);
addEventListener("pageshow", (event) => { if (event.persisted) sessionStorage.restored = true; });
</script>`;

export function html(body, head = "") {
	return `<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>test</title>\n` +
	    `<link rel="icon" href="data:,">\n${COUNT}\n${head}\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}

export const STYLE = '<link rel="stylesheet" href="style.css">';

// a page in a browser, asked through the navigations that it makes by itself
export class View {
	constructor(page) {
		this.page = page;
	}

	ask(what, fn, ...args) {
		return until(`the page says ${what}`, async () => ({ value: await this.page.evaluate(fn, ...args) }))
		    .then((answer) => answer.value);
	}

	loads() {
		return this.ask("how often it was loaded", () => Number(sessionStorage.loads));
	}

	text(selector = "body") {
		return this.ask("its text", (s) => document.querySelector(s)?.textContent.trim(), selector);
	}

	color(selector = "body") {
		return this.ask("its colour", (s) => {
			const found = document.querySelector(s);

			return found && getComputedStyle(found).color;
		}, selector);
	}

	// The page has asked for what it is made of, and has got it. What is asked
	// for after it has come after it.
	settled() {
		return until("the page knows itself", () => this.page.evaluate(async () => {
			const named = (types) => performance.getEntriesByType("resource").filter(({ initiatorType, name }) => types.test(initiatorType) &&
			    name.startsWith(`${location.origin}/`) && !/\/reload(\.js)?$/.test(name)).map(({ name }) => name);
			const fetched = named(/fetch/);
			const urls = [location.href.split("#")[0], ...named(/^(css|im|link|script)/)];

			if (!urls.every((url) => fetched.includes(url)))
				return false;
			for (const url of urls)
				await fetch(url, { cache: "force-cache" }).then((answer) => answer.text(), () => 0);
			return true;
		}));
	}

	front() {
		return until("it is in front", () => this.page.bringToFront().then(() => true));
	}

	motion(value) {
		return this.page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value }]);
	}

	// what is said over the page, in the box of this role
	said(role) {
		return this.ask("what is said", (r) => {
			const trees = [...document.documentElement.children].map((node) => node.shadowRoot).filter(Boolean);

			return trees.map((tree) => tree.querySelector(r)?.textContent).find(Boolean) || "";
		}, { status: "output", alertdialog: "dialog[open][role=alertdialog]" }[role]);
	}

	shows(text, selector) {
		return until(`the page shows "${text}"`, async () => await this.text(selector) === text);
	}

	is(color, selector) {
		return until(`the page is ${color}`, async () => await this.color(selector) === rgb[color]);
	}

	// a link to another page, and the back-button; back says how often the first one was loaded then
	async away(url, server) {
		const before = (await server.said()).split("GET /reload: 101").length - 1;

		await this.page.goto(url, { waitUntil: "load" });
		/* a socket that is not yet open when its page is put away stays so in Chromium */
		await server.joined(before + 1);
	}

	async back() {
		const away = () => location.pathname.includes("other");

		await until("it is back", async () => {
			await this.page.evaluate(() => { setTimeout(() => history.back()); }).catch(() => {});
			return until("it has gone", async () => !await this.page.evaluate(away), 20000);
		});
		await until("it is there", () => this.page.evaluate(() => document.readyState === "complete"));
		return this.loads();
	}

	// loaded that often, and not once more
	async loaded(n, ms = 300) {
		await until(`loaded ${n} times`, async () => await this.loads() >= n);
		await until("it is all there", () => this.ask("its state", () => document.readyState === "complete"));
		await sleep(ms);
		same(await this.loads(), n, "loads");
	}
}

export const rgb = { red: "rgb(255, 0, 0)", green: "rgb(0, 128, 0)", blue: "rgb(0, 0, 255)", black: "rgb(0, 0, 0)" };

// tests

const tests = [];
const KINDS = { own: "reloadws -d", other: "another server" };

// A test is run in each browser, and for each kind of site: served by reloadws
// itself ("own"), or by another server that has the script's tag ("other").
export function test(sentence, run, kinds = ["own", "other"], browsers = NAMES, needs = []) {
	tests.push({ sentence, run, kinds, browsers, needs });
}

class Test {
	constructor(browser, name, kind) {
		Object.assign(this, { name, kind, tabs: new Tabs(browser, name), servers: [] });
	}

	// the files as a site: { dir, url, server, network, write, page }
	async site(files, { network = false, twice = false, tls = null, options = "" } = {}) {
		const dir = folder();
		const server = await Reloadws.start(this.kind === "own" ? dir : null);
		const between = network || tls ? await Network.to(server.port, tls) : null;
		const base = (between || server).url;
		const tag = `<script src="${base}/reload.js" ${options}></script>`;
		const put = (name, text) => write(path.join(dir, name), /\.html$/.test(name) && (this.kind === "other" || twice || options)
		    ? text.replace("</title>", `</title>${twice ? tag : ""}${tag}`) : text);

		for (const [name, text] of Object.entries(files))
			put(name, text);
		const other = this.kind === "other" ? await Other.start(dir) : null;

		this.servers.push(server, ...(other ? [other] : []));
		if (between)
			this.servers.push({ end: () => between.cut() });
		return { dir, url: `${other ? other.url : base}/`, server, other, network: between, write: put };
	}

	context() {
		return this.tabs.context();
	}

	async open(url, { context, prepare } = {}) {
		const page = await this.tabs.open(context || await this.context());

		page.setDefaultTimeout(60000);
		if (prepare)
			await page.evaluateOnNewDocument(prepare);
		if (url)
			await page.goto(url, { waitUntil: "load" });
		return new View(page);
	}

	async end() {
		await this.tabs.end();
		await Promise.allSettled(this.servers.map((server) => server.end("SIGKILL")));
	}
}

const counts = { passed: 0, failed: 0, skipped: 0 };

export function report(result, sentence, where, why) {
	counts[{ ok: "passed", FAIL: "failed", skip: "skipped" }[result]]++;
	console.log(`${result} '${sentence} (${where})'${why && result === "skip" ? ` (${why})` : ""}`);
	if (why && result === "FAIL")
		console.log(why.replace(/^/gm, "    "));
}

// a tool that is missing: a skip, or where nothing may be missing a failure
export function missing(sentence, where, what) {
	report(process.env.CI === "true" ? "FAIL" : "skip", sentence, where, `no ${what}`);
}

const times = [];	/* [seconds, what] */

function finish() {
	const { passed, failed, skipped } = counts;

	for (const [seconds, what] of times.sort(([a], [b]) => b - a).slice(0, 10))
		console.log(`# ${seconds.toFixed(1)} s: ${what}`);
	console.log(`# ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
	process.exit(failed ? 1 : 0);
}

function whereOf(name, { kinds }, kind) {
	return kinds.length > 1 ? `${name}, ${KINDS[kind]}` : name;
}

const LIMIT = 1000 * Number(process.env.LIMIT || 300);	/* of one test, on a machine however busy */

async function runOne(browser, name, one, kind) {
	const { sentence, run } = one;
	const where = whereOf(name, one, kind);
	const t = new Test(browser, name, kind);
	const began = Date.now();

	try {
		await limited(running.run(t, () => run(t)), LIMIT, () => `, waiting: ${t.what}`);
		report("ok", sentence, where);
	} catch (error) {
		report("FAIL", sentence, where, `${error.message}\n${/\n.*(tests\/browser\/\w+\.test.*)\n/.exec(error.stack)?.[1] || ""}`);
	}
	times.push([(Date.now() - began) / 1000, `${sentence} (${where})`]);
	await limited(t.end(), 10000).catch(() => {});
}

async function runIn(name, one, kind) {
	const browser = await theBrowser(name);
	const tool = browser ? one.needs.find((need) => !has(need)) : name;

	if (tool)
		missing(one.sentence, whereOf(name, one, kind), tool);
	else
		await runOne(browser, name, one, kind);
}

// All tests in both browsers, so many of them at a time as there are lanes; only
// those whose sentence has the words, if given. A lane mostly waits, so more of
// them than cores are sooner done, until they keep each other waiting.
export async function main(words = "") {
	const only = process.env.BROWSER ? [process.env.BROWSER] : NAMES;
	const todo = tests.filter(({ sentence }) => sentence.includes(words)).flatMap((one) => one.kinds.flatMap((kind) =>
	    only.filter((name) => one.browsers.includes(name)).map((name) => [name, one, kind])));
	const work = async () => {
		for (let next = todo.shift(); next; next = todo.shift())
			await runIn(...next);
	};

	await Promise.all(Array.from({ length: Number(process.env.LANES || 6) }, work));
	finish();
}
