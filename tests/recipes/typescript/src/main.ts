import { word } from "./word";

document.querySelector("main")!.textContent = word("first");
