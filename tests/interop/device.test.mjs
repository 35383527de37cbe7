// Devices without a browser (RFC 8628): openid-client and oauth4webapi wait, a person decides in another browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { alice, startIssuer } from "../support/demo.mjs";
import { insecure } from "../support/login.mjs";
import { Browser } from "../support/tessera.mjs";

const secret = "s".repeat(43);
let issuer, stop;

before(async () => {
  const device = (id, more) => `
    [[client]]
    id = "${id}"
    ${more}
    grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
    scopes = ["openid", "profile", "offline_access"]
    id_token_alg = "ES256"
    `;
  ({ issuer, stop } = await startIssuer(`
    ${device("tv", 'auth = "none"')}${device("box", `secret = "${secret}"\nparty = "third"`)}`));
});
after(() => stop?.());

/** A person opens the page, types the code, logs in and decides. */
async function decide(page, user_code, decision) {
  const browser = new Browser();
  const post = async (url, form) => (await browser.request(url, { method: "POST", form })).text();
  const interaction = (html) => Browser.interaction(html);
  let html = await (await browser.request(page)).text();
  html = await post(page, { interaction: interaction(html), user_code });
  html = await post(`${issuer}/login`, { interaction: interaction(html), ...alice });
  assert.match(html, /Connect this device\?/);
  return post(page, { interaction: interaction(html), decision });
}

const discover = (id, authentication) =>
  client.discovery(new URL(issuer), id, {}, authentication, insecure);

test("openid-client waits until the person says yes, and refreshes", async () => {
  const config = await discover("tv", client.None());
  const asked = await client.initiateDeviceAuthorization(config, { scope: "openid profile" });
  assert.equal(asked.verification_uri, `${issuer}/device`);
  assert.match(asked.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  const [tokens, page] = await Promise.all([
    client.pollDeviceAuthorizationGrant(config, asked),
    decide(asked.verification_uri, asked.user_code.toLowerCase().replace("-", " "), "allow"),
  ]);
  assert.match(page, /The device is connected/);
  assert.equal(tokens.scope, "openid profile");
  assert.equal(tokens.claims().aud, "tv");
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, "Alice Adler");
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(renewed.claims().sub, tokens.claims().sub);
});

test("openid-client is told that the person said no", async () => {
  const config = await discover("box", client.ClientSecretBasic(secret));
  const asked = await client.initiateDeviceAuthorization(config, { scope: "openid" });
  assert.match(await decide(asked.verification_uri_complete, asked.user_code, "deny"), /You refused/);
  await assert.rejects(client.pollDeviceAuthorizationGrant(config, asked), { error: "access_denied" });
});

test("oauth4webapi asks by itself: pending, too soon, then the tokens", async () => {
  const insecurely = { [oauth.allowInsecureRequests]: true };
  const as = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), insecurely));
  const tv = { client_id: "tv" }, none = oauth.None();
  const asked = await oauth.processDeviceAuthorizationResponse(as, tv,
    await oauth.deviceAuthorizationRequest(as, tv, none, new URLSearchParams({ scope: "openid" }), insecurely));
  const poll = async () => oauth.processDeviceCodeResponse(as, tv,
    await oauth.deviceCodeGrantRequest(as, tv, none, asked.device_code, insecurely));
  await assert.rejects(poll(), { error: "authorization_pending", status: 400 });
  await assert.rejects(poll(), { error: "slow_down", status: 400 });
  await decide(asked.verification_uri, asked.user_code, "allow");
  const tokens = await poll();
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).aud, "tv");
});
