// ID tokens and userinfo signed with what a client is registered for, read by openid-client (oidcc-idtoken-rs256,
// oidcc-userinfo-rs256 and the same for the others).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import * as client from "openid-client";
import { freePorts, startServe } from "../support/demo.mjs";
import { Browser, temporaryFolder } from "../support/tessera.mjs";

const secret = "s".repeat(43), redirect = "https://app.example.com/cb";
const alice = { username: "alice", password: "correct horse battery" };
const algs = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
let issuer, stop;

before(async () => {
  const port = await freePorts(1);
  issuer = `http://localhost:${port}`;
  const clients = algs.map((alg) => `
    [[client]]
    id = "${alg}"
    secret = "${secret}"
    redirect_uris = ["${redirect}"]
    scopes = ["openid", "profile"]
    id_token_alg = "${alg}"
    userinfo_alg = "${alg}"`);
  stop = await startServe(temporaryFolder(), `
    issuer = "${issuer}"
    listen = "127.0.0.1:${port}"
    [[user]]
    username = "${alice.username}"
    password = "${alice.password}"
    name = "Alice Adler"
    ${clients.join("\n")}`, issuer);
});
after(() => stop?.());

for (const alg of algs)
  test(`ID token and userinfo by ${alg}`, async () => {
    const metadata = { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg };
    let raw;
    const config = await client.discovery(new URL(issuer), alg, metadata, client.ClientSecretBasic(secret),
      { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] });
    config[client.customFetch] = async (...args) => {
      const response = await fetch(...args);
      if (String(args[0]).endsWith("/userinfo")) raw = await response.clone().text();
      return response;
    };
    for (const kind of ["id_token", "userinfo"])
      assert.ok(config.serverMetadata()[`${kind}_signing_alg_values_supported`].includes(alg));
    const verifier = client.randomPKCECodeVerifier(), nonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: "openid profile",
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const callback = await new Browser().authorize(url.href, alice);
    const tokens = await client.authorizationCodeGrant(config, callback,
      { pkceCodeVerifier: verifier, expectedNonce: nonce, idTokenExpected: true });
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg);
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(userinfo.name, "Alice Adler");
    assert.equal(decodeProtectedHeader(raw).alg, alg);
    const claims = decodeJwt(raw);
    assert.equal(claims.iss, issuer);
    assert.equal(claims.aud, alg);
    assert.equal(claims.exp, undefined);  // it is no ID token
  });
