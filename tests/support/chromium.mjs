// A person in Chromium: each page is looked at by axe and kept as a picture in the build folder.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, temporaryFolder } from "./tessera.mjs";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const pictures = join(build, "screenshots");
export const phone = { width: 360, height: 740 };

const started = (more) => ({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", ...more],
});

export const launchChromium = (more = []) => chromium.launch(started(more));

/** A browser whose frames of other sites have their cookies, which private windows and Debian's defaults deny them. */
export function launchWithFrameCookies(options, more = []) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "Default"));
  writeFileSync(join(folder, "Default/Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }));
  return chromium.launchPersistentContext(folder, { ...started(more), ...options });
}

/** A browser of its own for one story. */
export async function withPage(chrome, options, story) {
  const context = await chrome.newContext({ viewport: phone, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const foreign = [];
  page.on("request", (request) => {
    if (!/^(data:|http:\/\/([a-z]+\.)?localhost:)/.test(request.url())) foreign.push(request.url());
  });
  const refused = [];
  page.on("console", (message) => message.text().includes("Content Security Policy") && refused.push(message.text()));
  try {
    await story(page, context);
    assert.deepEqual(foreign, [], "no third-party request");
    assert.deepEqual(refused, [], "nothing is blocked by our own policy");
  } finally {
    await context.close();
  }
}

/** Fills the login page that a page stands at. */
export async function fillLogin(page, { username, password }) {
  await page.fill("#username", username);
  await page.fill("#password", password);
  await page.click("button[type=submit]");
}

/** No axe violation, no sideways scrolling, and a picture. */
export async function look(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(200);  // the colours' transition
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`), [], `${name}, ${colorScheme}`);
    await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: null });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} scrolls sideways`);
}
