// browsers.mjs - one process of each browser, in which every test has a session of its own

import path from "node:path";
import { adopt, starts, tmp, which } from "./processes.mjs";
import { until } from "./waiting.mjs";

const VIEWPORT = { width: 800, height: 600 };

const BROWSERS = {
	chromium: {
		names: ["chromium", "chromium-browser", "google-chrome"],
		options: {
			browser: "chrome",
			args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
			    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
			    "--host-resolver-rules=MAP evil.example 127.0.0.1",
			    /* the address bar is made of pages, too, in processes of their own for each window */
			    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"],
		},
	},
	firefox: {
		names: ["firefox-esr", "firefox"],
		options: {
			browser: "firefox",
			extraPrefsFirefox: {
				"network.dns.localDomains": "evil.example",
				"fission.bfcacheInParent": true,
				"app.update.enabled": false,
				"datareporting.policy.dataSubmissionEnabled": false,
				/* work in the background that no test is about */
				"browser.newtab.preload": false,
				"browser.newtabpage.enabled": false,
				"browser.region.update.enabled": false,
				"browser.sessionstore.interval": 3600000,
				"browser.tabs.animate": false,
				"dom.push.connection.enabled": false,
				"extensions.systemAddon.update.enabled": false,
				"services.settings.server": "data:,",
				"toolkit.telemetry.enabled": false,
			},
		},
	},
};

export const NAMES = Object.keys(BROWSERS);

let puppeteer = null, profiles = 0;

async function launchOne(options) {
	const browser = await puppeteer.launch(options);

	adopt(browser.process());
	return browser;
}

export async function launch(name) {
	const { names, options } = BROWSERS[name];
	const executablePath = names.map(which).find(Boolean);

	if (!executablePath)
		return null;
	puppeteer = puppeteer || (await import("puppeteer-core")).default;
	return starts(() => launchOne({
		...options,
		timeout: 120000,
		executablePath,
		headless: true,
		acceptInsecureCerts: true,
		defaultViewport: VIEWPORT,
		userDataDir: path.join(tmp, `profile-${name}-${++profiles}`),
		env: { ...process.env, HOME: tmp },
		protocolTimeout: 120000,
		networkEnabled: false,
		issuesEnabled: false,
		handleSIGHUP: false,
		handleSIGINT: false,
		handleSIGTERM: false,
	}));
}

// The one process of this browser: null if the browser is not installed. A test
// that brings it down must not bring down the others, so it is started again.
const shared = {};

export async function theBrowser(name) {
	const started = shared[name];
	const browser = await started;

	if (shared[name] === started && (browser === undefined || browser && !browser.connected))
		shared[name] = launch(name).catch((error) => { console.log(`# ${name}: ${error.message}`); return null; });
	return shared[name];
}

// Windows of Firefox. All sessions share them, and a tab hides the others of its
// window, so each test has a window for itself while it runs. Chromium opens a
// window for each session.
const idle = [];

async function takeWindow(browser) {
	const window = idle.pop();

	if (window && window.browser() === browser)
		return window;
	return until("there is a new window", () => browser.newPage({ type: "window" }));
}

// The tabs of one test: in one window, each in front of those before it.
export class Tabs {
	constructor(browser, name) {
		Object.assign(this, { browser, apart: name === "firefox", contexts: [] });
	}

	async context() {
		const context = await until("there is a new session", () => this.browser.createBrowserContext());

		this.contexts.push(context);
		return context;
	}

	async open(context) {
		if (!this.apart)
			return until("there is a new tab", () => context.newPage());
		this.window = this.window || await takeWindow(this.browser);
		const before = await context.pages();

		await this.browser.connection.send("browsingContext.create",
		    { type: "tab", referenceContext: this.window.mainFrame()._id, userContext: context.id });
		const page = await until("there is a new tab", async () => (await context.pages()).find((one) => !before.includes(one)));

		await page.setViewport(VIEWPORT);
		return page;
	}

	async end() {
		await Promise.allSettled(this.contexts.map((context) => context.close()));
		if (this.window)
			idle.push(this.window);
	}
}
