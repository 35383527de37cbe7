// Starts the programs under test on loopback, and stops them.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const source = process.env.TESSERA_SOURCE ?? new URL("../..", import.meta.url).pathname;
export const build = process.env.TESSERA_BUILD ?? join(source, "build/dev");
export const binary = join(build, "tessera");

export function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), "tessera-test-"));
}

/** Runs the CLI to its end. */
export function tessera(args, { input } = {}) {
  const done = spawnSync(binary, args, { input, encoding: "utf8" });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** `tessera dev --json` on a port that the kernel chooses: its facts, and a way to stop it. */
export async function startDev(args = [], env = {}) {
  const child = spawn(binary, ["dev", "--json", ...(args.includes("--port") ? [] : ["--port", "0"]), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (data) => (log += data));
  const lines = createInterface({ input: child.stdout });
  const facts = await new Promise((resolve, reject) => {
    lines.once("line", (line) => resolve(JSON.parse(line)));
    child.once("exit", (code) => reject(new Error(`tessera dev ended with ${code}: ${log}`)));
  });
  // The slow RSA key is made in the background; healthy means that it is there.
  for (let attempt = 0; (await fetch(`${facts.issuer}/healthz`)).status !== 200; ++attempt) {
    if (attempt > 400) throw new Error(`tessera dev does not become healthy: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    ...facts,
    client: (id) => facts.clients.find((client) => client.client_id === id),
    user: (name) => facts.users.find((user) => user.username === name),
    log: () => log,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill("SIGTERM");
      }),
  };
}

/** As much of a browser as a login needs: cookies, forms, redirects that end at an application. */
export class Browser {
  #cookies = new Map();

  /** Another one with the same cookies, as a thief or a second tab has them. */
  copy() {
    const other = new Browser();
    other.#cookies = new Map(this.#cookies);
    return other;
  }

  async request(url, { method = "GET", form } = {}) {
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form ? { origin: new URL(url).origin } : {}),
      },
      body: form ? new URLSearchParams(form) : undefined,
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const equals = pair.indexOf("=");
      if (attributes.includes("Max-Age=0")) this.#cookies.delete(pair.slice(0, equals));
      else this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
    return response;
  }

  /** The hidden `interaction` of the form on a page. */
  static interaction(html) {
    return /name="interaction" value="([^"]+)"/.exec(html)?.[1];
  }

  /** Goes to an authorize URL, logs in if asked, allows if asked, and gives the URL that the application is sent to. */
  async authorize(url, user) {
    let response = await this.request(url);
    for (let step = 0; step < 3 && response.status === 200; ++step) {
      const html = await response.text();
      const interaction = Browser.interaction(html);
      const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1];
      const form = action?.endsWith("/login")
        ? { interaction, username: user.username, password: user.password }
        : { interaction, decision: "allow" };
      response = await this.request(new URL(action, url), { method: "POST", form });
    }
    if (response.status !== 303) throw new Error(`${response.status}: ${await response.text()}`);
    return new URL(response.headers.get("location"));
  }

  /** Goes to a logout URL and confirms. */
  async logout(url) {
    const response = await this.request(url);
    if (response.status !== 200) return response;
    const interaction = Browser.interaction(await response.text());
    return this.request(new URL("/logout", url), { method: "POST", form: { interaction } });
  }
}
