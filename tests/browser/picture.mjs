// picture.mjs - make tests/picture.png: a save in a terminal, and the browser beside it, before and after
//
//	node tests/browser/picture.mjs [file.png]
//
// All of it is real: the programs run, the page is saved by sed, the lines are
// what they printed, the pages are screenshots of the page that reloaded itself.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { launch, start, tmp, top, until, View } from "./harness.mjs";

const to = path.resolve(process.argv[2] || path.join(top, "tests/picture.png"));
const site = path.join(tmp, "site");
const width = 632, height = 450;
const sed = ["-i", "s/Change me/Changed/", "site/index.html"];

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
const image = (bytes) => `data:image/png;base64,${bytes.toString("base64")}`;

fs.cpSync(path.join(top, "tests/site"), site, { recursive: true });

const server = start(path.join(top, "reloadws"), ["-v", "-d", "site"], { cwd: tmp });
const url = await until("the usual port is free", () => /http:.*/.exec(server.out)?.[0], 3000);
const watcher = start(path.join(top, "watchrun"), ["-v", "-w", "-p", "reloadws.pid", "site/**"], { cwd: tmp });
const browser = await launch("chromium");
const view = new View(await browser.newPage());

await view.page.setViewport({ width, height, deviceScaleFactor: 1 });
await view.page.goto(url, { waitUntil: "load" });
await until("the page listens", () => server.out.includes("GET /reload: 101"));
await until("it watches", () => watcher.out.includes("watching"));

const before = Buffer.from(await view.page.screenshot());
const saved = { server: server.out.length, watcher: watcher.out.length };

execFileSync("sed", sed, { cwd: tmp });
await view.shows("Changed.", "h1");
await until("the page says so", () => server.out.includes("shown"));

const after = Buffer.from(await view.page.screenshot());
const said = (child, from, what) => child.out.slice(from).trim().split("\n").filter((line) => what.test(line));
const lines = [
	...said(watcher, saved.watcher, /index|signalled/),
	...said(server, saved.server, /reload to|GET \/: |shown/),
].map(escape).join("\n");

const terminal = `<b>$</b> reloadws -v -d site &amp;
<i>${url}</i>
<b>$</b> watchrun -v -w -p reloadws.pid 'site/**' &amp;
<b>$</b> sed ${sed.map((arg) => escape(/[ /].*[ ]/.test(arg) ? `'${arg}'` : arg)).join(" ")}
<i>${lines}</i>
<b>$</b> <u> </u>`;

const pane = (title, body) => `<section><header><s></s><s></s><s></s><span>${title}</span></header>${body}</section>`;

const poster = `<!DOCTYPE html><meta charset="utf-8"><style>
* { box-sizing: border-box; margin: 0 }
body { width: 1344px; padding: 32px; background: #efe6d9; font: 15px/1.6 system-ui, sans-serif; color: #5b5346 }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 24px 16px }
section { overflow: hidden; border-radius: 10px; background: #fff; box-shadow: 0 0 0 1px #00000012 }
section:first-child { grid-column: 1 / 3; background: #1b1e25 }
header { display: flex; align-items: center; gap: 7px; height: 36px; padding: 0 14px; background: #ece6dc; font-size: 13px }
section:first-child header { background: #272b34; color: #a5abb8 }
s { width: 11px; height: 11px; border-radius: 50%; background: #0002 }
section:first-child s { background: #fff3 }
header span { margin: 0 auto; padding-right: 54px }
pre { padding: 18px 22px; color: #f1efe9; font: 16px/1.55 "DejaVu Sans Mono", monospace; white-space: pre-wrap }
pre b { color: #fb923c; font-weight: 400 }
pre i { color: #9aa4b5; font-style: normal }
pre u { background: #f1efe9; text-decoration: none }
img { display: block; width: 100% }
</style><main>
${pane("site", `<pre>${terminal}</pre>`)}
${pane("before", `<img src="${image(before)}">`)}
${pane("after the save", `<img src="${image(after)}">`)}
</main>`;

await view.page.setViewport({ width: 1344, height: 600, deviceScaleFactor: 1 });
await view.page.setContent(poster, { waitUntil: "load" });
await view.page.screenshot({ path: to, fullPage: true });
console.log(`${to}: ${fs.statSync(to).size} bytes`);
await browser.close();
process.exit(0);
