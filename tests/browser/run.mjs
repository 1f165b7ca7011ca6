// run.mjs - all browser tests, or those whose sentence has the words:  node run.mjs [words]

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
