// The peers of tests/differential/run that come from npm: a request a line, an answer a line (README.md).
// usage: node.mjs jose-npm|jsonwebtoken KEYS_FILE
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as jose from "jose";
import jsonwebtoken from "jsonwebtoken";

const [, , name, file] = process.argv;
const keys = JSON.parse(readFileSync(file, "utf8"));
const octets = (text) => Buffer.from(text, "base64url");
const tokenOf = (request) => octets(request.token).toString("latin1");
const header = (request) => ({ alg: request.alg, ...(request.kid ? { kid: request.kid } : {}), ...request.header });

const imported = new Map();
function joseKey(request, member) {
  const key = keys[request.key];
  if (key.octets) return octets(key.octets);
  const id = `${request.key} ${member} ${request.alg ?? request.algs[0]}`;
  if (!imported.has(id)) imported.set(id, jose.importJWK(JSON.parse(key[member]), request.alg ?? request.algs[0]));
  return imported.get(id);
}

const nativeKey = (request) => {
  const key = keys[request.key];
  return key.octets ? octets(key.octets) : key[request.form === "jwk" ? "jwk" : "pem"];
};
const ownKey = (request) => {
  if (request.alg === "none") return null;
  const key = keys[request.key];
  return key.octets ? octets(key.octets) : key.private_pem;
};

const peers = {
  "jose-npm": {
    async verify_jwt(request) {
      const { payload } = await jose.jwtVerify(tokenOf(request), await joseKey(request, "jwk"), {
        algorithms: request.algs, issuer: request.iss, audience: request.aud, requiredClaims: ["exp"], typ: request.typ,
        currentDate: new Date(request.now * 1000),
      });
      return JSON.stringify(payload);
    },
    async verify_jws(request) {
      return (await jose.compactVerify(tokenOf(request), await joseKey(request, "jwk"), { algorithms: request.algs })).payload;
    },
    async sign_jws(request) {
      return new jose.CompactSign(octets(request.payload)).setProtectedHeader(header(request)).sign(await joseKey(request, "private_jwk"));
    },
  },
  jsonwebtoken: {
    verify_jwt(request) {
      const payload = jsonwebtoken.verify(tokenOf(request), nativeKey(request), {
        algorithms: request.algs, issuer: request.iss, audience: request.aud, clockTimestamp: request.now,
      });
      return typeof payload === "string" ? payload : JSON.stringify(payload);
    },
    sign_jwt(request) {
      return jsonwebtoken.sign(JSON.parse(octets(request.payload).toString()), ownKey(request), {
        algorithm: request.alg, header: { ...(request.kid ? { kid: request.kid } : {}), ...request.header }, ...request.options,
      });
    },
    sign_jws(request) {
      return jsonwebtoken.sign(octets(request.payload).toString(), ownKey(request), { algorithm: request.alg, header: request.header ?? {} });
    },
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = { ok: true, octets: Buffer.from(await peers[name][request.op](request)).toString("base64url") };
  } catch (error) {
    answer = { ok: false, why: `${error?.code ?? error?.name}: ${error?.message}`.slice(0, 200) };
  }
  console.log(JSON.stringify(answer));
}
