// oauth4webapi against a live server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import { Browser, startDev } from "../support/tessera.mjs";

const insecure = { [oauth.allowInsecureRequests]: true };  // http on loopback
let server, as;
const orders = { client_id: "orders" }, service = { client_id: "service" };
let ordersAuth, serviceAuth;

before(async () => {
  server = await startDev();
  const issuer = new URL(server.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  ordersAuth = oauth.ClientSecretPost(server.client("orders").client_secret);
  serviceAuth = oauth.ClientSecretBasic(server.client("service").client_secret);
});
after(() => server?.stop());

async function logIn(browser) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState(), nonce = oauth.generateRandomNonce();
  const redirect_uri = server.client("reports").redirect_uris[0];
  const url = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: "reports",
    redirect_uri,
    response_type: "code",
    scope: "openid roles",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  }))
    url.searchParams.set(name, value);
  const client = { client_id: "reports" };
  const auth = oauth.ClientSecretBasic(server.client("reports").client_secret);
  const callback = await browser.authorize(url.href, server.user("bob"));
  const params = oauth.validateAuthResponse(as, client, callback, state);
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirect_uri, verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(as, response, insecure);
  return { client, auth, tokens };
}

test("authorization code, userinfo, refresh, logout", async () => {
  const browser = new Browser();
  const { client, auth, tokens } = await logIn(browser);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const userinfo = await oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token, insecure));
  assert.equal(userinfo.sub, sub);
  const refreshed = await oauth.processRefreshTokenResponse(
    as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, insecure));
  assert.ok(refreshed.access_token);
  const end = new URL(as.end_session_endpoint);
  end.searchParams.set("id_token_hint", tokens.id_token);
  await browser.logout(end.href);
  await assert.rejects(
    async () => oauth.processRefreshTokenResponse(
      as, client, await oauth.refreshTokenGrantRequest(as, client, auth, refreshed.refresh_token, insecure)),
    { error: "invalid_grant" });
});

test("a second application needs no second password", async () => {
  const browser = new Browser();
  await logIn(browser);
  const again = await logIn({ authorize: async (url) => {
    const response = await browser.request(url);
    assert.equal(response.status, 303, "no page in between");
    return new URL(response.headers.get("location"));
  } });
  assert.ok(again.tokens.access_token);
});

test("client credentials, introspection, revocation", async () => {
  const grant = async () => oauth.processClientCredentialsResponse(
    as, service, await oauth.clientCredentialsGrantRequest(as, service, serviceAuth, {}, insecure));
  const { access_token } = await grant();
  const introspect = async () => oauth.processIntrospectionResponse(
    as, service, await oauth.introspectionRequest(as, service, serviceAuth, access_token, insecure));
  assert.equal((await introspect()).active, true);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, service, serviceAuth, access_token, insecure));
  assert.equal((await introspect()).active, false);
});

test("a wrong secret is refused", async () => {
  const response = await oauth.clientCredentialsGrantRequest(as, service, oauth.ClientSecretPost("x".repeat(43)), {}, insecure);
  await assert.rejects(oauth.processClientCredentialsResponse(as, service, response));
  assert.equal(response.status, 401);
});

test("an access token is an RFC 9068 one", async () => {
  const response = await oauth.clientCredentialsGrantRequest(as, service, serviceAuth, {}, insecure);
  const { access_token } = await oauth.processClientCredentialsResponse(as, service, response);
  const audience = JSON.parse(Buffer.from(access_token.split(".")[1], "base64url")).aud;
  const request = new Request("http://api.localhost/orders", { headers: { authorization: `Bearer ${access_token}` } });
  const claims = await oauth.validateJwtAccessToken(as, request, audience, insecure);
  assert.equal(claims.client_id, "service");
});
