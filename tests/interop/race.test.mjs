// What serves once, when 100 parallel requests want it from a live server: on SQLite and on PostgreSQL.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { freePorts, startServe } from "../support/demo.mjs";
import { Browser, temporaryFolder } from "../support/tessera.mjs";

const redirect = "https://app.example.com/cb", secret = "s".repeat(43), basic = `Basic ${btoa(`app:${secret}`)}`;
const alice = { username: "alice", password: "correct horse battery" };
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const keys = await generateKeyPair("ES256"), jwk = await exportJWK(keys.publicKey);

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
    let issuer, stop;

    before(async () => {
      const port = await freePorts(1), folder = temporaryFolder();
      issuer = `http://localhost:${port}`;
      const client = (id, lines) => `
        [[client]]
        id = "${id}"
        ${lines}
        grant_types = ["authorization_code", "refresh_token", "client_credentials"]
        redirect_uris = ["${redirect}"]
        id_token_alg = "ES256"
        `;
      stop = await startServe(folder, `
        issuer = "${issuer}"
        listen = "127.0.0.1:${port}"
        store = "${store()}"
        [[user]]
        username = "${alice.username}"
        password = "${alice.password}"
        ${client("app", `secret = "${secret}"`)}
        ${client("signer", `auth = "private_key_jwt"\njwks = '${JSON.stringify({ keys: [{ ...jwk, alg: "ES256" }] })}'`)}`, issuer);
    });
    after(() => stop?.());

    const post = (path, form, headers = { authorization: basic }) =>
      fetch(issuer + path, { method: "POST", headers, body: new URLSearchParams(form), redirect: "manual" });
    const redeem = (code, headers) =>
      post("/token", { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier }, headers);
    const refresh = (token) => post("/token", { grant_type: "refresh_token", refresh_token: token });
    const userinfo = (token) => fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    const active = async (token) => (await (await post("/introspect", { token })).json()).active;

    const request = { redirect_uri: redirect, response_type: "code", scope: "openid", code_challenge: challenge,
      code_challenge_method: "S256" };
    const authorizeUrl = (query) => `${issuer}/authorize?${new URLSearchParams({ client_id: "app", ...query })}`;
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
      const good = await sorted(await hundred(() => redeem(one)), [400, "invalid_grant"]);
      assert.equal(good.length, 1);
      assert.equal((await userinfo(good[0].access_token)).status, 401);
      assert.equal(await active(good[0].access_token), false);
      await dead(await refresh(good[0].refresh_token));
    });

    test(`S07_parallel_uses_of_a_refresh_token_are_one_family (${engine}): and its late use ends it`, async () => {
      const old = (await (await redeem(await code(new Browser()))).json()).refresh_token;
      const good = await sorted(await hundred(() => refresh(old)), [400, "invalid_grant"]);
      assert.equal(good.length, 100);  // the same client at the same moment: retries
      assert.equal(new Set(good.map((tokens) => tokens.refresh_token)).size, 1);
      // of the one successor too, and then the old one is late
      const next = await sorted(await hundred(() => refresh(good[0].refresh_token)), [400, "invalid_grant"]);
      assert.equal(new Set(next.map((tokens) => tokens.refresh_token)).size, 1);
      assert.equal((await userinfo(next[0].access_token)).status, 200);
      await dead(await refresh(old));
      await dead(await refresh(next[0].refresh_token));
      for (const { access_token } of [...good, ...next]) assert.equal((await userinfo(access_token)).status, 401);
    });

    test(`S06_single_use_under_race (${engine}): a request_uri leads to one code`, async () => {
      const browser = new Browser();
      await code(browser);
      const { request_uri } = await (await post("/par", request)).json();
      const answers = await hundred(() => browser.authorize(authorizeUrl({ request_uri }), alice));
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
      const answers = await hundred(() => post("/token", { grant_type: "client_credentials", client_assertion,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" }, {}));
      assert.equal((await sorted(answers, [401, "invalid_client"])).length, 1);
    });

    test(`S10_single_use_under_race (${engine}): a DPoP proof serves once`, async () => {
      const prove = (claims, nonce) => new SignJWT({ jti: crypto.randomUUID(), nonce, ...claims })
        .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk }).setIssuedAt().sign(keys.privateKey);
      const atToken = { htm: "POST", htu: `${issuer}/token` };
      const asked = await post("/token", { grant_type: "client_credentials" },
        { authorization: basic, dpop: await prove(atToken) });
      const nonce = asked.headers.get("dpop-nonce");
      assert.ok(nonce);
      // at the token endpoint, and at userinfo
      const proof = await prove(atToken, nonce);
      const answers = await hundred(() => post("/token", { grant_type: "client_credentials" }, { authorization: basic, dpop: proof }));
      assert.equal((await sorted(answers, [400, "invalid_dpop_proof"])).length, 1);
      const { access_token } = await (await redeem(await code(new Browser()),
        { authorization: basic, dpop: await prove(atToken, nonce) })).json();
      const dpop = await prove({ htm: "GET", htu: `${issuer}/userinfo`, ath: digest(access_token) }, nonce);
      const told = await hundred(() => fetch(`${issuer}/userinfo`, { headers: { authorization: `DPoP ${access_token}`, dpop } }));
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
      const silently = authorizeUrl({ ...request, prompt: "none" });
      let begun;
      const made = new Promise((resolve) => (begun = resolve));
      const answers = await hundred(async (index) => {
        if (index >= 20) await made;
        if (index % 4 === 0) return before.request(silently);
        if (index % 4 === 1 && index > 50)
          return browser.request(`${issuer}/logout`, { method: "POST", form: { interaction } });
        const answer = await (index % 20 === 2 ? redeem(codes[(index - 2) / 20]) : refresh(first.refresh_token));
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
        assert.equal((await userinfo(access_token)).status, 401);
        await dead(await refresh(refresh_token));
      }
      const { searchParams } = new URL((await before.request(silently)).headers.get("location"));
      assert.equal(searchParams.get("error"), "login_required");
    });
  });
