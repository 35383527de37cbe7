#include "issuer/steps/dpop.hpp"

#include <charconv>

#include "base/base64url.hpp"
#include "json/json.hpp"
#include "tessera/dpop.hpp"

namespace tessera::issuer {

namespace {
constexpr seconds kMaxAge{60};       // of a proof
constexpr seconds kClockLeeway{30};  // of the client's clock; FAPI 2.0 wants 10 s at least and 60 s at most
constexpr seconds kNonceLife = minutes(5);
constexpr std::size_t kMaxNonce = 256;

// What the library would remember, for use_proof to do it.
class Noted final : public ReplayMemory {
 public:
  Result<void> remember(std::string_view id, sys_seconds until, sys_seconds) override {
    use_ = id;
    until_ = until;
    return {};
  }
  ProvenKey by(std::string_view jkt) const { return {std::string(jkt), use_, until_}; }

 private:
  std::string use_;
  Instant until_{};
};

std::string make_nonce(const Ctx& ctx) {
  return ctx.snapshot().seals->seal(SealKind::dpop_nonce, std::to_string(ctx.now().time_since_epoch().count()));
}

// How long ago the proof's nonce was made; nothing where it has none of ours, or one that is too old. Another node's
// clock may be ahead.
std::optional<microseconds> nonce_age(const Claims& proof, const Ctx& ctx) {
  const auto nonce = proof.get<std::string_view>("nonce");
  if (!nonce || nonce->size() > kMaxNonce) return std::nullopt;
  const auto made = ctx.snapshot().seals->open(SealKind::dpop_nonce, *nonce);
  if (!made) return std::nullopt;
  std::int64_t at = 0;
  std::from_chars(made->data(), made->data() + made->size(), at);
  const auto age = ctx.now() - Instant(microseconds(at));
  return age < kNonceLife && age >= -kClockLeeway ? std::optional(age) : std::nullopt;
}

//= RFC9449#8 "If the `nonce` claim in the DPoP proof does not exactly match a nonce recently supplied by the
// authorization server to the client, the authorization server MUST reject the request."
Step<void> check_nonce(const Claims& proof, Ctx& ctx) {
  if (ctx.snapshot().realm.dpop_nonce == DpopNonce::off) return {};
  const auto age = nonce_age(proof, ctx);
  if (!age || *age > kNonceLife / 2) ctx.offer_dpop_nonce(make_nonce(ctx));
  REQUIRE(age, use_dpop_nonce, "nonce", proof.has("nonce") ? "old, or not ours" : "missing");
  return {};
}

bool is_thumbprint(std::string_view text) {
  const auto octets = base64url::decode(text);
  return octets && octets->size() == 32;
}
}  // namespace

Step<void> check_proof(const Request& request, std::string_view path, Ctx& ctx, const Expected& access_token) {
  const auto& fields = request.headers.dpop;
  if (ctx.proven_key() || fields.empty()) return {};
  //= RFC9449#4.3 "There is not more than one DPoP HTTP request header field."
  REQUIRE(fields.size() == 1, invalid_dpop_proof, "DPoP", "more than one");
  Noted noted;
  const auto proof = dpop::verify(fields.front(),
                                  {.method = request.method == Method::post ? "POST" : "GET",
                                   .uri = ctx.snapshot().url(path),
                                   .access_token = access_token},
                                  {.algs = std::vector(kProofAlgs.begin(), kProofAlgs.end()),
                                   .nonce = Unchecked("check_nonce opens it: nobody keeps those that were given out"),
                                   .replay = noted,
                                   .max_age = kMaxAge,
                                   .leeway = kClockLeeway},
                                  whole_seconds(ctx.now()));
  REQUIRE(proof, invalid_dpop_proof, "DPoP", std::string(error_name(proof.error().code)) + ' ' + proof.error().at);
  TRY_VOID(check_nonce(proof->claims(), ctx));
  ctx.prove_key(noted.by(proof->jkt()));
  return {};
}

Step<void> use_proof(Ctx& ctx, std::string_view whose) {
  const auto* key = ctx.proven_key();
  if (!key) return {};
  TRY_VOID(ctx.limit(LimitKind::used_once, whose));
  Tx& tx = *TRY(ctx.store(Access::write));
  REQUIRE(TRY(tx.use_once(ctx.realm(), key->use, key->until, ctx.now())), invalid_dpop_proof, "jti", "used before");
  return {};
}

Step<std::string> check_dpop_jkt(const Params& params) {
  const auto jkt = params.get("dpop_jkt");
  REQUIRE(jkt.empty() || is_thumbprint(jkt), invalid_request, "dpop_jkt", "not a SHA-256");
  return std::string(jkt);
}

//= RFC9449#10.1 "If both mechanisms are used at the same time, the authorization server MUST reject the request if the
// JWK Thumbprint in `dpop_jkt` does not match the public key in the `DPoP` header."
Step<std::string> check_pushed_jkt(const Params& params, const Ctx& ctx) {
  auto jkt = TRY(check_dpop_jkt(params));
  if (!ctx.proven_key()) return jkt;
  REQUIRE(jkt.empty() || ctx.holds_key(jkt), invalid_request, "dpop_jkt", "not the proof's key");
  return ctx.jkt();
}

std::optional<std::string> bound_key(const Claims& claims) {
  if (!claims.has("cnf")) return std::nullopt;
  json::Document document;
  const auto text = claims.json("cnf");
  const auto cnf = text ? document.parse_object(*text) : fail(Err::claim_type, "cnf");
  const auto jkt = cnf ? cnf->find("jkt") : std::nullopt;
  // Bound in a way that nobody can prove here: no key has the thumbprint "".
  return std::string(jkt ? jkt->string().value_or("") : "");
}

Step<void> check_presented(const PresentedToken& presented, const Claims& claims, const Request& request,
                           std::string_view path, Ctx& ctx) {
  const auto jkt = bound_key(claims);
  if (presented.scheme == TokenScheme::Bearer) {
    //= RFC9449#7.2 "Specifically, such a protected resource MUST reject a DPoP-bound access token received as a bearer
    // token per [RFC6750]."
    REQUIRE(!jkt, invalid_token, "cnf", "bound to a key, and came as a bearer token");
    return {};
  }
  REQUIRE(jkt, invalid_token, "cnf", "bound to no key");
  TRY_VOID(check_proof(request, path, ctx, std::string(presented.token)));
  //= RFC9449#7.1 "For such an access token, a resource server MUST check that a DPoP proof was also received in the
  // `DPoP` header field of the HTTP request"
  REQUIRE(ctx.proven_key(), invalid_dpop_proof, "DPoP", "missing");
  REQUIRE(ctx.holds_key(*jkt), invalid_token, "cnf", "bound to another key");
  return {};
}

}  // namespace tessera::issuer
