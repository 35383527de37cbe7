// What an operator does with a running server: asks why something was refused, and gives it another certificate.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { request } from "node:https";
import { alice, certificates, freePorts, startServe } from "../support/demo.mjs";
import { Browser, temporaryFolder, tessera } from "../support/tessera.mjs";

const secret = "s".repeat(43), redirect = "https://app.example.com/cb";
const folder = temporaryFolder(), plainFolder = temporaryFolder();
let issuer, port, tls, server, plain, plainServer;

const house = (more) => `
  ${more}
  [[resource_server]]
  audience = "https://api.example.com"
  [[user]]
  username = "${alice.username}"
  password = "${alice.password}"
  [[client]]
  id = "app"
  secret = "${secret}"
  redirect_uris = ["${redirect}"]
  access = [{ audience = "https://api.example.com", permissions = ["*"] }]
  id_token_alg = "ES256"
  `;

before(async () => {
  port = await freePorts(2);
  tls = certificates(folder, ["localhost"]);
  issuer = `https://localhost:${port}`;
  server = await startServe(folder, house(`
    issuer = "${issuer}"
    listen = "127.0.0.1:${port}"
    [tls]
    certificate = "tls.pem"
    key = "tls.key"`), issuer, {}, readFileSync(tls.ca));
  plain = `http://localhost:${port + 1}`;
  plainServer = await startServe(plainFolder, house(`
    issuer = "${plain}"
    listen = "127.0.0.1:${port + 1}"`), plain);
});
after(async () => {
  await server?.();
  await plainServer?.();
  assert.ok(!existsSync(join(plainFolder, "tessera.sock")));
});

const socket = join(plainFolder, "tessera.sock");
const explain = (id, ...args) => tessera(["explain", id, "--socket", socket, ...args]);
/** What the operator is told of a response. */
function explained(response) {
  const told = explain(response.headers.get("x-request-id"), "--json");
  assert.equal(told.status, 0, told.stderr);
  return JSON.parse(told.stdout);
}
const basic = { authorization: `Basic ${btoa(`app:${secret}`)}` };
const asked = (more = {}) => `${plain}/authorize?${new URLSearchParams({
  client_id: "app", redirect_uri: redirect, response_type: "code", scope: "openid", state: "s",
  code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256", ...more })}`;
const token = (form) => fetch(`${plain}/token`, { method: "POST", headers: basic, body: new URLSearchParams(form) });

test("a redirect URI that is not registered: the page shows a number, and the number tells both", async () => {
  const response = await fetch(asked({ redirect_uri: "https://evil.example.com/cb" }));
  const id = response.headers.get("x-request-id");
  assert.ok((await response.text()).includes(id));
  const told = explained(response);
  assert.equal(told.error, "bad_redirect_uri");
  assert.equal(told.client, "app");
  assert.match(told.why, /received https:\/\/evil\.example\.com\/cb, registered https:\/\/app\.example\.com\/cb/);
  const text = explain(id).stdout;
  assert.match(text, /refused   bad_redirect_uri \(redirect_uri\)\n/);
  assert.match(text, /request   GET \/authorize, answered 400\n/);
  assert.ok(text.split("\n").every((line) => line.length <= 80), text);
});

test("what went back to the application in a redirect is known too", async () => {
  const response = await fetch(asked({ resource: "https://other.example.com" }), { redirect: "manual" });
  assert.match(response.headers.get("location"), /error=invalid_target/);
  const told = explained(response);
  assert.equal(told.at, "resource");
  assert.equal(told.why, "expected https://api.example.com, received https://other.example.com");
});

test("the wrong verifier, and another redirect URI with the code", async () => {
  const code = (await new Browser().authorize(asked(), alice)).searchParams.get("code");
  const form = { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: "x".repeat(43) };
  const told = explained(await token(form));
  assert.equal(told.at, "code_verifier");
  assert.match(told.why, /^expected the verifier of E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM, received that of [\w-]{43}$/);
  assert.match(explained(await token({ ...form, redirect_uri: `${redirect}2` })).why,
    /received https:\/\/app\.example\.com\/cb2, registered https:\/\/app\.example\.com\/cb$/);
  assert.ok(!explain(told.request).stdout.includes(code));
});

test("an unknown number, a socket that nobody answers, and one that only its owner opens", () => {
  const unknown = explain("A".repeat(16));
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /knows no refusal of this request/);
  const nobody = tessera(["explain", "A".repeat(16), "--socket", join(plainFolder, "nothing.sock")]);
  assert.equal(nobody.status, 3);
  assert.match(nobody.stderr, /nothing\.sock/);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
});

test("a second server does not take the socket of the first", async () => {
  const another = await freePorts(1);
  await assert.rejects(startServe(temporaryFolder(), house(`
    issuer = "http://localhost:${another}"
    listen = "127.0.0.1:${another}"
    control_socket = "${socket}"`), `http://localhost:${another}`), /another server answers there/);
  assert.ok(explain("A".repeat(16)).stderr.includes("knows no refusal"));
});

/** The serial number of the certificate that a new connection sees. */
const serial = () =>
  new Promise((resolve, reject) => {
    const one = connect({ port, servername: "localhost", ca: readFileSync(tls.ca) }, () => {
      resolve(one.getPeerCertificate().serialNumber);
      one.end();
    });
    one.once("error", reject);
  });
/** SIGHUP, and the line of the log that answers it. */
async function hangup() {
  const before = server.log().length;
  server.signal("SIGHUP");
  for (let attempt = 0; attempt < 200; ++attempt) {
    const line = server.log().slice(before).split("\n").find((one) => one.includes("TLS certificate"));
    if (line) return JSON.parse(line);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`SIGHUP is not answered: ${server.log()}`);
}

test("SIGHUP takes another certificate; connections keep theirs; a bad file keeps the old one and says so", async () => {
  const first = await serial();
  const kept = connect({ port, servername: "localhost", ca: readFileSync(tls.ca) });
  await new Promise((resolve) => kept.once("secureConnect", resolve));

  const key = readFileSync(tls.key), authority = readFileSync(tls.ca);
  const other = temporaryFolder();
  const fresh = certificates(other, ["localhost"]);
  // the key of the old certificate with the new one: they do not fit
  copyFileSync(fresh.certificate, tls.certificate);
  const refused = await hangup();
  assert.equal(refused.level, "error");
  assert.match(refused.why, /tls\.key/);
  assert.equal(await serial(), first);
  // no certificate at all
  writeFileSync(tls.certificate, "nothing");
  assert.match((await hangup()).why, /tls\.pem/);
  assert.equal(await serial(), first);
  // both
  copyFileSync(fresh.certificate, tls.certificate);
  copyFileSync(fresh.key, tls.key);
  copyFileSync(fresh.ca, tls.ca);
  assert.equal((await hangup()).level, "info");
  assert.notEqual(await serial(), first);
  assert.notDeepEqual(readFileSync(tls.key), key);
  assert.notDeepEqual(readFileSync(tls.ca), authority);

  const answer = await new Promise((resolve, reject) => {
    request({ createConnection: () => kept, host: "localhost", path: "/healthz" }, (response) => resolve(response.statusCode))
      .once("error", reject).end();
  });
  assert.equal(answer, 200);
});
