// chokidar.mjs - a line for each change that npm chokidar tells of
//
// With a second argument it says, like inotifywait, when it is watching.
import chokidar from 'chokidar';

const [, , dir, ready] = process.argv;
const watcher = chokidar.watch(dir, { ignoreInitial: true })
	.on('all', (event, path) => console.log(`${event} ${path}`));
if (ready)
	watcher.on('ready', () => console.error('watching'));
