// Clients that register themselves (RFC 7591, 7592; OpenID Connect Registration), as openid-client does it: the modules of
// the dynamic plan (oidcc-…), against a live server. The sites of the clients stand on loopback with TLS of the test's own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from "jose";
import * as client from "openid-client";
import { join } from "node:path";
import { alice, certificates, startIssuer } from "../support/demo.mjs";
import { end, insecure, redirect_uri as redirect } from "../support/login.mjs";
import { Browser, temporaryFolder, tessera } from "../support/tessera.mjs";

const initial = "i".repeat(40);
const web = new Map();  // what stands at which path of the clients' site
let issuer, folder, stop, site, origin;

before(async () => {
  const tls = certificates(temporaryFolder(), ["localhost"]);
  site = createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.certificate) }, (request, response) => {
    const found = web.get(request.url);
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `https://localhost:${site.address().port}`;
  const realm = (id, lines) => `[[realm]]\nid = "${id}"\n${lines}\n`;
  const person = (id) => `[[user]]\nrealm = "${id}"\nusername = "alice"\npassword = "${alice.password}"\nname = "Alice"\n`;
  ({ issuer, folder, stop } = await startIssuer(`
    [outbound]
    reachable = ["127.0.0.0/8"]
    ca_file = "${tls.ca}"
    ${realm("open", 'registration = "open"\nregistration_require_pkce = false')}
    ${realm("token", `registration = "token"\nregistration_tokens = ["${initial}"]\nregistration_scopes = ["openid"]`)}
    ${realm("off", "")}
    ${person("open")} ${person("token")}`));
});
after(async () => {
  await stop?.();
  site?.close();
});

const realm = (id) => new URL(`${issuer}/r/${id}`);
const register = (metadata = {}, auth = undefined, options = {}) =>
  client.dynamicClientRegistration(realm("open"), { redirect_uris: [redirect], token_endpoint_auth_method: "client_secret_post", ...metadata }, auth, { ...insecure, ...options });
const post = (body, { id = "open", token } = {}) =>
  fetch(`${issuer}/r/${id}/register`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) } });
const refused = async (body, error, options) => {
  const response = await post(body, options);
  const told = await response.json();
  assert.equal(told.error, error, JSON.stringify(told));
  return response;
};

/** What somebody who logs in is asked: the answer that holds the consent page. */
async function consentPage(config) {
  const browser = new Browser();
  const url = client.buildAuthorizationUrl(config, { redirect_uri: redirect, scope: "openid profile" });
  const html = await (await browser.request(url)).text();
  return browser.request(`${realm("open")}/login`, { method: "POST",
    form: { interaction: Browser.interaction(html), ...alice } });
}

/** Without PKCE, which this realm does not ask for. */
async function logIn(config, more = {}) {
  const metadata = config.clientMetadata();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, { redirect_uri: redirect, scope: "openid profile", nonce, ...more });
  const tokens = await end(config, url, { expectedNonce: nonce, idTokenExpected: true });
  assert.equal(tokens.claims().aud, metadata.client_id);
  return tokens;
}

test("oidcc-server, with a client that registered itself; it is asked for consent, and does without PKCE", async () => {
  const config = await register({ client_name: "An application" });
  const metadata = config.clientMetadata();
  assert.match(metadata.client_id, /^reg_/);
  assert.equal(metadata.client_secret_expires_at, 0);
  assert.equal(metadata.client_name, "An application");
  assert.deepEqual(metadata.response_types, ["code"]);
  assert.deepEqual(metadata.grant_types, ["authorization_code"]);
  assert.match(await (await consentPage(config)).text(), /An application<\/strong> asks/);
  const tokens = await logIn(config);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(userinfo.name, "Alice");
});

test("oidcc-registration-policy-uri, -tos-uri: both are shown to who is asked", async () => {
  const links = { client_uri: "https://app.example.com/", policy_uri: "https://app.example.com/p?a=1&b=2", tos_uri: "https://app.example.com/t" };
  const config = await register(links);
  for (const [name, uri] of Object.entries(links)) assert.equal(config.clientMetadata()[name], uri);
  const page = await (await consentPage(config)).text();
  for (const uri of Object.values(links)) assert.ok(page.includes(`href="${uri.replaceAll("&", "&amp;")}"`), uri);
});

