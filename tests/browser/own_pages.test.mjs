// The pages of the server's own: a device is connected, an account is looked after, an application is allowed. By keyboard
// and by thumb, with script and without, and with names that are meant to break them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import { after, before, test } from "node:test";
import * as client from "openid-client";
import { fillLogin as logIn, launchChromium, look, withPage as withPageOf } from "../support/chromium.mjs";
import { alice, certificates, startIssuer } from "../support/demo.mjs";
import { ask, insecure, logIn as logInBy } from "../support/login.mjs";
import { temporaryFolder } from "../support/tessera.mjs";

// a tag, an end of an attribute, writing turned round, and no place to break a line
const hostile = `<script>alert(1)</script>"'>\u202E&lt;` + "W".repeat(10_000);
const mallory = { username: `"><img src=x onerror=alert(1)>`, password: "correct horse battery" };
let issuer, stop, chrome, site, app, redirect_uri;
const logo = Buffer.from(/* a white pixel */
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const withPage = (options, story) => withPageOf(chrome, options, story);

before(async () => {
  app = createPlainServer((_, response) => response.end("back"));
  await new Promise((resolve) => app.listen(0, "127.0.0.1", resolve));
  redirect_uri = `http://app.localhost:${app.address().port}/cb`;
  const tls = certificates(temporaryFolder(), ["localhost"]);
  site = createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.certificate) }, (_, response) => response.end(logo));
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  ({ issuer, stop } = await startIssuer(`
    [[user]]
    username = "bob"
    password = "staple tractor sunrise"
    [[client]]
    id = "tv"
    name = "Television in the living room"
    auth = "none"
    party = "third"
    grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
    scopes = ["openid", "profile", "offline_access"]
    id_token_alg = "ES256"
    [[client]]
    id = "web"
    name = "Web"
    auth = "none"
    redirect_uris = ["${redirect_uri}"]
    id_token_alg = "ES256"
    [[realm]]
    id = "wild"
    name = ${JSON.stringify(hostile.slice(0, 90))}
    registration = "open"
    [[user]]
    realm = "wild"
    username = ${JSON.stringify(mallory.username)}
    password = "${mallory.password}"
    name = ${JSON.stringify(hostile)}
    [[user]]
    realm = "wild"
    username = "${alice.username}"
    password = "${alice.password}"
    name = "Alice Adler"
    [[client]]
    realm = "wild"
    id = "long"
    name = ${JSON.stringify(hostile)}
    auth = "none"
    party = "third"
    grant_types = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
    redirect_uris = ["${redirect_uri}"]
    scopes = ["openid", "profile", "offline_access"]
    id_token_alg = "ES256"
    client_uri = "https://app.example.com/${"w".repeat(400)}"
    policy_uri = "https://app.example.com/policy?a='<b>"
    [outbound]
    reachable = ["127.0.0.0/8"]
    ca_file = "${tls.ca}"
    `));
  chrome = await launchChromium();
});
after(async () => {
  await chrome?.close();
  await stop?.();
  for (const server of [site, app]) server?.close(), server?.closeAllConnections();
});

const form = (path, fields) =>
  fetch(`${issuer}${path}`, { method: "POST", body: new URLSearchParams(fields) }).then((response) => response.json());
