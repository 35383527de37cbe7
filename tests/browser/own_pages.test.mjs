// The pages of the server's own: a device is connected, an account is looked after. By keyboard and by thumb, with script
// and without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium, look, withPage as withPageOf } from "../support/chromium.mjs";
import { freePorts, startServe } from "../support/demo.mjs";
import { Browser, temporaryFolder } from "../support/tessera.mjs";

const alice = { username: "alice", password: "correct horse battery" };
let issuer, stop, chrome;
const withPage = (options, story) => withPageOf(chrome, options, story);

before(async () => {
  const port = await freePorts(1);
  issuer = `http://localhost:${port}`;
  stop = await startServe(temporaryFolder(), `
    issuer = "${issuer}"
    listen = "127.0.0.1:${port}"
    [[user]]
    username = "${alice.username}"
    password = "${alice.password}"
    name = "Alice Adler"
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
    redirect_uris = ["http://web.localhost:${port}/cb"]
    id_token_alg = "ES256"
    `, issuer);
  chrome = await launchChromium();
});
after(async () => {
  await chrome?.close();
  await stop?.();
});

const form = (path, fields) =>
  fetch(`${issuer}${path}`, { method: "POST", body: new URLSearchParams(fields) }).then((response) => response.json());
const deviceAsks = (scope = "openid profile offline_access") => form("/device_authorization", { client_id: "tv", scope });
const deviceComes = ({ device_code }) =>
  form("/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: "tv", device_code });

async function logIn(page, user = alice) {
  await page.fill("#username", user.username);
  await page.fill("#password", user.password);
  await page.click("button[type=submit]");
}

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
    await logIn(page);
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
  const browser = new Browser();
  const redirect = `${issuer.replace("localhost", "web.localhost")}/cb`;
  const verifier = "v".repeat(43);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const url = new URL(`${issuer}/authorize`);
  url.search = new URLSearchParams({
    client_id: "web", response_type: "code", scope: "openid", redirect_uri: redirect,
    code_challenge: Buffer.from(digest).toString("base64url"), code_challenge_method: "S256",
  });
  const callback = await browser.authorize(url.href, user);
  const tokens = await form("/token", {
    grant_type: "authorization_code", client_id: "web", code: callback.searchParams.get("code"), redirect_uri: redirect,
    code_verifier: verifier,
  });
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
    await logIn(page);
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
