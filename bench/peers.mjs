// What npm has for the same work, one JSON line of microseconds of CPU time: jsonwebtoken verifies and signs the same
// claims, jose encrypts and decrypts as much text. Keys are imported once.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as jose from "jose";
import jwt from "jsonwebtoken";

// The median of some rounds; a run that is a promise is awaited before the next one begins.
async function median(run, count) {
  const again = async () => {
    for (let i = 0; i < count; ++i) {
      const given = run();
      if (given instanceof Promise) await given;
    }
  };
  await again();
  const rounds = [];
  for (let round = 0; round < 3; ++round) {
    const before = process.cpuUsage();
    await again();
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / count);
  }
  return rounds.sort((a, b) => a - b)[1];
}

const result = {};

const claims = { client_id: "orders", scope: "openid orders:read", permissions: ["orders:read", "orders:write"] };
const options = { issuer: "https://id.example.com", audience: "https://api.example.com" };
const keys = {
  HS256: () => { const key = randomBytes(32); return { publicKey: key, privateKey: key }; },
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
for (const [algorithm, make] of Object.entries(keys)) {
  const { publicKey, privateKey } = make();
  const token = jwt.sign(claims, privateKey, { ...options, algorithm, expiresIn: 300 });
  const sign = () => jwt.sign(claims, privateKey, { ...options, algorithm, expiresIn: 300 });
  const verify = () => jwt.verify(token, publicKey, { ...options, algorithms: [algorithm] });
  result[`sign/${algorithm}`] = await median(sign, 500);
  result[`verify/${algorithm}`] = await median(verify, 2000);
}

const plaintext = new TextEncoder().encode("x".repeat(300));
const secret = async (alg) => { const key = await jose.generateSecret(alg); return { publicKey: key, privateKey: key }; };
for (const [name, alg, enc, make] of [
  ["dir+A256GCM", "dir", "A256GCM", () => secret("A256GCM")],
  ["A256KW+A128CBC-HS256", "A256KW", "A128CBC-HS256", () => secret("A256KW")],
  ["RSA-OAEP-256+A256GCM", "RSA-OAEP-256", "A256GCM", () => jose.generateKeyPair("RSA-OAEP-256")],
  ["ECDH-ES+A256GCM P-256", "ECDH-ES", "A256GCM", () => jose.generateKeyPair("ECDH-ES", { crv: "P-256" })],
  ["ECDH-ES+A256GCM X25519", "ECDH-ES", "A256GCM", () => jose.generateKeyPair("ECDH-ES", { crv: "X25519" })],
]) {
  const { publicKey, privateKey } = await make();
  const encrypt = () => new jose.CompactEncrypt(plaintext).setProtectedHeader({ alg, enc, kid: "k1" }).encrypt(publicKey);
  const token = await encrypt();
  const allowed = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] };
  result[`encrypt/${name}`] = await median(encrypt, 300);
  result[`decrypt/${name}`] = await median(() => jose.compactDecrypt(token, privateKey, allowed), 300);
}
console.log(JSON.stringify(result));
