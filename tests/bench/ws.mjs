// ws.mjs - the npm server "ws" as fanout.py compares with it
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0,
	perMessageDeflate: false }, () => {
	console.log(`http://127.0.0.1:${server.address().port}/`);
});

// Node keeps SIGUSR1 for its debugger unless somebody listens to it.
process.on('SIGUSR1', () => {
	for (const client of server.clients)
		client.send('reload');
});
server.on('connection', (client) => {
	client.on('error', () => client.terminate());
});
