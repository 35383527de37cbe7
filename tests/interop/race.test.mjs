// What serves once, when 100 parallel requests want it: from a live server on SQLite, and from two that share PostgreSQL.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { alice, freePorts, startServe } from "../support/demo.mjs";
import { Browser, temporaryFolder } from "../support/tessera.mjs";

const redirect = "https://app.example.com/cb", secret = "s".repeat(43), basic = `Basic ${btoa(`app:${secret}`)}`;
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const keys = await generateKeyPair("ES256"), jwk = await exportJWK(keys.publicKey);

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

const hundred = (send) => Promise.all(Array.from({ length: 100 }, (_, index) => send(index)));
const digest = (text) => createHash("sha256").update(text).digest("base64url");

/** A schema of its own in the tests' PostgreSQL. */
function freshSchema() {
  const url = process.env.TESSERA_TEST_POSTGRES, schema = `race_${process.pid}`;
  const made = spawnSync("psql", [url, "-c", `CREATE SCHEMA ${schema}`], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  return `${url}&options=-csearch_path%3D${schema}`;
}

for (const [engine, store] of [["SQLite", () => "sqlite:tessera.db"], ["PostgreSQL", freshSchema]])
  describe(engine, { skip: engine === "PostgreSQL" && !process.env.TESSERA_TEST_POSTGRES && "no PostgreSQL" }, () => {
    const nodes = [], stopping = [];
    let issuer;

    before(async () => {
      const count = engine === "PostgreSQL" ? 2 : 1, port = await freePorts(count), url = store();
      issuer = `http://localhost:${port}`;
      const client = (id, lines) => `
        [[client]]
        id = "${id}"
        ${lines}
        grant_types = ["authorization_code", "refresh_token", "client_credentials"]
        redirect_uris = ["${redirect}"]
        id_token_alg = "ES256"
        `;
      const env = { TESSERA_MASTER_KEY: randomBytes(32).toString("base64url") };
      for (let i = 0; i < count; ++i) {
        nodes.push(`http://localhost:${port + i}`);
        stopping.push(await startServe(temporaryFolder(), `
          issuer = "${issuer}"
          listen = "127.0.0.1:${port + i}"
          store = "${url}"
          [[user]]
          username = "${alice.username}"
          password = "${alice.password}"
          ${client("app", `secret = "${secret}"`)}
          [[client]]
          id = "tv"
          auth = "none"
          grant_types = ["${deviceGrant}"]
          scopes = ["openid"]
          id_token_alg = "ES256"
          ${client("signer", `auth = "private_key_jwt"\njwks = '${JSON.stringify({ keys: [{ ...jwk, alg: "ES256" }] })}'`)}`,
          nodes[i], env));
      }
    });
    after(() => Promise.all(stopping.map((stop) => stop())));

    // `index` chooses the node
    const at = (index) => nodes[index % nodes.length];
    const post = (path, form, { index = 0, ...headers } = {}) => fetch(at(index) + path,
      { method: "POST", headers: { authorization: basic, ...headers }, body: new URLSearchParams(form), redirect: "manual" });
    const redeem = (code, options) =>
      post("/token", { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier }, options);
    const refresh = (token, index) => post("/token", { grant_type: "refresh_token", refresh_token: token }, { index });
    const userinfo = (token, index = 0) => fetch(`${at(index)}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    /** Refused by every node, by those that have only heard of it within a second. */
    async function ended(token) {
      const last = Date.now() + (nodes.length > 1 ? 1000 : 0);
      for (const index of nodes.keys()) {
        let status;
        while ((status = (await userinfo(token, index)).status) !== 401 && Date.now() < last)
          await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(status, 401);
        assert.equal((await (await post("/introspect", { token }, { index })).json()).active, false);
      }
    }

    const request = { redirect_uri: redirect, response_type: "code", scope: "openid", code_challenge: challenge,
      code_challenge_method: "S256" };
    const authorizeUrl = (query, index = 0) => `${at(index)}/authorize?${new URLSearchParams({ client_id: "app", ...query })}`;
    const code = async (browser) => (await browser.authorize(authorizeUrl(request), alice)).searchParams.get("code");

    /** Everything that was answered well, in the place of those that were not their `error`. */
    async function sorted(answers, refused) {
      const good = [];
      for (const answer of answers) {
        const body = await answer.json();
        if (answer.status === 200) good.push(body);
        else assert.deepEqual([answer.status, body.error], refused);
      }
      return good;
    }
    const dead = async (response) => assert.deepEqual([response.status, (await response.json()).error], [400, "invalid_grant"]);

    test(`S06_single_use_under_race (${engine}): a code is redeemed once, and its second use ends what the first made`, async () => {
      const one = await code(new Browser());
      const good = await sorted(await hundred((index) => redeem(one, { index })), [400, "invalid_grant"]);
      assert.equal(good.length, 1);
      await ended(good[0].access_token);
      await dead(await refresh(good[0].refresh_token));
    });

    test(`S06_single_use_under_race (${engine}): a device code too`, async () => {
      const asDevice = (path, form, index = 0) =>
        fetch(at(index) + path, { method: "POST", body: new URLSearchParams({ client_id: "tv", ...form }) });
      const { device_code, user_code } = await (await asDevice("/device_authorization", { scope: "openid" })).json();
      const browser = new Browser();
      let page = await browser.request(`${issuer}/device`);
      for (const [path, typed] of [["device", { user_code }], ["login", alice], ["device", { decision: "allow" }]]) {
        const form = { interaction: Browser.interaction(await page.text()), ...typed };
        page = await browser.request(`${issuer}/${path}`, { method: "POST", form });
      }
      assert.match(await page.text(), /The device is connected/);
      const answers = await hundred((index) => asDevice("/token", { grant_type: deviceGrant, device_code }, index));
      const good = await sorted(answers, [400, "invalid_grant"]);
      assert.equal(good.length, 1);
      await ended(good[0].access_token);
    });

    test(`S07_parallel_uses_of_a_refresh_token_are_one_family (${engine}): and its late use ends it`, async () => {
      const old = (await (await redeem(await code(new Browser()))).json()).refresh_token;
      const good = await sorted(await hundred((index) => refresh(old, index)), [400, "invalid_grant"]);
      assert.equal(good.length, 100);  // the same client at the same moment: retries
      assert.equal(new Set(good.map((tokens) => tokens.refresh_token)).size, 1);
      // of the one successor too, and then the old one is late
      const next = await sorted(await hundred((index) => refresh(good[0].refresh_token, index)), [400, "invalid_grant"]);
      assert.equal(new Set(next.map((tokens) => tokens.refresh_token)).size, 1);
      assert.equal((await userinfo(next[0].access_token)).status, 200);
      await dead(await refresh(old));
      await dead(await refresh(next[0].refresh_token));
      for (const { access_token } of [...good, ...next]) await ended(access_token);
    });

    test(`S06_single_use_under_race (${engine}): a request_uri leads to one code`, async () => {
      const browser = new Browser();
      await code(browser);
      const { request_uri } = await (await post("/par", request)).json();
      const answers = await hundred((index) => browser.authorize(authorizeUrl({ request_uri }, index), alice));
      const codes = answers.flatMap((callback) => callback.searchParams.get("code") ?? []);
      assert.equal(codes.length, 1);
      for (const { searchParams, origin, pathname } of answers) {
        assert.equal(origin + pathname, redirect);
        if (!searchParams.has("code")) assert.equal(searchParams.get("error"), "invalid_request_uri");
      }
      assert.equal((await redeem(codes[0])).status, 200);
    });

    test(`S10_single_use_under_race (${engine}): a client assertion serves once`, async () => {
      const client_assertion = await new SignJWT({ jti: "the same" }).setProtectedHeader({ alg: "ES256" })
        .setIssuer("signer").setSubject("signer").setAudience(issuer).setIssuedAt().setExpirationTime("1m").sign(keys.privateKey);
      const answers = await hundred((index) => fetch(`${at(index)}/token`, { method: "POST", body: new URLSearchParams({
        grant_type: "client_credentials", client_assertion,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" }) }));
      assert.equal((await sorted(answers, [401, "invalid_client"])).length, 1);
    });

    test(`S10_single_use_under_race (${engine}): a DPoP proof serves once`, async () => {
      const prove = (claims, nonce) => new SignJWT({ jti: crypto.randomUUID(), nonce, ...claims })
        .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk }).setIssuedAt().sign(keys.privateKey);
      const atToken = { htm: "POST", htu: `${issuer}/token` };
      const asked = await post("/token", { grant_type: "client_credentials" }, { dpop: await prove(atToken) });
      const nonce = asked.headers.get("dpop-nonce");
      assert.ok(nonce);
      // at the token endpoint, and at userinfo
      const proof = await prove(atToken, nonce);
      const answers = await hundred((index) => post("/token", { grant_type: "client_credentials" }, { index, dpop: proof }));
      assert.equal((await sorted(answers, [400, "invalid_dpop_proof"])).length, 1);
      const { access_token } = await (await redeem(await code(new Browser()), { dpop: await prove(atToken, nonce) })).json();
      const dpop = await prove({ htm: "GET", htu: `${issuer}/userinfo`, ath: digest(access_token) }, nonce);
      const told = await hundred((index) =>
        fetch(`${at(index)}/userinfo`, { headers: { authorization: `DPoP ${access_token}`, dpop } }));
      assert.equal(told.filter(({ status }) => status === 200).length, 1);
      for (const answer of told)
        if (answer.status !== 200) assert.match(answer.headers.get("www-authenticate"), /error="invalid_dpop_proof"/);
    });

    test(`S14_a_logout_ends_what_is_made_at_the_same_moment (${engine}): codes, refreshes and new logins`, async () => {
      const browser = new Browser();
      const first = await (await redeem(await code(browser))).json();
      const codes = [];
      for (let i = 0; i < 5; ++i) codes.push(await code(browser));
      const page = await browser.request(`${issuer}/logout?${new URLSearchParams({ id_token_hint: first.id_token })}`);
      const interaction = Browser.interaction(await page.text());
      const before = browser.copy();
      const silently = (index) => before.request(authorizeUrl({ ...request, prompt: "none" }, index));
      let begun;
      const made = new Promise((resolve) => (begun = resolve));
      const answers = await hundred(async (index) => {
        if (index >= 20) await made;
        if (index % 4 === 0) return silently(index / 4);
        if (index % 4 === 1 && index > 50)
          return browser.request(`${issuer}/logout`, { method: "POST", form: { interaction } });
        const answer = await (index % 20 === 2 ? redeem(codes[(index - 2) / 20]) : refresh(first.refresh_token, index));
        begun();  // and now the logouts, among more of the others
        return answer;
      });
      const tokens = [first];
      for (const [index, answer] of answers.entries()) {
        if (index % 4 === 0) {
          const { searchParams } = new URL(answer.headers.get("location"));
          if (searchParams.has("code")) await dead(await redeem(searchParams.get("code")));
          else assert.equal(searchParams.get("error"), "login_required");
        } else if (index % 4 === 1 && index > 50) {
          assert.equal(answer.status, 200);
        } else if (answer.status === 200) {
          tokens.push(await answer.json());
        } else {
          await dead(answer);
        }
      }
      assert.ok(tokens.length > 1);
      for (const one of codes) await dead(await redeem(one));
      for (const { access_token, refresh_token } of tokens) {
        await ended(access_token);
        await dead(await refresh(refresh_token));
      }
      for (const index of nodes.keys())
        assert.match((await silently(index)).headers.get("location"), /error=login_required/);
    });
  });
