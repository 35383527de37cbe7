// openid-client against a live server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as client from "openid-client";
import { insecure, logIn as logInBy } from "../support/login.mjs";
import { Browser, startDev } from "../support/tessera.mjs";

let server, config, service;
const browser = new Browser();

before(async () => {
  server = await startDev();
  const issuer = new URL(server.issuer);
  const orders = server.client("orders");
  config = await client.discovery(issuer, orders.client_id, orders.client_secret, client.ClientSecretBasic(orders.client_secret), insecure);
  const own = server.client("service");
  service = await client.discovery(issuer, own.client_id, own.client_secret, client.ClientSecretBasic(own.client_secret), insecure);
});
after(() => server?.stop());

const logIn = () => logInBy(config, { redirect_uri: server.client("orders").redirect_uris[0], scope: "openid profile email roles" },
  { browser, user: server.user("alice") });

test("discovery names what the server does", () => {
  const metadata = config.serverMetadata();
  assert.equal(metadata.issuer, server.issuer);
  assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
});

test("authorization code with PKCE, then userinfo", async () => {
  const tokens = await logIn();
  const claims = tokens.claims();
  assert.equal(claims.iss, server.issuer);
  assert.ok(claims.roles.length > 0);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(userinfo.sub, claims.sub);
  assert.ok(userinfo.name);
});

test("refresh rotates, and a late reuse ends the grant", async () => {
  const first = await logIn();
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  const third = await client.refreshTokenGrant(config, second.refresh_token);
  await assert.rejects(client.refreshTokenGrant(config, first.refresh_token), { error: "invalid_grant" });
  await assert.rejects(client.refreshTokenGrant(config, third.refresh_token), { error: "invalid_grant" });
});

test("client credentials", async () => {
  const tokens = await client.clientCredentialsGrant(service);
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.refresh_token, undefined);
});

test("introspection knows a token, and revocation ends it at once", async () => {
  const tokens = await client.clientCredentialsGrant(service);
  const known = await client.tokenIntrospection(service, tokens.access_token);
  assert.equal(known.active, true);
  assert.equal(known.client_id, "service");
  await client.tokenRevocation(service, tokens.access_token);
  assert.equal((await client.tokenIntrospection(service, tokens.access_token)).active, false);
});

test("after logout the refresh is refused", async () => {
  const tokens = await logIn();
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: new URL("/", server.client("orders").redirect_uris[0]).href,
    state: "bye",
  });
  const response = await browser.logout(url.href);
  assert.equal(response.status, 303);
  assert.equal(new URL(response.headers.get("location")).searchParams.get("state"), "bye");
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: "invalid_grant" });
  const introspected = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(introspected.active, false);
});
