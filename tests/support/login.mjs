// A login by the code flow as openid-client makes it, with PKCE, state and nonce.
import * as client from "openid-client";
import { alice } from "./demo.mjs";
import { Browser } from "./tessera.mjs";

export const insecure = { execute: [client.allowInsecureRequests] };  // http on loopback
export const redirect_uri = "https://app.example.com/cb";

/** What goes into an authorize request, and what is checked when its answer is redeemed. */
export async function ask(more = {}) {
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce();
  const code_challenge = await client.calculatePKCECodeChallenge(verifier);
  return {
    request: { redirect_uri, scope: "openid", code_challenge, code_challenge_method: "S256", state, nonce, ...more },
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
  };
}

/** Goes to `url` as a person, and redeems the code. */
export async function end(config, url, checks, { browser = new Browser(), user = alice, DPoP } = {}) {
  const callback = await browser.authorize(url.href, user);
  return client.authorizationCodeGrant(config, callback, checks, undefined, DPoP && { DPoP });
}

/** Both: the tokens. `more` is part of the request, `how` is who comes with which browser and key. */
export async function logIn(config, more = {}, how = {}) {
  const { request, checks } = await ask(more);
  return end(config, client.buildAuthorizationUrl(config, request), checks, how);
}
