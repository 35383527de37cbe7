// Tokens signed here verify with jose (npm), and the reverse, for every algorithm that both know.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as jose from "jose";
import { temporaryFolder, tessera } from "../support/tessera.mjs";

const asymmetric = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
const symmetric = { HS256: 32, HS384: 48, HS512: 64 };
const iss = "https://id.example.com", aud = "https://api.example.com";
const folder = temporaryFolder();

const policy = (alg) => ["--iss", iss, "--aud", aud, "--alg", alg, "--typ", "JWT"];

for (const alg of asymmetric) {
  test(`${alg}: signed by tessera, verified by jose`, async () => {
    const key = join(folder, `ours-${alg}.jwk`);
    assert.equal(tessera(["key", "generate", "--alg", alg, "--out", key]).status, 0);
    const signed = tessera(["jwt", "sign", "--key", key, "--iss", iss, "--aud", aud, "--sub", "alice"]);
    assert.equal(signed.status, 0, signed.stderr);
    const jwks = jose.createLocalJWKSet(JSON.parse(tessera(["jwks", key]).stdout));
    const { payload, protectedHeader } = await jose.jwtVerify(signed.stdout.trim(), jwks, { issuer: iss, audience: aud, algorithms: [alg] });
    assert.equal(payload.sub, "alice");
    assert.equal(protectedHeader.alg, alg);
  });

  test(`${alg}: signed by jose, verified by tessera`, async () => {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
    const token = await new jose.SignJWT({ roles: ["a"] }).setProtectedHeader({ alg, typ: "JWT" })
      .setIssuer(iss).setAudience(aud).setIssuedAt().setExpirationTime("5m").sign(privateKey);
    for (const [form, text] of [["jwk", JSON.stringify(await jose.exportJWK(publicKey))], ["pem", await jose.exportSPKI(publicKey)]]) {
      const key = join(folder, `theirs-${alg}.${form}`);
      writeFileSync(key, text);
      const verified = tessera(["jwt", "verify", token, "--key", key, ...policy(alg), "--json"]);
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    }
    const flipped = token.slice(0, -2) + (token.at(-2) === "A" ? "B" : "A") + token.at(-1);
    assert.equal(tessera(["jwt", "verify", flipped, "--key", join(folder, `theirs-${alg}.jwk`), ...policy(alg)]).status, 1);
  });

  test(`${alg}: private keys cross over`, async () => {
    const { privateKey } = await jose.generateKeyPair(alg, { extractable: true });
    const key = join(folder, `private-${alg}.pem`);
    writeFileSync(key, await jose.exportPKCS8(privateKey));
    const signed = tessera(["jwt", "sign", "--key", key, "--alg", alg, "--iss", iss, "--aud", aud]);
    assert.equal(signed.status, 0, signed.stderr);
    const jwk = JSON.parse(tessera(["key", "public", key]).stdout);
    await jose.jwtVerify(signed.stdout.trim(), await jose.importJWK(jwk, alg), { issuer: iss, audience: aud });
    assert.equal(tessera(["key", "thumbprint", key]).stdout.trim(), await jose.calculateJwkThumbprint(jwk));
  });
}

for (const [alg, size] of Object.entries(symmetric)) {
  test(`${alg}: both ways`, async () => {
    const secret = crypto.getRandomValues(new Uint8Array(size));
    const file = join(folder, `secret-${alg}`);
    writeFileSync(file, secret);
    const signed = tessera(["jwt", "sign", "--secret", file, "--alg", alg, "--iss", iss, "--aud", aud]);
    assert.equal(signed.status, 0, signed.stderr);
    await jose.jwtVerify(signed.stdout.trim(), secret, { issuer: iss, audience: aud, algorithms: [alg] });
    const token = await new jose.SignJWT().setProtectedHeader({ alg, typ: "JWT" })
      .setIssuer(iss).setAudience(aud).setIssuedAt().setExpirationTime("5m").sign(secret);
    assert.equal(tessera(["jwt", "verify", token, "--secret", file, ...policy(alg)]).status, 0);
  });
}
