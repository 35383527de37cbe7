// openid-client proves itself by assertions, against a live server. The tests bear the names of the conformance suite's
// modules: oidcc-… and fapi2-security-profile-final-… (written ~).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import * as client from "openid-client";
import { startIssuer } from "../support/demo.mjs";
import { insecure, logIn, redirect_uri } from "../support/login.mjs";

const secret = "s".repeat(43);
let issuer, stop;
const keys = {};

before(async () => {
  let clients = "";
  const add = (id, lines) => (clients += `
    [[client]]
    id = "${id}"
    ${lines}
    grant_types = ["authorization_code", "refresh_token", "client_credentials"]
    redirect_uris = ["${redirect_uri}"]
    id_token_alg = "ES256"
    `);
  for (const alg of ["RS256", "PS256", "ES256", "Ed25519"]) {
    keys[alg] = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(keys[alg].publicKey)), kid: alg, alg };
    add(alg, `auth = "private_key_jwt"\njwks = '${JSON.stringify({ keys: [jwk] })}'`);
  }
  add("mac", `auth = "client_secret_jwt"\nsecret = "${secret}"`);
  const realm = (id) => `[[realm]]\nid = "${id}"\nstrict_assertion_audience = true\n`;
  ({ issuer, stop } = await startIssuer(`
    ${realm("strict")}
    ${clients}
    ${clients.replaceAll("[[client]]", '[[client]]\nrealm = "strict"')}`));
});
after(() => stop?.());

const configured = (id, authentication, base = issuer) => client.discovery(new URL(base), id, {}, authentication, insecure);
const byKey = (alg, options, base) => configured(alg, client.PrivateKeyJwt({ key: keys[alg].privateKey, kid: alg }, options), base);
const bySecret = (options, base) => configured("mac", client.ClientSecretJwt(secret, options), base);

/** PrivateKeyJwt whose claims `change` alters before they are signed. */
const changed = (change, base) => byKey("ES256", { [client.modifyAssertion]: (header, payload) => change(payload, header) }, base);
const refused = async (change, base) =>
  assert.rejects(client.clientCredentialsGrant(await changed(change, base)), { error: "invalid_client", status: 401 });
const accepted = async (change, base) => {
  assert.ok((await client.clientCredentialsGrant(await changed(change, base))).access_token);
};

test("discovery names the methods and their algorithms, at each endpoint that authenticates", async () => {
  const metadata = (await bySecret()).serverMetadata();
  for (const endpoint of ["token", "introspection", "revocation"]) {
    for (const method of ["private_key_jwt", "client_secret_jwt"])
      assert.ok(metadata[`${endpoint}_endpoint_auth_methods_supported`].includes(method));
    assert.deepEqual(metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`],
      ["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "HS256"]);
  }
});

for (const alg of ["RS256", "PS256", "ES256", "Ed25519"])
  test(`oidcc-ensure-client-assertion-with-iss-aud-succeeds: PrivateKeyJwt with ${alg}`, async () => {
    const config = await byKey(alg);
    const tokens = await logIn(config);
    assert.equal(tokens.claims().iss, issuer);
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, true);
    await client.tokenRevocation(config, refreshed.refresh_token);
    await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: "invalid_grant" });
  });

test("ClientSecretJwt", async () => {
  const config = await bySecret();
  const tokens = await logIn(config);
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true);
});

test("~ensure-client-assertion-in-token-endpoint", async () => {
  const config = await byKey("ES256");
  const bare = await configured("ES256", client.None());
  await assert.rejects(logIn(bare), { error: "invalid_client" });
  assert.ok((await logIn(config)).access_token);
});

test("~ensure-client-assertion-with-exp-is-5-minutes-in-past-fails", () =>
  refused((claims) => (claims.exp = Math.floor(Date.now() / 1000) - 300)));

test("~ensure-client-assertion-with-wrong-aud-fails", () => refused((claims) => (claims.aud = "https://evil.example.com")));

test("~ensure-client-assertion-with-no-sub-fails", () => refused((claims) => delete claims.sub));

test("~ensure-signed-client-assertion-with-RS256-fails: where the key is for PS256", async () => {
  const now = Math.floor(Date.now() / 1000);
  const post = async (alg) => {
    const { privateKey } = keys.PS256;
    const key = await crypto.subtle.importKey("pkcs8", await crypto.subtle.exportKey("pkcs8", privateKey),
      { name: alg === "RS256" ? "RSASSA-PKCS1-v1_5" : "RSA-PSS", hash: "SHA-256" }, false, ["sign"]);
    const assertion = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg, kid: "PS256" }).setIssuer("PS256").setSubject("PS256").setAudience(issuer)
      .setExpirationTime(now + 60).sign(key);
    return fetch(`${issuer}/token`, { method: "POST", body: new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    }) });
  };
  assert.equal((await post("RS256")).status, 401);
  assert.equal((await post("PS256")).status, 200);
});

test("~par-test-array-as-audience: an array of one is accepted, of two refused", async () => {
  await accepted((claims) => (claims.aud = [issuer]));
  await refused((claims) => (claims.aud = [issuer, `${issuer}/token`]));
});

test("~par-test-token-endpoint-url-as-audience-fails: in a strict realm", async () => {
  const strict = `${issuer}/r/strict`;
  await accepted((claims) => (claims.aud = `${issuer}/token`));
  await refused((claims) => (claims.aud = `${strict}/token`), strict);
  await accepted((claims) => (claims.aud = strict), strict);
});

test("~par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted, and over 60 fails", async () => {
  const at = (seconds) => Math.floor(Date.now() / 1000) + seconds;
  await accepted((claims) => (claims.nbf = at(8)));
  await refused((claims) => ((claims.nbf = at(65)), (claims.exp = at(120))));
});
