// A client of docs/clients.md in a house with TLS: issuer and application are different sites. What the page says to
// register and to write is what runs here, with other addresses.
import { spawn } from "node:child_process";
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fillLogin, launchChromium } from "./chromium.mjs";
import { alice, answers, certificates, freePorts, startServe, startTlsProxy } from "./demo.mjs";
import { source, temporaryFolder } from "./tessera.mjs";

/** The block of a language under a heading of docs/clients.md. */
function block(heading, language) {
  const page = readFileSync(join(source, "docs/clients.md"), "utf8");
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  const found = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(section);
  if (!found) throw new Error(`docs/clients.md has no ${language} under ${heading}`);
  return found[1];
}

/**
 * Tessera with this client registered, and a browser. `more` goes into the configuration file. The application is to listen
 * at `app`: by itself with TLS at `port`, or behind a proxy at `port + 1` (`startNode`).
 */
export async function startHouse(heading, more = "") {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);  // Apache reads it as somebody else
  const first = await freePorts(3);
  const tls = certificates(folder, ["localhost", "app.test"]);
  const issuer = `https://localhost:${first}`, app = `https://app.test:${first + 1}`;
  const moved = (text) => text.replaceAll("https://id.example.com", issuer).replaceAll("https://app.example.com", app);
  const env = { CLIENT_SECRET: "c".repeat(43), SESSION_SECRET: "s".repeat(43) };
  const register = moved(block(heading, "toml"));
  const stopping = [];
  const stop = async () => {
    for (const end of stopping.reverse()) await end();
  };
  try {
    stopping.push(await startServe(folder, `
      issuer = "${issuer}"
      listen = "127.0.0.1:${first}"
      [tls]
      certificate = "tls.pem"
      key = "tls.key"
      [[user]]
      username = "alice"
      password = "${alice.password}"
      name = "Alice Adler"
      email = "alice@example.com"
      email_verified = true
      ${register.includes("[[role]]") ? 'roles = ["manager"]' : ""}
      ${more}
      ${register}`, issuer, env, readFileSync(tls.ca)));
    const chrome = await launchChromium(["--host-resolver-rules=MAP *.test 127.0.0.1",
      `--ignore-certificate-errors-spki-list=${tls.spki}`]);
    stopping.push(() => chrome.close());

    const house = {
      issuer, app, folder, tls, env, port: first + 1, stop,
      code: (language) => moved(block(heading, language)),

      /** A program that ends with the house. */
      start(command, args, options = {}) {
        const child = spawn(command, args, { stdio: "inherit", ...options, env: { ...process.env, ...env, ...options.env } });
        const ended = new Promise((resolve) => child.once("exit", resolve));
        stopping.push(() => (child.kill("SIGTERM"), ended));
        return child;
      },

      /** The page's JavaScript as a program of its own behind a proxy that ends TLS. */
      async startNode() {
        symlinkSync(join(source, "tests/node_modules"), join(folder, "node_modules"));
        writeFileSync(join(folder, "app.mjs"), house.code("js"));
        house.start(process.execPath, ["--no-deprecation", join(folder, "app.mjs")],
          { env: { PORT: String(first + 2), NODE_ENV: "production", NODE_EXTRA_CA_CERTS: tls.ca } });
        const proxy = startTlsProxy(tls, first + 1, first + 2);
        stopping.push(() => (proxy.close(), proxy.closeAllConnections()));
        await answers(`http://127.0.0.1:${first + 2}/`);
      },

      /** A page in a browser that knows nobody yet. */
      async page() {
        const page = await (await chrome.newContext()).newPage();
        page.setDefaultTimeout(10_000);
        return page;
      },

      /** Fills the login page that a page stands at, and waits to be back at the application. */
      async logIn(page) {
        await page.waitForURL(`${issuer}/**`);
        await fillLogin(page, alice);
        await page.waitForURL(`${app}/**`);
      },
    };
    return house;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a page shows as JSON. */
export const shown = async (page) => JSON.parse(await page.textContent("body"));
