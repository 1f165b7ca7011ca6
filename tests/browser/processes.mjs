// processes.mjs - what the tests start, and its end, however they end
//
// Every process leads a group of its own, so that what it starts ends with it.

import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export const tmp = fs.mkdtempSync(path.join(process.env.TMPDIR || os.tmpdir(), "reloadws."));

const children = new Set();

// Ends the child and its group when the tests end. The child leads its group.
export function adopt(child) {
	child.gone = new Promise((done) => {
		child.on("exit", done);
		child.on("error", (error) => { child.out += error; done(error); });
	});
	child.gone.then(() => children.delete(child));
	children.add(child);
	return child;
}

export function start(command, args, options = {}) {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options, detached: true });

	child.out = "";
	child.stdout?.on("data", (data) => { child.out += data; });
	child.stderr?.on("data", (data) => { child.out += data; });
	return adopt(child);
}

const starting = new Set();
let stopping = false;

// Waits for a start that nobody can end before it is over. None begins after the
// tests were told to stop.
export async function starts(begin) {
	if (stopping)
		return new Promise(() => {});
	const started = begin();

	starting.add(started);
	return started.finally(() => starting.delete(started));
}

function signal(name) {
	for (const child of children) {
		try {
			process.kill(-child.pid, name);
		} catch {}	/* it has just ended */
	}
}

function cleanUp() {
	signal("SIGKILL");
	fs.rmSync(tmp, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

const within = (ms, promises) => Promise.race([Promise.allSettled(promises), new Promise((done) => setTimeout(done, ms))]);

// A watcher ends what it runs when it is asked to end, and cannot when it is killed.
async function stop() {
	stopping = true;
	await within(20000, [...starting]);
	signal("SIGTERM");
	await within(2000, [...children].map((child) => child.gone));
	process.exit(1);
}

process.on("exit", cleanUp);
for (const name of ["SIGHUP", "SIGINT", "SIGTERM"])
	process.on(name, stop);

const found = new Map();

// where the command is, or nothing
export function which(command) {
	if (!found.has(command))
		found.set(command, spawnSync("sh", ["-c", `command -v ${command}`]).stdout.toString().trim());
	return found.get(command);
}

export const has = (command) => which(command) !== "";
