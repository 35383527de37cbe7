// openid-client proves itself by keys that stand at its own https site, against a live server. The tests bear the names
// of the conformance suite's modules.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { after, before, test } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import * as client from "openid-client";
import { certificates, startIssuer } from "../support/demo.mjs";
import { insecure, logIn, redirect_uri } from "../support/login.mjs";
import { temporaryFolder } from "../support/tessera.mjs";

let issuer, stop, site, published = [], fetches = 0;

const newKey = async (kid) => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  return { kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
};

before(async () => {
  const tls = certificates(temporaryFolder(), ["localhost"]);
  site = createServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, (request, response) => {
    ++fetches;
    response.setHeader("content-type", "application/jwk-set+json");
    response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  ({ issuer, stop } = await startIssuer(`
    [outbound]
    reachable = ["127.0.0.0/8"]
    ca_file = "${tls.ca}"
    [[client]]
    id = "app"
    auth = "private_key_jwt"
    jwks_uri = "https://localhost:${site.address().port}/jwks"
    grant_types = ["authorization_code", "refresh_token", "client_credentials"]
    redirect_uris = ["${redirect_uri}"]
    id_token_alg = "ES256"
    subject_type = "pairwise"
    [[client]]
    id = "elsewhere"
    auth = "private_key_jwt"
    jwks_uri = "https://[::1]:${site.address().port}/jwks"
    grant_types = ["client_credentials"]`));
});
after(async () => {
  await stop?.();
  site?.close();
});

const configured = ({ kid, key }, id = "app") =>
  client.discovery(new URL(issuer), id, {}, client.PrivateKeyJwt({ key, kid }), insecure);

test("oidcc-registration-jwks-uri: the keys at the client's URL prove it, and are fetched once", async () => {
  published = [await newKey("first")];
  const config = await configured(published[0]);
  const before = fetches;
  for (let i = 0; i < 5; ++i) assert.ok((await client.clientCredentialsGrant(config)).access_token);
  assert.equal(fetches, before + 1);
});

test("oidcc-refresh-token-rp-key-rotation: the refresh is signed with a key that was not there at the login", async () => {
  const tokens = await logIn(await configured(published[0]));
  const rotated = await newKey("second");
  const old = published[0];
  published = [rotated];
  const config = await configured(rotated);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.ok(refreshed.access_token);
  await assert.rejects(client.clientCredentialsGrant(await configured(old)), { error: "invalid_client", status: 401 });
});

test("R26: 100 parallel requests with unknown kids make one fetch, and the known key goes on", async () => {
  const before = fetches, { key } = published[0];
  const configs = await Promise.all(Array.from({ length: 100 }, (_, i) => configured({ key, kid: `unknown-${i}` })));
  const answers = await Promise.allSettled(configs.map((config) => client.clientCredentialsGrant(config)));
  for (const { reason } of answers) assert.equal(reason?.error, "invalid_client");
  assert.ok(fetches <= before + 1, `${fetches - before} fetches`);
  assert.ok((await client.clientCredentialsGrant(await configured(published[0]))).access_token);
});

test("S16: what the operator does not list is not reached", async () => {
  const before = fetches;
  await assert.rejects(client.clientCredentialsGrant(await configured(published[0], "elsewhere")), { error: "invalid_client" });
  assert.equal(fetches, before);
});

test("pairwise: the client finds the ID token's sub at userinfo, and it is not the person's own id", async () => {
  const config = await configured(published[0]);
  assert.ok(config.serverMetadata().subject_types_supported.includes("pairwise"));
  const tokens = await logIn(config), again = await logIn(config);
  const { sub } = tokens.claims();
  assert.equal(again.claims().sub, sub);
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub)).sub, sub);
  assert.match(sub, /^usr_[\w-]{43}$/);
});
