// jsonwebtoken (npm): verify and sign of the same claims, one JSON line of medians in microseconds.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import jwt from "jsonwebtoken";

const claims = { client_id: "orders", scope: "openid orders:read", permissions: ["orders:read", "orders:write"] };
const options = { issuer: "https://id.example.com", audience: "https://api.example.com" };
const keys = {
  HS256: () => { const key = randomBytes(32); return { publicKey: key, privateKey: key }; },
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
};

function median(run, count) {
  for (let i = 0; i < count; ++i) run();
  const rounds = [];
  for (let round = 0; round < 7; ++round) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; ++i) run();
    rounds.push(Number(process.hrtime.bigint() - start) / count / 1000);
  }
  return rounds.sort((a, b) => a - b)[3];
}

const result = {};
for (const [algorithm, make] of Object.entries(keys)) {
  const { publicKey, privateKey } = make();
  const token = jwt.sign(claims, privateKey, { ...options, algorithm, expiresIn: 300 });
  result[algorithm] = {
    verify: median(() => jwt.verify(token, publicKey, { ...options, algorithms: [algorithm] }), 2000),
    sign: median(() => jwt.sign(claims, privateKey, { ...options, algorithm, expiresIn: 300 }), 500),
  };
}
console.log(JSON.stringify(result));