test("oidcc-registration-logo-uri: it is fetched once, shown on the consent page, and served from here as PNG or JPEG only", async () => {
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  web.set("/logo", png);
  const config = await register({ logo_uri: `${origin}/logo` });
  web.set("/logo", "<svg onload=alert(1)>");  // what stands there now is nobody's business
  assert.equal(config.clientMetadata().logo_uri, `${origin}/logo`);
  const response = await consentPage(config);
  const [, path] = /<img class="logo" alt="" src="([^"]+)">/.exec(await response.text());
  assert.match(response.headers.get("content-security-policy"), /img-src 'self' data:/);
  const logo = await fetch(new URL(path.replaceAll("&amp;", "&"), issuer));
  assert.equal(logo.headers.get("content-type"), "image/png");
  assert.equal(logo.headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(Buffer.from(await logo.arrayBuffer()), png);
  for (const at of ["/logo", "/nothing"])
    await refused({ redirect_uris: [redirect], logo_uri: `${origin}${at}` }, "invalid_client_metadata");
  assert.equal((await fetch(`${realm("open")}/logo?client_id=${(await register()).clientMetadata().client_id}`)).status, 404);
  assert.equal((await fetch(`${realm("open")}/logo?client_id=nobody`)).status, 404);
  // another one, and none any more
  const { registration_client_uri: at, registration_access_token: token } = config.clientMetadata();
  web.set("/logo", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]));
  const put = (body) => fetch(at, { method: "PUT", body: JSON.stringify({ redirect_uris: [redirect], token_endpoint_auth_method: "client_secret_post", ...body }),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } });
  assert.equal((await put({ logo_uri: `${origin}/logo` })).status, 200);
  const now = new URL(path.replaceAll("&amp;", "&"), issuer);
  assert.equal((await fetch(now)).headers.get("content-type"), "image/jpeg");
  assert.equal((await put({})).status, 200);
  assert.equal((await fetch(now)).status, 404);
});

for (const alg of ["RS256", "PS256", "ES256", "EdDSA"])
  test(`oidcc-idtoken-rs256, -userinfo-rs256: as registered, by ${alg}`, async () => {
    const config = await register({ id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg });
    const tokens = await logIn(config);
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg);
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, "Alice");
  });

test("oidcc-idtoken-unsigned: none is refused, and so is whatever cannot be kept", async () => {
  await refused({ redirect_uris: [redirect], id_token_signed_response_alg: "none" }, "invalid_client_metadata");
  for (const more of [{ userinfo_signed_response_alg: "HS256" }, { id_token_encrypted_response_alg: "RSA-OAEP" },
    { response_types: ["code id_token"] }, { grant_types: ["implicit"] }, { grant_types: ["client_credentials"] },
    { token_endpoint_auth_method: "tls_client_auth" }, { token_endpoint_auth_method: "private_key_jwt" },
    { token_endpoint_auth_signing_alg: "none" }, { token_endpoint_auth_method: "client_secret_jwt", token_endpoint_auth_signing_alg: "ES256" },
    { scope: "openid admin" }, { scope: "openid  profile" }, { jwks_uri: "http://app.example.com/jwks" }, { logo_uri: "javascript:alert(1)" },
    { policy_uri: "http://app.example.com/" }, { initiate_login_uri: "http://app.example.com/" },  // oidcc-3rd_party-init-login-nohttps
    { frontchannel_logout_uri: "https://elsewhere.example.com/out" },
    { backchannel_logout_uri: "http://app.example.com/out" }, { backchannel_logout_session_required: "yes" }, { software_statement: "x" }, { subject_type: "other" }, { default_max_age: -1 }, { client_name: 7 }, { client_name: "evil \u202e elppA" }, { client_name: "a\u0085b" },
    { jwks: { keys: [{ kty: "oct", k: "AAAA" }] } }, { contacts: "me" }])
    await refused({ redirect_uris: [redirect], ...more }, "invalid_client_metadata");
  for (const body of ["", "[]", "{", '{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}'])
    await refused(body, "invalid_client_metadata");
});

test("oidcc-redirect-uri-regfrag, and the other tricks: refused when they are registered", async () => {
  for (const uri of ["https://app.example.com/cb#x", "https://user@app.example.com/", "https://app.example.com/../x",
    "https://app.example.com/%2f", "http://app.example.com/", "javascript:alert(1)", "data:text/html,x", "app:/cb", "https://*.example.com/"])
    await refused({ redirect_uris: [uri] }, "invalid_redirect_uri");
  await refused({}, "invalid_redirect_uri");
  await refused({ redirect_uris: [redirect], post_logout_redirect_uris: ["http://evil.example/"] }, "invalid_redirect_uri");
});

test("oidcc-redirect-uri-query-OK, -query-mismatch, -query-added, oidcc-ensure-redirect-uri-in-authorization-request", async () => {
  const config = await register({ redirect_uris: [`${redirect}?foo=bar`] });
  const ask = async (redirect_uri) => {
    const url = client.buildAuthorizationUrl(config, { scope: "openid", prompt: "none", ...(redirect_uri ? { redirect_uri } : {}) });
    return fetch(url, { redirect: "manual" });
  };
  const good = await ask(`${redirect}?foo=bar`);
  assert.equal(good.status, 303);
  assert.ok(good.headers.get("location").startsWith(`${redirect}?foo=bar&error=login_required`));
  for (const uri of [undefined, redirect, `${redirect}?foo=bar&x=y`, `${redirect}?foo=other`, `${redirect}?bar=foo`]) {
    const response = await ask(uri);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get("location"), null);
  }
});

