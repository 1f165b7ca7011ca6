// verbose.test.mjs - what the server says of a broadcast: which pages show it, and how soon

import { html, STYLE, test, until } from "./harness.mjs";

test("the server says how long it took until a change was shown", async (t) => {
	const site = await t.site({ "index.html": html("one", STYLE), "style.css": "body { color: red }" });
	const view = await t.open(site.url);

	await view.is("red");
	await site.server.listeners(1);
	/* a busy machine may take longer than the server waits for it */
	await until("it says so", async () => {
		site.write("style.css", "body { color: green }");
		await site.server.post("style.css");
		await view.is("green");
		return until("in time", () => /-\d+ style\.css: 1 listener, shown in \d+ ms$/m.test(site.server.child.out), 1500);
	});
	await view.loaded(1);
});
