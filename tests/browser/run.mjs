// run.mjs - all browser tests, or those whose sentence has the words:  node run.mjs [words]

import { main } from "./harness.mjs";
import "./reload.test.mjs";
import "./missed.test.mjs";
import "./restart.test.mjs";
import "./styles.test.mjs";
import "./chain.test.mjs";

await main(process.argv[2]);
