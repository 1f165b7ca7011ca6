// waiting.mjs - waits for conditions, never for a time

import { AsyncLocalStorage } from "node:async_hooks";

export const running = new AsyncLocalStorage();	/* the test, which knows what it waits for */

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function limited(promise, ms, what = () => "") {
	let timer;
	const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`not done in ${ms / 1000} s${what()}`)), ms); });

	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// until what is true; who is asked in the middle of a navigation, or does not
// answer at all, just has to be asked again. A question costs both sides time,
// so the pauses grow.
export async function until(what, ask, ms = 90000) {
	const end = Date.now() + ms;
	const one = running.getStore();
	let last;

	if (one)
		one.what = what;
	for (let pause = 10; ; pause = Math.min(pause * 1.5, 100)) {
		try {
			last = await limited(ask(), 30000);
			if (last)
				return last;
		} catch (error) {
			last = error;
		}
		if (Date.now() > end)
			throw new Error(`not so: ${what} (last: ${last?.message || JSON.stringify(last)})`);
		await sleep(pause);
	}
}

export function same(got, wanted, what) {
	const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];

	if (a !== b)
		throw new Error(`${what}: ${a}, not ${b}`);
}
