// ID tokens and userinfo signed with what a client is registered for, read by openid-client (oidcc-idtoken-rs256,
// oidcc-userinfo-rs256 and the same for the others).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import * as client from "openid-client";
import { startIssuer } from "../support/demo.mjs";
import { logIn, redirect_uri } from "../support/login.mjs";

const secret = "s".repeat(43);
const algs = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
let issuer, stop;

before(async () => {
  const clients = algs.map((alg) => `
    [[client]]
    id = "${alg}"
    secret = "${secret}"
    redirect_uris = ["${redirect_uri}"]
    scopes = ["openid", "profile"]
    id_token_alg = "${alg}"
    userinfo_alg = "${alg}"`);
  ({ issuer, stop } = await startIssuer(`
    ${clients.join("\n")}`));
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
    const tokens = await logIn(config, { scope: "openid profile" });
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg);
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(userinfo.name, "Alice Adler");
    assert.equal(decodeProtectedHeader(raw).alg, alg);
    const claims = decodeJwt(raw);
    assert.equal(claims.iss, issuer);
    assert.equal(claims.aud, alg);
    assert.equal(claims.exp, undefined);  // it is no ID token
  });
