// oidc-provider (npm) as the bench's peer: client credentials for a JWT access token, signed with ES256. usage: provider.mjs PORT
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const audience = "https://api.example.com";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "bench", client_secret: "a-secret-of-more-than-32-characters", redirect_uris: [], response_types: [],
    grant_types: ["client_credentials"], id_token_signed_response_alg: "ES256", token_endpoint_auth_method: "client_secret_basic",
  }],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "bench" }] },
  scopes: ["orders:read"],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        scope: "orders:read", audience, accessTokenTTL: 300, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
});
provider.listen(port, "127.0.0.1");
