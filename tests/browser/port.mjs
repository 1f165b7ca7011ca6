// port.mjs - ports for what goes and comes again while a test runs

import net from "node:net";

const FROM = 11000;	/* no browser goes to 10080 */
const COUNT = 20000;
let next = Math.floor(Math.random() * COUNT);

// A port that nobody has, and that the system gives to nobody who asks for any:
// it is still free when the one who listens there has ended and comes again.
export async function freePort() {
	for (let tries = 0; tries < COUNT; tries++) {
		const port = FROM + next++ % COUNT;
		const free = await new Promise((done) => {
			const server = net.createServer().on("error", () => done(false));

			server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
		});

		if (free)
			return port;
	}
	throw new Error("no port is free");
}