test("oidcc-registration-jwks-uri, oidcc-refresh-token-rp-key-rotation: keys at the client's URL, and another key later", async () => {
  const publish = async (kid) => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    web.set("/jwks", JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: "ES256" }] }));
    return { key: pair.privateKey, kid };
  };
  const first = await publish("one");
  const registered = await register({ token_endpoint_auth_method: "private_key_jwt", jwks_uri: `${origin}/jwks`,
    grant_types: ["authorization_code", "refresh_token"] });
  const { client_id } = registered.clientMetadata();
  assert.equal(registered.clientMetadata().client_secret, undefined);
  const by = (key) => client.discovery(realm("open"), client_id, {}, client.PrivateKeyJwt(key), insecure);
  const tokens = await logIn(await by(first));
  const second = await publish("two");
  assert.ok((await client.refreshTokenGrant(await by(second), tokens.refresh_token)).access_token);
});

test("oidcc-registration-sector-uri, -sector-bad: the file names every redirect URI, and two clients of a sector know one sub", async () => {
  web.set("/sector", JSON.stringify([redirect, "https://other.example.com/cb"]));
  const pairwise = { subject_type: "pairwise", sector_identifier_uri: `${origin}/sector` };
  const one = await logIn(await register(pairwise)), two = await logIn(await register(pairwise));
  const public_ = await logIn(await register());
  assert.equal(one.claims().sub, two.claims().sub);
  assert.notEqual(one.claims().sub, public_.claims().sub);
  web.set("/sector", JSON.stringify(["https://other.example.com/cb"]));
  await refused({ redirect_uris: [redirect], ...pairwise }, "invalid_client_metadata");
  await refused({ redirect_uris: [redirect], ...pairwise, sector_identifier_uri: `${origin}/nothing` }, "invalid_client_metadata");
  await refused({ redirect_uris: [redirect], ...pairwise, sector_identifier_uri: "https://169.254.169.254/" }, "invalid_client_metadata");  // S16
});

test("oidcc-request-uri-signed-rs256, -request-uri-unsigned, oidcc-ensure-request-object-with-redirect-uri", async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const config = await register({ request_uris: [`${origin}/request`], request_object_signing_alg: "RS256",
    jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "r", alg: "RS256" }] } });
  const { client_id } = config.clientMetadata();
  const object = { client_id, response_type: "code", scope: "openid", redirect_uri: redirect, nonce: "in the object" };
  web.set("/request", await new SignJWT(object).setProtectedHeader({ alg: "RS256", kid: "r" }).setIssuer(client_id)
    .setAudience(config.serverMetadata().issuer).setIssuedAt().setExpirationTime("5m").sign(pair.privateKey));
  const url = `${realm("open")}/authorize?${new URLSearchParams({ client_id, request_uri: `${origin}/request` })}`;
  const tokens = await end(config, new URL(url), { expectedNonce: "in the object", idTokenExpected: true });
  assert.equal(decodeJwt(tokens.id_token).nonce, "in the object");
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  web.set("/request", `${part({ alg: "none" })}.${part(object)}.`);
  assert.equal((await fetch(url, { redirect: "manual" })).status, 400);
});

test("a client reads, changes and removes its registration; what it may no longer do ends at once (RFC 7592)", async () => {
  const config = await register({ client_name: "Before", post_logout_redirect_uris: [redirect] });
  const { registration_client_uri: uri, registration_access_token: token, client_id, client_secret } = config.clientMetadata();
  const call = (method, body, bearer = token, at = uri) =>
    fetch(at, { method, body: body && JSON.stringify(body),
      headers: { authorization: `Bearer ${bearer}`, ...(body ? { "content-type": "application/json" } : {}) } });
  const read = await (await call("GET")).json();
  assert.equal(read.client_name, "Before");
  assert.equal(read.client_secret, undefined);  // only its digest is kept
  assert.equal(read.client_id_issued_at, config.clientMetadata().client_id_issued_at);
  const tokens = await logIn(config);

  // S29: another's token, a wrong one, none, or another's id
  const other = (await register()).clientMetadata();
  for (const [bearer, at] of [[other.registration_access_token, uri], ["x", uri], [token, other.registration_client_uri],
    [token, `${realm("open")}/register?client_id=reg_nobody`], [token, `${realm("open")}/register`]])
    for (const method of ["GET", "PUT", "DELETE"]) {
      const response = await call(method, method === "PUT" ? { redirect_uris: ["https://evil.example/"] } : undefined, bearer, at);
      assert.equal(response.status, 401, `${method} ${at}`);
      assert.match(response.headers.get("www-authenticate"), /^Bearer/);
    }
  assert.equal((await fetch(uri)).status, 401);

  const changed = await (await call("PUT", { client_name: "After", redirect_uris: [redirect], scope: "openid",
    token_endpoint_auth_method: "client_secret_post" })).json();
  assert.equal(changed.client_name, "After");
  assert.equal(changed.post_logout_redirect_uris, undefined);  // replaced, not augmented
  // it has lost the scope profile: what it had ends
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), { status: 401 });
  const again = await logIn(config, { scope: "openid" });  // by the same secret
  assert.ok(client_secret);
  assert.equal((await call("PUT", { redirect_uris: [redirect], token_endpoint_auth_method: "none" })).status, 400);

  assert.equal((await call("DELETE")).status, 204);
  assert.equal((await call("GET")).status, 401);
  await assert.rejects(client.fetchUserInfo(config, again.access_token, again.claims().sub), { status: 401 });
  const gone = await fetch(client.buildAuthorizationUrl(config, { redirect_uri: redirect, scope: "openid", prompt: "none" }),
    { redirect: "manual" });
  assert.equal(gone.status, 400);
  assert.equal(gone.headers.get("location"), null);
  await assert.rejects(client.clientCredentialsGrant(config), { error: "invalid_client" });
  assert.ok(client_id);
});

