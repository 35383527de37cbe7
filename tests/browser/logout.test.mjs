// Front-channel logout in Chromium: the issuer and two applications, each on a site of its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fillLogin, launchWithFrameCookies } from "../support/chromium.mjs";
import { alice, certificates, freePorts, startServe } from "../support/demo.mjs";
import { temporaryFolder } from "../support/tessera.mjs";

const secret = "a secret of the tests, of more than 32 characters";
let issuer, stop, chromium, apps;
const open = [];

/** An application that redeems its code, keeps a cookie, and gives it up in the frame. */
function startApp(name, port, tls) {
  const app = { name, origin: `https://${name}.test:${port}`, framed: [], slow: false };
  app.server = createServer(tls, async (request, response) => {
    const url = new URL(request.url, app.origin);
    if (url.pathname === "/cb") {
      const answer = await fetch(`${issuer}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${Buffer.from(`${name}:${encodeURIComponent(secret)}`).toString("base64")}` },
        body: new URLSearchParams({ grant_type: "authorization_code", code: url.searchParams.get("code"), redirect_uri: `${app.origin}/cb` }),
      });
      app.idToken = (await answer.json()).id_token;
      response.setHeader("set-cookie", `${name}=in; SameSite=None; Secure; HttpOnly; Path=/`);
    }
    if (url.pathname === "/out") {
      app.framed.push({ ...Object.fromEntries(url.searchParams), cookie: request.headers.cookie });
      if (app.slow) return;
      response.setHeader("set-cookie", `${name}=; Max-Age=0; SameSite=None; Secure; HttpOnly; Path=/`);
    }
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>${name}</title><h1>${url.pathname}</h1>`);
  });
  app.server.listen(port, "127.0.0.1");
  return app;
}

before(async () => {
  const folder = temporaryFolder(), port = await freePorts(3);
  const made = certificates(folder, ["orders.test", "reports.test"]);
  const tls = { cert: readFileSync(join(folder, "tls.pem")), key: readFileSync(join(folder, "tls.key")) };
  issuer = `http://localhost:${port}`;
  apps = ["orders", "reports"].map((name, i) => startApp(name, port + 1 + i, tls));
  stop = await startServe(folder, `
    issuer = "${issuer}"
    listen = "127.0.0.1:${port}"
    [[user]]
    username = "${alice.username}"
    password = "${alice.password}"
    ${apps.map(({ name, origin }) => `
    [[client]]
    id = "${name}"
    secret = "${secret}"
    require_pkce = false
    redirect_uris = ["${origin}/cb"]
    post_logout_redirect_uris = ["${origin}/bye"]
    frontchannel_logout_uri = "${origin}/out?from=tessera"
    id_token_alg = "ES256"`).join("\n")}`, issuer);
  chromium = ["--host-resolver-rules=MAP *.test 127.0.0.1", `--ignore-certificate-errors-spki-list=${made.spki}`];
});
after(async () => {
  for (const browser of open) await browser.close();
  await stop?.();
  for (const { server } of apps ?? []) server.close(), server.closeAllConnections();
});

/** A browser in which alice is logged in to both; what our policy blocks fails the test. */
async function loggedIn(options) {
  open.push(await launchWithFrameCookies(options, chromium));
  const page = await open.at(-1).newPage();
  page.setDefaultTimeout(10_000);
  page.blocked = [];
  page.on("console", (message) => message.text().includes("Content Security Policy") && page.blocked.push(message.text()));
  for (const [i, app] of apps.entries()) {
    app.framed = [];
    await page.goto(`${issuer}/authorize?${new URLSearchParams({ response_type: "code", client_id: app.name, redirect_uri: `${app.origin}/cb`, scope: "openid", state: "s1" })}`);
    if (i === 0) await fillLogin(page, alice);
    await page.waitForURL(`${app.origin}/cb?**`);
  }
  return page;
}

const logoutUrl = ([{ idToken, origin }]) =>
  `${issuer}/logout?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${origin}/bye`, state: "later" })}`;
const sidOf = ({ idToken }) => JSON.parse(Buffer.from(idToken.split(".")[1], "base64url")).sid;

async function outOfBoth(page) {
  for (const app of apps) {
    assert.deepEqual(app.framed, [{ from: "tessera", iss: issuer, sid: sidOf(app), cookie: `${app.name}=in` }]);
    assert.deepEqual(await page.context().cookies(app.origin), []);
  }
  assert.deepEqual(page.blocked, []);
}

test("oidcc-frontchannel-rp-initiated-logout: both frames are loaded, with iss, sid and cookie, before the browser goes back", async () => {
  const page = await loggedIn();
  await page.goto(logoutUrl(apps));
  await page.waitForURL(`${apps[0].origin}/bye?state=later`);
  await outOfBoth(page);
});

test("without script: the frames are loaded all the same, and a link leads back", async () => {
  const page = await loggedIn({ javaScriptEnabled: false });
  await page.goto(logoutUrl(apps));
  await page.click("button[type=submit]");
  await page.waitForLoadState("load");
  await page.click("#next");
  await page.waitForURL(`${apps[0].origin}/bye?state=later`);
  await outOfBoth(page);
});

test("a frame that does not load holds nobody up for longer than three seconds", async () => {
  const page = await loggedIn();
  apps[1].slow = true;
  await page.goto(logoutUrl(apps), { waitUntil: "commit" });
  const began = performance.now();
  await page.waitForURL(`${apps[0].origin}/bye?state=later`);
  assert.ok(performance.now() - began < 6000);
  assert.equal(apps[0].framed.length, 1);
  apps[1].slow = false;
});
