// chokidar.mjs - say what chokidar tells:  node chokidar.mjs directory

import { watch } from "chokidar";

watch(process.argv[2], { ignoreInitial: true })
	.on("ready", () => console.log("ready"))
	.on("all", (event, path) => console.log(event, path));
