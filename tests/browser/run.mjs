// run.mjs - all browser tests, or those whose sentence has the words:  node run.mjs [words]
//
// BROWSER=firefox is for one browser only, LANES=1 for one test at a time, LIMIT=60
// for the seconds after which a test is ended.

import { main } from "./harness.mjs";
import "./reload.test.mjs";
import "./missed.test.mjs";
import "./restart.test.mjs";
import "./styles.test.mjs";
import "./images.test.mjs";
import "./paths.test.mjs";
import "./state.test.mjs";
import "./report.test.mjs";
import "./transports.test.mjs";
import "./soft.test.mjs";
import "./navigate.test.mjs";
import "./verbose.test.mjs";
import "./livereload.test.mjs";
import "./chain.test.mjs";

await main(process.argv[2]);
