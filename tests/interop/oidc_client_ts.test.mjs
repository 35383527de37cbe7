// oidc-client-ts in Chromium, as docs/clients.md has it, on another site than the issuer.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { after, before, test } from "node:test";
import { source } from "../support/tessera.mjs";
import { startHouse } from "../support/clients.mjs";

let house, server;

before(async () => {
  // it renews a minute before a token ends: here after two seconds
  house = await startHouse("oidc-client-ts", `
    [[realm]]
    id = ""
    [realm.lifetimes]
    access_token = "62s"`);
  const bundled = (code) => {
    const made = spawnSync("esbuild", ["--bundle", "--format=esm"], { input: code, cwd: `${source}/tests`, encoding: "utf8" });
    if (made.status !== 0) throw new Error(made.stderr);
    return made.stdout;
  };
  const scripts = {
    "/app.js": bundled(house.code("js")),
    "/offline.js": bundled(house.code("js").replace('scope: "openid profile email"', 'scope: "openid profile email offline_access"')),
  };
  let script = "/app.js";
  server = createServer({ cert: readFileSync(house.tls.certificate), key: readFileSync(house.tls.key) }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url, house.app);
    if (searchParams.has("script")) script = searchParams.get("script");
    if (scripts[pathname]) response.setHeader("content-type", "text/javascript").end(scripts[pathname]);
    else response.setHeader("content-type", "text/html")
      .end(`<!doctype html><title>An application</title><body><script type="module" src="${script}"></script>`);
  });
  await new Promise((resolve) => server.listen(house.port, "127.0.0.1", resolve));
});
after(async () => {
  server?.close();
  server?.closeAllConnections();
  await house?.stop();
});

const says = (page, text) => page.waitForFunction((wanted) => document.body.textContent === wanted, text);
const user = (page) => page.evaluate(async () => JSON.parse((await manager.getUser()).toStorageString()));

async function logIn(page, script) {
  await page.goto(`${house.app}/?script=${script}`);
  await says(page, "Not logged in");
  await page.evaluate(() => void manager.signinRedirect());
  await house.logIn(page);
  await says(page, "Logged in as Alice Adler");
}

for (const [name, script] of [["without offline_access", "/app.js"], ["with offline_access", "/offline.js"]])
  test(`oidc-client-ts ${name}: logs in, renews by refresh token by itself, and logs out of both`, async () => {
    const page = await house.page();
    const grants = [], frames = [];
    page.on("request", (request) => {
      if (request.url() === `${house.issuer}/token` && request.method() === "POST")
        grants.push(new URLSearchParams(request.postData()).get("grant_type"));
    });
    page.on("frameattached", (frame) => frames.push(frame));
    await logIn(page, script);
    const first = await user(page);
    assert.equal(first.profile.iss, house.issuer);
    assert.equal(first.profile.aud, "spa");
    assert.equal(first.profile.email, "alice@example.com");  // from userinfo, across sites
    assert.ok(first.refresh_token);
    assert.equal(first.scope.split(" ").includes("offline_access"), script === "/offline.js");
    const keys = await page.evaluate(() => manager.metadataService.getSigningKeys());
    assert.ok(keys.some(({ alg }) => alg === "RS256"));

    let second;
    for (let attempt = 0; attempt < 100 && (second = await user(page)).access_token === first.access_token; ++attempt)
      await page.waitForTimeout(50);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.deepEqual(grants, ["authorization_code", "refresh_token"]);
    assert.deepEqual(frames, []);

    await page.evaluate(() => void manager.signoutRedirect());
    await page.waitForURL(`${house.app}/`);
    await says(page, "Not logged in");
    await page.evaluate(() => void manager.signinRedirect());
    await page.waitForSelector("#password");  // Tessera asks again
  });

test("oidc-client-ts takes its tokens back", async () => {
  const page = await house.page();
  await logIn(page, "/offline.js");
  const { access_token, refresh_token } = await user(page);
  await page.evaluate(() => manager.stopSilentRenew());
  await page.evaluate(() => manager.revokeTokens(["access_token", "refresh_token"]));
  const ask = (url, options) => page.evaluate(async ([url, options]) => (await fetch(url, options)).status, [url, options]);
  assert.equal(await ask(`${house.issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } }), 401);
  assert.equal(await ask(`${house.issuer}/token`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ grant_type: "refresh_token", client_id: "spa", refresh_token }).toString() }), 400);
});
