// chain.test.mjs - the product on real input: pages of Markdown, built by cmark through make, edited by real editors

import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { folder, html, Other, Reloadws, same, sleep, start, test, top, until, write } from "./harness.mjs";

const MAKEFILE = `
all: public/index.html public/about.html
public/index.html: index.md head.html
public/about.html: about.md head.html
public/index.html public/about.html:
	mkdir -p public
	! grep -q broken $(@F:.html=.md)
	while test -f slow; do touch waiting; sleep 0.1; done
	{ cat head.html; cmark $(@F:.html=.md); } >$@.new
	mv $@.new $@
`;

// The whole chain over a new site: { dir, server, watcher, view, saves }.
async function chain(t) {
	const dir = folder({ "Makefile": MAKEFILE, "index.md": "# one\n", "about.md": "# about\n", "public/.keep": "" });
	const server = await Reloadws.start(t.kind === "own" ? path.join(dir, "public") : null);

	t.servers.push(server);
	const tag = t.kind === "own" ? "" : `<script src="${server.url}/reload.js"></script>`;

	write(path.join(dir, "head.html"), html("", tag).replace(/<\/body>.*$/s, ""));
	const watcher = start(path.join(top, "watchrun"), ["-v", "-p", server.pidfile, "*.md", "--", "make"], { cwd: dir });

	t.servers.push({ end: async () => { watcher.kill("SIGTERM"); await watcher.gone; } });
	await until("the site is made", () => watcher.out.includes(": signalled "));
	let { url } = server;

	if (t.kind === "other") {
		const other = await Other.start(path.join(dir, "public"));

		t.servers.push(other);
		({ url } = other);
		await server.old();
	}
	const view = await t.open(`${url}/index.html`);

	await view.shows("one", "h1");
	await server.listeners(1);
	return { dir, server, watcher, view };
}

async function run(dir, command, ...args) {
	const child = spawn(command, args, {
		cwd: dir,
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", TERM: "dumb" },
	});
	let said = "";

	child.stdout.on("data", (data) => { said += data; });
	child.stderr.on("data", (data) => { said += data; });
	const status = await new Promise((done) => child.on("close", done));

	same(status, 0, `status of ${command} (${said.slice(-300)})`);
}

// an edit is seen, and the page was loaded once for it
async function shown({ server, view }, text, loads) {
	await view.shows(text, "h1");
	await view.loaded(loads);
	await server.listeners(1);
}

const NEEDS = ["make", "cmark", "vim", "git", "sed"];
const both = (sentence, run) => test(sentence, run, ["own", "other"], ["chromium"], NEEDS);

both("Markdown saved by vim, whatever its backupcopy, is shown once", async (t) => {
	const site = await chain(t);
	let loads = 1;

	for (const backupcopy of ["auto", "yes", "no"]) {
		await run(site.dir, "vim", "-u", "NONE", "-i", "NONE", "--not-a-term",
		    "-c", `set backup backupskip= backupcopy=${backupcopy}`,
		    "-c", `%s/.*/# vim ${backupcopy}/`, "-c", "wq", "index.md");
		await shown(site, `vim ${backupcopy}`, ++loads);
	}
});

both("Markdown edited by sed -i is shown once", async (t) => {
	const site = await chain(t);

	await run(site.dir, "sed", "-i", "s/one/sed/", "index.md");
	await shown(site, "sed", 2);
});

both("another branch that git checks out is shown once, and the way back too", async (t) => {
	const site = await chain(t);
	const git = (...args) => run(site.dir, "git", "-c", "user.name=t", "-c", "user.email=t@localhost", ...args);

	await git("init", "-q", "-b", "first");
	await git("add", "index.md", "about.md");
	await git("commit", "-q", "-m", "first");
	await git("checkout", "-q", "-b", "second");
	write(path.join(site.dir, "index.md"), "# second\n");
	write(path.join(site.dir, "about.md"), "# about the second\n");
	await shown(site, "second", 2);
	await git("commit", "-q", "-a", "-m", "second");
	await git("checkout", "-q", "first");
	await shown(site, "one", 3);
	await git("checkout", "-q", "second");
	await shown(site, "second", 4);
});

both("a broken build reloads nobody, a mended one everybody", async (t) => {
	const site = await chain(t);

	write(path.join(site.dir, "index.md"), "# broken\n");
	await until("the build has failed", () => /make: .*status/.test(site.watcher.out));
	await site.view.loaded(1);
	await site.view.shows("one", "h1");
	write(path.join(site.dir, "index.md"), "# mended\n");
	await shown(site, "mended", 2);
});

both("the last of 50 saves during a slow build is what the browser ends with", async (t) => {
	const site = await chain(t);
	const file = path.join(site.dir, "index.md");

	write(path.join(site.dir, "slow"), "");
	write(file, "# save 0\n");
	await until("the slow build is under way", () => fs.existsSync(path.join(site.dir, "waiting")));
	for (let n = 1; n <= 50; n++) {
		write(file, `# save ${n}\n`);
		await sleep(15);
	}
	fs.unlinkSync(path.join(site.dir, "slow"));

	/* at the start, for the first save, for all that came during its build */
	await until("it has rung three times", () => site.watcher.out.split(": signalled ").length > 3);
	await site.view.shows("save 50", "h1");
	await sleep(500);
	const loads = await site.view.loads();

	same(loads <= 4, true, `so few as ${loads} loads for 51 saves`);
	await site.view.loaded(loads);
	await site.view.shows("save 50", "h1");
});
