// oidc-provider (npm) as the bench's peer, set up to do the work that Tessera does: access tokens are JWTs for one resource
// server and ID tokens are JWTs, all signed with ES256; PKCE; refresh tokens rotate; no page where a session is there, since
// the clients need no consent. usage: provider.mjs PORT CLIENTS_AS_JSON
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const audience = "https://api.example.com";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

// All in memory, the fastest that there is: what its own adapter does, which forgets all but the last 1000 to 2000 things.
const store = new Map(), members = new Map();
class Adapter {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async find(id) { return store.get(this.key(id)); }
  async findByUserCode(code) { return store.get(store.get(`code:${code}`)); }
  async findByUid(uid) { return store.get(store.get(`uid:${uid}`)); }
  async consume(id) { store.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { store.delete(this.key(id)); }
  async upsert(id, payload) {
    store.set(this.key(id), payload);
    if (this.model === "Session") store.set(`uid:${payload.uid}`, this.key(id));
    if (payload.userCode) store.set(`code:${payload.userCode}`, this.key(id));
    if (!payload.grantId) return;
    if (!members.has(payload.grantId)) members.set(payload.grantId, new Set());
    members.get(payload.grantId).add(this.key(id));
  }
  async revokeByGrantId(grantId) {
    for (const key of members.get(grantId) ?? []) store.delete(key);
    members.delete(grantId);
  }
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: Adapter,
  clients: JSON.parse(process.argv[3]),
  clientDefaults: { id_token_signed_response_alg: "ES256", token_endpoint_auth_method: "client_secret_basic" },
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "bench" }] },
  cookies: { keys: [randomUUID()] },
  routes: {
    authorization: "/authorize", device_authorization: "/device_authorization", introspection: "/introspect",
    pushed_authorization_request: "/par", userinfo: "/userinfo",
  },
  claims: { email: ["email", "email_verified"] },
  ttl: { AccessToken: 300, IdToken: 300 },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed("refresh_token"),
  findAccount: async (ctx, accountId) => ({
    accountId, claims: async () => ({ sub: accountId, email: `${accountId}@example.com`, email_verified: true }),
  }),
  async loadExistingGrant({ oidc }) {
    const granted = oidc.session.grantIdFor(oidc.client.clientId);
    if (granted) return oidc.provider.Grant.find(granted);
    const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
    grant.addOIDCScope("openid email");
    grant.addResourceScope(audience, "orders:read");
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    deviceFlow: { enabled: true },
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

// Whoever comes without a session is the person that the login_hint names.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: params.login_hint } });
});
provider.listen(port, "127.0.0.1");
