// Debian's Chromium, as the tests start it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { temporaryFolder } from "./tessera.mjs";

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
