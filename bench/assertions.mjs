// Assertions of another issuer for people, by RFC 7523, each good once. usage: assertions.mjs AUDIENCE PEOPLE COUNT
import { randomUUID } from "node:crypto";
import * as jose from "jose";

const [audience, people, count] = process.argv.slice(2);
const { publicKey, privateKey } = await jose.generateKeyPair("ES256");
const assertions = [];
for (let i = 0; i < Number(count); ++i)
  assertions.push(await new jose.SignJWT({})
    .setProtectedHeader({ alg: "ES256" }).setIssuer("https://idp.example.net").setAudience(audience)
    .setSubject(`user${i % Number(people)}`).setJti(randomUUID()).setIssuedAt().setExpirationTime("55m")
    .sign(privateKey));
console.log(JSON.stringify({ keys: { keys: [{ ...(await jose.exportJWK(publicKey)), alg: "ES256" }] }, assertions }));