const deviceAsks = (scope = "openid profile offline_access") => form("/device_authorization", { client_id: "tv", scope });
const deviceComes = ({ device_code }) =>
  form("/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: "tv", device_code });

/** Without script, but so that axe can still look at the page. */
const withoutScript = (page) => page.route("**/assets/*.js", (route) => route.abort());

for (const script of [true, false])
  test(`a device is connected on a phone, ${script ? "with" : "without"} script`, () => withPage({}, async (page) => {
    if (!script) await withoutScript(page);
    const name = (text) => `device-${text}${script ? "" : "-without-script"}`;
    const asked = await deviceAsks();
    await page.goto(`${issuer}/device`);
    await look(page, name("code"));
    await page.fill("#user_code", "BBBB BBBB");
    await page.click("button[type=submit]");
    await page.waitForSelector("text=to connect your device");
    await look(page, name("login"));
    await logIn(page, alice);
    await page.waitForSelector("#error");
    assert.equal(await page.getAttribute("#user_code", "aria-invalid"), "true");
    assert.equal(await page.inputValue("#user_code"), "BBBB-BBBB");
    await look(page, name("wrong"));
    await page.fill("#user_code", asked.user_code.toLowerCase());
    await page.click("button[type=submit]");
    await page.waitForSelector("text=Connect this device?");
    assert.ok(await page.isVisible(`text=${asked.user_code}`));
    assert.ok(await page.isVisible("text=Television in the living room"));
    await look(page, name("question"));
    assert.equal((await deviceComes(asked)).error, "authorization_pending");
    await page.click("button[value=allow]");
    await page.waitForSelector("text=The device is connected");
    await look(page, name("done"));
    assert.ok((await deviceComes(asked)).access_token);
  }));

test("the keyboard alone is enough for a device; its link is confirmed, never followed by itself", () => withPage({}, async (page) => {
  const asked = await deviceAsks("openid");
  await page.goto(asked.verification_uri_complete);
  await page.waitForSelector("#user_code:focus");
  assert.equal(await page.inputValue("#user_code"), asked.user_code);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#username:focus");
  await page.keyboard.type(alice.username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(alice.password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=Connect this device?");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "allow");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "deny");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=You refused");
  await look(page, "device-refused");
  assert.equal((await deviceComes(asked)).error, "access_denied");
}));

/** A session elsewhere, with an application in it. */
async function elsewhere(user = alice) {
  const config = await client.discovery(new URL(issuer), "web", {}, client.None(), insecure);
  const tokens = await logInBy(config, { redirect_uri }, { user });
  return async () =>
    (await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status;
}

for (const script of [true, false])
  test(`an account is looked after on a phone, ${script ? "with" : "without"} script`, () => withPage({}, async (page) => {
    if (!script) await withoutScript(page);
    const name = (text) => `account-${text}${script ? "" : "-without-script"}`;
    const one = await elsewhere(), two = await elsewhere();
    await page.goto(`${issuer}/account`);
    await page.waitForSelector("text=to see your account");
    await look(page, name("login"));
    await logIn(page, alice);
    await page.waitForSelector("text=This browser");
    assert.equal(page.url(), `${issuer}/account`);
    await look(page, name("first"));
    assert.deepEqual([await one(), await two()], [200, 200]);
    await page.click("text=Sign out there");
    await page.waitForSelector("text=You are signed out there.");
    assert.deepEqual([await one(), await two()].sort(), [200, 401]);
    await elsewhere();
    await page.goto(`${issuer}/account`);
    await page.click("text=Sign out everywhere else");
    await page.waitForSelector("text=You are signed out everywhere else.");
    assert.deepEqual([await one(), await two()], [401, 401]);
    await look(page, name("alone"));

    const asked = await deviceAsks();
    await page.goto(asked.verification_uri_complete);
    await page.click("button[type=submit]");
    await page.click("button[value=allow]");
    const { access_token } = await deviceComes(asked);
    await page.goto(`${issuer}/account`);
    await look(page, name("allowed"));
    await page.click("text=Take back");
    await page.waitForSelector("text=No application has lasting access");
    const response = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
    assert.equal(response.status, 401);
  }));

test("the keyboard alone is enough to change the password", () => withPage({}, async (page) => {
  const bob = { username: "bob", password: "staple tractor sunrise" }, fresh = "tractor sunrise staple";
  const other = await elsewhere(bob);
  await page.goto(`${issuer}/account`);
  await logIn(page, bob);
  await page.waitForSelector("text=This browser");
  const type = async (...passwords) => {
    await page.focus("#password");
    for (const password of passwords) {
      await page.keyboard.type(password);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");  // past the button that shows it
    }
    await page.keyboard.press("Enter");
  };
  await type("not it", fresh, fresh);
  await page.waitForSelector("#error");
  assert.equal(await page.getAttribute("#password", "aria-invalid"), "true");
  await look(page, "account-password-wrong");
  assert.equal(await other(), 200);
  await type(bob.password, fresh, fresh);
  await page.waitForSelector("text=Your password is changed");
  await look(page, "account-password-changed");
  assert.equal(await other(), 401);
  await page.context().clearCookies();
  await page.goto(`${issuer}/account`);
  await logIn(page, { ...bob, password: fresh });
  await page.waitForSelector("text=This browser");
}));

/** The authorize URL of a client. */
const authorizeUrl = async (config, more) => client.buildAuthorizationUrl(config, (await ask({ redirect_uri, ...more })).request).href;

test("consent shows the application's picture and links, and the keyboard alone is enough", () => withPage({}, async (page) => {
  const links = { client_uri: "https://app.example.com/", policy_uri: "https://app.example.com/p", tos_uri: "https://app.example.com/t" };
  const config = await client.dynamicClientRegistration(new URL(`${issuer}/r/wild`), { redirect_uris: [redirect_uri],
    client_name: "Photographs", logo_uri: `https://localhost:${site.address().port}/`, ...links }, undefined, insecure);
  const url = await authorizeUrl(config, { scope: "openid profile email address phone offline_access" });
  await page.goto(url);
  await logIn(page, alice);
  await page.waitForSelector("text=Allow access?");
  assert.ok(await page.evaluate(() => document.querySelector("img.logo").naturalWidth > 0), "the picture is loaded");
  await look(page, "consent-links");
  const focused = () => page.evaluate(() => document.activeElement.href ?? document.activeElement.value);
  for (const stop of [...Object.values(links), "allow", "deny"]) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(), stop);
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/error=access_denied/);
}));

for (const script of [true, false])
  test(`no name breaks a page, ${script ? "with" : "without"} script`, () => withPage({}, async (page) => {
    if (!script) await withoutScript(page);
    const seen = async (text, name) => {
      await page.waitForSelector(`text=${text}`);
      assert.equal(await page.evaluate(() => document.querySelectorAll("main img, main script").length), 0);
      assert.ok(!(await page.textContent("main")).includes("\u202E"));
      await look(page, `hostile-${name}${script ? "" : "-without-script"}`);
    };
    page.on("dialog", (dialog) => assert.fail(dialog.message()));
    const wild = `${issuer}/r/wild`;
    const config = await client.discovery(new URL(wild), "long", {}, client.None(), insecure);
    await page.goto(await authorizeUrl(config, { login_hint: mallory.username, prompt: "consent" }));
    await seen("Sign in", "login");
    assert.equal(await page.inputValue("#username"), mallory.username);
    await page.fill("#password", "not it");
    await page.click("button[type=submit]");
    await page.waitForSelector("#error");
    assert.equal(await page.inputValue("#username"), mallory.username);
    await logIn(page, mallory);
    await seen("Allow access?", "consent");
      await page.click("button[value=deny]");
    await page.waitForURL(/error=access_denied/);
    const asked = await client.initiateDeviceAuthorization(config, { scope: "openid offline_access" });
    await page.goto(`${wild}/device`);
    await page.fill("#user_code", mallory.username);
    await page.click("button[type=submit]");
    await page.waitForSelector("#error");
    await seen("Connect a device", "code");
    await page.fill("#user_code", asked.user_code);
    await page.click("button[type=submit]");
    await seen("Connect this device?", "device");
    await page.click("button[value=allow]");
    await seen("The device is connected", "done");
    await page.goto(`${wild}/account`);
    await seen("Your account", "account");
    await page.goto(`${wild}/authorize?${new URLSearchParams({ client_id: hostile.slice(0, 100) })}`);
    await seen("This application is not known here", "error");
    await page.goto(`${wild}/logout?${new URLSearchParams({ client_id: "long" })}`);
    await seen("Sign out?", "logout");
    await page.click("button[type=submit]");
    await seen("You are signed out", "logged-out");
  }));
