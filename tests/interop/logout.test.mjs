// Clients at sites of their own are told of logouts by a live server; jose verifies what they are told.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { alice, freePorts, startServe } from "../support/demo.mjs";
import { insecure, logIn as logInBy } from "../support/login.mjs";
import { Browser, temporaryFolder } from "../support/tessera.mjs";

const secret = "a secret of the tests, of more than 32 characters";
const folder = temporaryFolder();
let issuer, port, stop, sites;

/** A client and its site: what it was told and when, and how it answers. */
async function newSite(id) {
  const site = { id, told: [], status: 200, answers: true };
  site.server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    site.told.push({ at: performance.now(), type: request.headers["content-type"], token: new URLSearchParams(body).get("logout_token") });
    if (site.answers) response.writeHead(site.status, { "cache-control": "no-store" }).end();
  });
  site.listen = (at) => new Promise((resolve) => site.server.listen(at, "127.0.0.1", resolve));
  await site.listen(0);
  site.port = site.server.address().port;
  return site;
}

const redirectOf = (id) => `https://${id}.example.com/cb`;

before(async () => {
  sites = await Promise.all(Array.from({ length: 20 }, (_, i) => newSite(`app${i}`)));
  port = await freePorts(1);
  issuer = `http://localhost:${port}`;
  await start();
});
after(async () => {
  await stop?.();
  for (const { server } of sites) server.close(), server.closeAllConnections();
});

const start = async () => (stop = await startServe(folder, `
  issuer = "${issuer}"
  listen = "127.0.0.1:${port}"
  store = "sqlite:tessera.db"
  [outbound]
  reachable = ["127.0.0.0/8"]
  [[user]]
  username = "${alice.username}"
  password = "${alice.password}"
  ${sites.map(({ id, port: at }, i) => `
  [[client]]
  id = "${id}"
  secret = "${secret}"
  redirect_uris = ["${redirectOf(id)}"]
  post_logout_redirect_uris = ["https://${id}.example.com/bye"]
  scopes = ["openid", "offline_access"]
  subject_type = "${i % 2 ? "pairwise" : "public"}"
  backchannel_logout_uri = "http://localhost:${at}/logout?from=tessera"`).join("\n")}`, issuer));

async function logIn(browser, { id }, scope = "openid") {
  const config = await client.discovery(new URL(issuer), id, {}, client.ClientSecretBasic(secret), insecure);
  return { config, tokens: await logInBy(config, { redirect_uri: redirectOf(id), scope }, { browser }) };
}

/** Logs out as the client asks for it, and gives the moment. */
async function logOut(browser, { config, tokens }) {
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: config.clientMetadata().client_id.replace(/.*/, (id) => `https://${id}.example.com/bye`),
    state: "s1",
  });
  const response = await browser.logout(url.href);
  assert.equal(response.status, 303);
  assert.ok(response.headers.get("location").endsWith("/bye?state=s1"));
  return performance.now();
}

async function until(condition, patience) {
  const last = performance.now() + patience;
  while (!condition()) {
    assert.ok(performance.now() < last, "nobody was told in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const verified = async (site, token) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), { issuer, audience: site.id, typ: "logout+jwt", algorithms: ["RS256"] });

test("oidcc-backchannel-discovery-endpoint-verification: the document says so", async () => {
  const { config } = await logIn(new Browser(), sites[0]);
  const metadata = config.serverMetadata();
  assert.equal(metadata.backchannel_logout_supported, true);
  assert.equal(metadata.backchannel_logout_session_supported, true);
  assert.ok(metadata.end_session_endpoint);
});

test("oidcc-backchannel-rp-initiated-logout: 20 clients are told within a second, by a token that each can verify", async () => {
  const browser = new Browser(), logins = [];
  for (const site of sites) logins.push(await logIn(browser, site));
  const at = await logOut(browser, logins[0]);
  await until(() => sites.every(({ told }) => told.length === 1), 5000);
  const last = Math.max(...sites.map(({ told }) => told[0].at)) - at;
  console.log(`20 clients were told ${last.toFixed(0)} ms after the logout was answered`);
  assert.ok(last < 1000, `${last} ms`);
  const ids = new Set();
  for (const [i, site] of sites.entries()) {
    const [{ token, type }] = site.told;
    assert.equal(type, "application/x-www-form-urlencoded");
    const { payload } = await verified(site, token);
    const { sub, sid } = logins[i].tokens.claims();
    assert.deepEqual({ sub: payload.sub, sid: payload.sid }, { sub, sid });
    assert.deepEqual(payload.events, { "http://schemas.openid.net/event/backchannel-logout": {} });
    assert.ok(!("nonce" in payload) && payload.exp - payload.iat <= 120);
    ids.add(payload.jti);
    await assert.rejects(client.refreshTokenGrant(logins[i].config, logins[i].tokens.refresh_token), { error: "invalid_grant" });
  }
  assert.equal(ids.size, sites.length);
});

test("one client that does not answer delays nobody else", async () => {
  const [slow, ...others] = sites.slice(0, 6);
  slow.answers = false;
  for (let round = 0; round < 3; ++round) {
    for (const site of sites) site.told = [];
    const browser = new Browser();
    const first = await logIn(browser, others[0]);
    for (const site of [slow, ...others.slice(1)]) await logIn(browser, site);
    const at = await logOut(browser, first);
    await until(() => others.every(({ told }) => told.length === 1), 5000);
    assert.ok(Math.max(...others.map(({ told }) => told[0].at)) - at < 1000);
  }
  slow.answers = true;
});

test("what is offline does not end, and its client is told all the same (2.7)", async () => {
  for (const site of sites) site.told = [];
  const browser = new Browser();
  const offline = await logIn(browser, sites[10], "openid offline_access"), online = await logIn(browser, sites[11]);
  await logOut(browser, online);
  await until(() => sites[10].told.length === 1 && sites[11].told.length === 1, 5000);
  assert.ok((await client.refreshTokenGrant(offline.config, offline.tokens.refresh_token)).access_token);
  await assert.rejects(client.refreshTokenGrant(online.config, online.tokens.refresh_token), { error: "invalid_grant" });
});

test("a client that is down is told when it is up again, also after a restart of the server", async () => {
  const site = sites[19];
  site.told = [];
  const browser = new Browser();
  const login = await logIn(browser, site);
  site.server.close();
  site.server.closeAllConnections();
  await logOut(browser, login);
  await until(() => stop.log().includes("logout_not_yet_told"), 5000);
  await stop();
  await site.listen(site.port);
  await start();
  assert.equal(site.told.length, 0);
  await until(() => site.told.length === 1, 20_000);
  assert.equal((await verified(site, site.told[0].token)).payload.sid, login.tokens.claims().sid);
});

test("400 is an answer, and asked no more; another mistake is", async () => {
  const refusing = sites[17], failing = sites[18];
  refusing.status = 400, failing.status = 500;
  for (const site of sites) site.told = [];
  const browser = new Browser();
  await logIn(browser, refusing);
  await logOut(browser, await logIn(browser, failing));
  await until(() => failing.told.length === 2, 20_000);
  assert.equal(refusing.told.length, 1);
  const tokens = failing.told.map(({ token }) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")));
  assert.ok(tokens[0].jti !== tokens[1].jti && tokens[1].iat > tokens[0].iat, "each attempt has a token of its own");
});
