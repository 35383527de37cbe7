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
function keyNamed(name, member, alg) {
  const key = keys[name];
  if (key.octets) return octets(key.octets);
  const id = `${name} ${member} ${alg}`;
  if (!imported.has(id)) imported.set(id, jose.importJWK(JSON.parse(key[member]), alg));
  return imported.get(id);
}
const joseKey = (request, member) => keyNamed(request.key, member, request.alg ?? request.algs[0]);

// Of a JWS whose payload stands beside it: as its text would hold it.
function withContent(request, jws) {
  if (request.content === undefined) return jws;
  const header = JSON.parse(octets((jws.protected ?? jws.signatures[0].protected)).toString());
  return { ...jws, payload: header.b64 === false ? octets(request.content) : request.content };
}
const threeParts = (text) => (([head, payload, signature]) => ({ protected: head, payload, signature }))(text.split("."));
const unencoded = (request) => (request.how?.startsWith("plain") ? { b64: false, crit: ["b64"] } : {});
const jsonOf = (request) => JSON.parse(octets(request.token).toString());
function withPayload(request, jws) {
  if (request.how?.endsWith("detached")) return { ...jws, payload: undefined };
  return request.how === "plain" ? { ...jws, payload: octets(request.payload).toString() } : jws;
}

const opening = (request) => ({
  keyManagementAlgorithms: request.algs, contentEncryptionAlgorithms: request.encs, maxPBES2Count: 100_000,
  maxDecompressedLength: request.zip ? 250_000 : 0,
});
function sealingHeader(request) {
  const { enc, kid, typ, cty, zip } = request;
  return { enc, ...(kid && { kid }), ...(typ && { typ }), ...(cty && { cty }), ...(zip && { zip }), ...request.header };
}
function sealing(made, request) {
  if (request.aad) made.setAdditionalAuthenticatedData(octets(request.aad));
  const { apu, apv } = request;
  if (apu || apv) made.setKeyManagementParameters({ ...(apu && { apu: octets(apu) }), ...(apv && { apv: octets(apv) }) });
  return made;
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
    async verify_detached(request) {
      const jws = withContent(request, threeParts(tokenOf(request)));
      return (await jose.flattenedVerify(jws, await joseKey(request, "jwk"), { algorithms: request.algs })).payload;
    },
    async verify_flattened(request) {
      const jws = withContent(request, jsonOf(request));
      return (await jose.flattenedVerify(jws, await joseKey(request, "jwk"), { algorithms: request.algs })).payload;
    },
    async verify_any(request) {
      const jws = withContent(request, jsonOf(request));
      const key = ({ alg }) => keyNamed(request.key, "jwk", alg);
      return (await jose.generalVerify(jws, key, { algorithms: request.algs })).payload;
    },
    async sign_flattened(request) {
      const made = new jose.FlattenedSign(octets(request.payload)).setProtectedHeader({ ...header(request), ...unencoded(request) });
      return JSON.stringify(withPayload(request, await made.sign(await joseKey(request, "private_jwk"))));
    },
    async sign_detached(request) {
      const jws = JSON.parse(await this.sign_flattened(request));
      return `${jws.protected}..${jws.signature}`;
    },
    async sign_general(request) {
      const made = new jose.GeneralSign(octets(request.payload));
      for (const [index, alg] of request.algs.entries())
        made.addSignature(await keyNamed(request.keys[index], "private_jwk", alg)).setProtectedHeader({ ...header(request), alg, ...unencoded(request) });
      return JSON.stringify(withPayload(request, await made.sign()));
    },
    async decrypt(request) {
      return (await jose.compactDecrypt(tokenOf(request), await joseKey(request, "private_jwk"), opening(request))).plaintext;
    },
    async decrypt_flattened(request) {
      return (await jose.flattenedDecrypt(jsonOf(request), await joseKey(request, "private_jwk"), opening(request))).plaintext;
    },
    async decrypt_general(request) {
      return (await jose.generalDecrypt(jsonOf(request), await joseKey(request, "private_jwk"), opening(request))).plaintext;
    },
    async encrypt(request) {
      const made = new jose.CompactEncrypt(octets(request.payload)).setProtectedHeader({ alg: request.alg, ...sealingHeader(request) });
      return sealing(made, request).encrypt(await joseKey(request, "jwk"));
    },
    async encrypt_flattened(request) {
      const made = new jose.FlattenedEncrypt(octets(request.payload)).setProtectedHeader({ alg: request.alg, ...sealingHeader(request) });
      return JSON.stringify(await sealing(made, request).encrypt(await joseKey(request, "jwk")));
    },
    async encrypt_general(request) {
      const made = sealing(new jose.GeneralEncrypt(octets(request.payload)).setProtectedHeader(sealingHeader(request)), request);
      for (const [index, alg] of request.algs.entries())
        made.addRecipient(await keyNamed(request.keys[index], "jwk", alg)).setUnprotectedHeader({ alg });
      return JSON.stringify(await made.encrypt());
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

peers["jose-npm"].verify_plain = peers["jose-npm"].verify_detached;

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