test("an operator lists who registered, and removes a client: the node that runs feels it within a second", async () => {
  const operate = (...args) => tessera(["client", ...args, "--config", join(folder, "tessera.toml")]);
  const config = await register({ client_name: "A client to remove" });
  const { client_id, registration_client_uri: uri, registration_access_token: token } = config.clientMetadata();
  const tokens = await logIn(config);
  assert.equal((await fetch(uri, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  const { clients } = JSON.parse(operate("list", "--json").stdout);
  assert.deepEqual(clients.find((one) => one.client_id === client_id), { client_id, realm: "open", client_name: "A client to remove",
    client_id_issued_at: config.clientMetadata().client_id_issued_at, redirect_hosts: ["app.example.com"], consents: 1 });
  assert.match(operate("list").stdout, new RegExp(`^${client_id}\n  A client to remove\n  made .*, allowed by 1 person, realm open$`, "m"));
  assert.equal(operate("remove", client_id).status, 0);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), { status: 401 });
  assert.equal((await fetch(uri, { headers: { authorization: `Bearer ${token}` } })).status, 401);
  assert.equal(operate("remove", client_id).status, 1);
});

test("a realm says who may register: nobody, whoever has an initial access token, anybody", async () => {
  assert.equal((await post({ redirect_uris: [redirect] }, { id: "off" })).status, 404);
  const discovery = async (id) => (await fetch(`${realm(id)}/.well-known/openid-configuration`)).json();
  assert.equal((await discovery("off")).registration_endpoint, undefined);
  assert.equal((await discovery("token")).registration_endpoint, `${realm("token")}/register`);
  for (const token of [undefined, "wrong", initial.slice(1)]) {
    const response = await post({ redirect_uris: [redirect] }, { id: "token", token });
    assert.equal(response.status, 401);
    assert.match(response.headers.get("www-authenticate"), /^Bearer/);
  }
  const config = await client.dynamicClientRegistration(realm("token"), { redirect_uris: [redirect] }, undefined,
    { ...insecure, initialAccessToken: initial });
  assert.equal(config.clientMetadata().scope, "openid");
  // PKCE is asked for here
  const response = await fetch(client.buildAuthorizationUrl(config, { redirect_uri: redirect, scope: "openid" }), { redirect: "manual" });
  assert.match(response.headers.get("location"), /error=invalid_request/);
  await refused({ redirect_uris: [redirect], scope: "openid profile" }, "invalid_client_metadata", { id: "token", token: initial });
  assert.equal((await fetch(`${realm("token")}/register`, { method: "POST", headers: { authorization: `Bearer ${initial}` },
    body: new URLSearchParams({ redirect_uris: redirect }) })).status, 415);
});

test("S04: where nobody vouches for the address, what is wrong is a page with a link (RFC 9700 section 4.11.2)", async () => {
  const config = await register();
  const response = await fetch(client.buildAuthorizationUrl(config, { redirect_uri: redirect, scope: "nothing" }), { redirect: "manual" });
  assert.equal(response.status, 400);
  assert.equal(response.headers.get("location"), null);
  assert.match(await response.text(), /href="https:\/\/app\.example\.com\/cb\?error=invalid_scope&amp;[^"]*" rel="noreferrer">Back to app\.example\.com</);
});

test("one network registers only so many at once", async () => {
  let last;
  for (let i = 0; i < 150 && last !== 429; ++i) last = (await post({ redirect_uris: [redirect] })).status;
  assert.equal(last, 429);
});
