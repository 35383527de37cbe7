// Tokens bound to a key: openid-client and oauth4webapi, each as its documentation has it, against a live server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { alice, startIssuer } from "../support/demo.mjs";
import { insecure, logIn as logInBy, redirect_uri } from "../support/login.mjs";
import { Browser } from "../support/tessera.mjs";

const webInsecure = { [oauth.allowInsecureRequests]: true };
const secret = "s".repeat(43);
let issuer, stop;

before(async () => {
  const add = (id, lines) => `
    [[client]]
    id = "${id}"
    ${lines}
    redirect_uris = ["${redirect_uri}"]
    scopes = ["openid", "offline_access"]
    id_token_alg = "ES256"
    `;
  ({ issuer, stop } = await startIssuer(`
    ${add("app", `auth = "none"\ndpop_bound_access_tokens = true`)}
    ${add("web", `secret = "${secret}"`)}
    [[realm]]
    id = "plain"
    dpop_nonce = "off"
    ${add("app", `realm = "plain"\nauth = "none"`)}
    [[user]]
    realm = "plain"
    username = "${alice.username}"
    password = "${alice.password}"`));
});
after(() => stop?.());

const thumbprint = async (keys) => calculateJwkThumbprint(await exportJWK(keys.publicKey));

/** A code flow with openid-client, the code bound to the key of `handle`. */
const logIn = async (config, handle, bindTo = handle) =>
  logInBy(config, { scope: "openid offline_access", dpop_jkt: await bindTo.calculateThumbprint() }, { DPoP: handle });

for (const [base, id, authentication] of [["", "app", client.None()], ["", "web", client.ClientSecretBasic(secret)],
  ["/r/plain", "app", client.None()]])
  for (const alg of ["ES256", "Ed25519", "PS256"])
    test(`openid-client with ${alg}: code, userinfo, refresh (${id}${base})`, async () => {
      const config = await client.discovery(new URL(issuer + base), id, {}, authentication, insecure);
      assert.deepEqual(config.serverMetadata().dpop_signing_alg_values_supported, ["ES256", "PS256", "EdDSA", "Ed25519"]);
      const keys = await client.randomDPoPKeyPair(alg);
      const handle = client.getDPoPHandle(config, keys);
      const tokens = await logIn(config, handle);
      assert.equal(tokens.token_type, "dpop");  // openid-client writes it small
      assert.deepEqual(decodeJwt(tokens.access_token).cnf, { jkt: await thumbprint(keys) });
      const { sub } = tokens.claims();
      const ask = (token, DPoP) => client.fetchUserInfo(config, token, sub, DPoP && { DPoP });
      assert.equal((await ask(tokens.access_token, handle)).sub, sub);
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle });
      assert.equal((await ask(refreshed.access_token, handle)).sub, sub);
      // stolen, it is worth nothing: as a bearer token, or with another key
      await assert.rejects(ask(refreshed.access_token), (error) => error.status === 401);
      const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg));
      await assert.rejects(ask(refreshed.access_token, thief), (error) => error.status === 401);
      // a client that proves itself may change its key, a public one is known by nothing else
      if (id === "app")
        await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token, undefined, { DPoP: thief }),
          { error: "invalid_grant" });
      else
        assert.ok((await client.refreshTokenGrant(config, refreshed.refresh_token, undefined, { DPoP: thief })).access_token);
    });

test("openid-client: a code bound to one key is not redeemed with another", async () => {
  const config = await client.discovery(new URL(issuer), "app", {}, client.None(), insecure);
  const one = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const two = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  await assert.rejects(logIn(config, two, one), { error: "invalid_grant" });
  await assert.rejects(logIn(config, undefined, one), { error: "invalid_dpop_proof" });
});

test("oauth4webapi: code, userinfo, refresh", async () => {
  const as = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), webInsecure));
  const app = { client_id: "app" }, none = oauth.None();
  const keys = await oauth.generateKeyPair("ES256");
  const options = { ...webInsecure, DPoP: oauth.DPoP(app, keys) };
  /** As its examples do: once more with the nonce. */
  const again = async (send, process) => {
    try {
      return await process(await send());
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return process(await send());
    }
  };
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: "app",
    redirect_uri,
    response_type: "code",
    scope: "openid offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    dpop_jkt: await options.DPoP.calculateThumbprint(),
  }))
    url.searchParams.set(name, value);
  const params = oauth.validateAuthResponse(as, app, await new Browser().authorize(url.href, alice), oauth.expectNoState);
  const tokens = await again(
    () => oauth.authorizationCodeGrantRequest(as, app, none, params, redirect_uri, verifier, options),
    (response) => oauth.processAuthorizationCodeResponse(as, app, response, { requireIdToken: true }));
  assert.deepEqual(decodeJwt(tokens.access_token).cnf, { jkt: await thumbprint(keys) });
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const userinfo = (token) => again(() => oauth.userInfoRequest(as, app, token, options),
    (response) => oauth.processUserInfoResponse(as, app, sub, response));
  assert.equal((await userinfo(tokens.access_token)).sub, sub);
  const refreshed = await again(() => oauth.refreshTokenGrantRequest(as, app, none, tokens.refresh_token, options),
    (response) => oauth.processRefreshTokenResponse(as, app, response));
  assert.equal((await userinfo(refreshed.access_token)).sub, sub);
});
