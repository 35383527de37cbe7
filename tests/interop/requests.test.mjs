// openid-client and oauth4webapi push their requests and sign them, against a live server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { alice, startIssuer } from "../support/demo.mjs";
import { ask, end, insecure, redirect_uri } from "../support/login.mjs";
import { Browser } from "../support/tessera.mjs";

const insecurely = { [oauth.allowInsecureRequests]: true };
const secret = "s".repeat(43);
const algs = ["RS256", "PS256", "ES256", "Ed25519"];
const keys = {};
let issuer, stop;

before(async () => {
  let clients = "";
  const add = (id, lines) => (clients += `
    [[client]]
    id = "${id}"
    ${lines}
    redirect_uris = ["${redirect_uri}"]
    id_token_alg = "ES256"
    `);
  add("plain", `secret = "${secret}"`);
  add("must-push", `secret = "${secret}"\nrequire_pushed_authorization_requests = true`);
  for (const alg of algs) {
    keys[alg] = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(keys[alg].publicKey)), kid: alg, alg };
    add(alg, `auth = "private_key_jwt"\njwks = '${JSON.stringify({ keys: [jwk] })}'
      require_signed_request_object = true\nrequest_object_signing_alg = "${alg}"`);
  }
  ({ issuer, stop } = await startIssuer(`
    ${clients}`));
});
after(() => stop?.());

const bySecret = (id) => client.discovery(new URL(issuer), id, secret, client.ClientSecretBasic(secret), insecure);
const signingKey = (alg) => ({ key: keys[alg].privateKey, kid: alg });
const byKey = (alg) => client.discovery(new URL(issuer), alg, {}, client.PrivateKeyJwt(signingKey(alg)), insecure);

test("discovery names what is there", async () => {
  const metadata = (await bySecret("plain")).serverMetadata();
  assert.equal(metadata.pushed_authorization_request_endpoint, `${issuer}/par`);
  assert.equal(metadata.request_parameter_supported, true);
  assert.equal(metadata.require_pushed_authorization_requests, false);
  assert.deepEqual(metadata.request_object_signing_alg_values_supported, ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]);
});

test("openid-client pushes its request", async () => {
  for (const id of ["plain", "must-push"]) {
    const config = await bySecret(id), { request, checks } = await ask();
    const url = await client.buildAuthorizationUrlWithPAR(config, request);
    assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
    assert.ok(url.href.length < 1500, `${url.href.length}`);
    assert.equal((await end(config, url, checks)).claims().aud, id);
  }
});

for (const alg of algs)
  test(`openid-client signs its request with ${alg}, by value and pushed`, async () => {
    const config = await byKey(alg);
    let { request, checks } = await ask();
    assert.ok(await end(config, await client.buildAuthorizationUrlWithJAR(config, request, signingKey(alg)), checks));
    ({ request, checks } = await ask());
    const signed = await client.buildAuthorizationUrlWithJAR(config, request, signingKey(alg));
    const url = await client.buildAuthorizationUrlWithPAR(config, signed.searchParams);
    assert.ok(await end(config, url, checks));
  });

test("oauth4webapi pushes a signed request", async () => {
  const base = new URL(issuer), me = { client_id: "ES256" };
  const as = await oauth.processDiscoveryResponse(base, await oauth.discoveryRequest(base, insecurely));
  const { request, checks } = await ask();
  const object = await oauth.issueRequestObject(as, me, { ...request, response_type: "code" }, signingKey("ES256"));
  const auth = oauth.PrivateKeyJwt(signingKey("ES256"));
  const push = async (parameters) => oauth.processPushedAuthorizationResponse(
    as, me, await oauth.pushedAuthorizationRequest(as, me, auth, parameters, insecurely));
  const { request_uri, expires_in } = await push({ request: object });
  assert.equal(expires_in, 90);
  // the same object again, and the same request unsigned
  await assert.rejects(push({ request: object }), { error: "invalid_request_object" });
  await assert.rejects(push({ ...request, response_type: "code" }), { error: "invalid_request" });
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({ ...me, request_uri });
  const callback = await new Browser().authorize(url.href, alice);
  const params = oauth.validateAuthResponse(as, me, callback, checks.expectedState);
  const response = await oauth.authorizationCodeGrantRequest(as, me, auth, params, redirect_uri, checks.pkceCodeVerifier, insecurely);
  const tokens = await oauth.processAuthorizationCodeResponse(as, me, response, { expectedNonce: checks.expectedNonce, requireIdToken: true });
  assert.ok(tokens.id_token);
});

test("a client that must push is refused otherwise, and one that must sign", async () => {
  for (const config of [await bySecret("must-push"), await byKey("ES256")]) {
    const url = client.buildAuthorizationUrl(config, (await ask()).request);
    const callback = await new Browser().authorize(url.href, alice);
    assert.equal(callback.searchParams.get("error"), "invalid_request");
  }
});
