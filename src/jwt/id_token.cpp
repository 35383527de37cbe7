#include "tessera/id_token.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"
#include "jose/algs.hpp"
#include "jose/signature.hpp"
#include "jwt/profile.hpp"

namespace tessera::id_token {

namespace {

constexpr std::size_t kMaxSubject = 255;

//= OpenIDConnectCore#2
// The following Claims are used within the ID Token: iss REQUIRED. [...] sub REQUIRED. [...] It MUST NOT exceed 255
// ASCII characters in length. [...] aud REQUIRED. [...] exp REQUIRED. [...] iat REQUIRED.
Result<void> check(const detail::ClaimSet& claims) {
  TRY_VOID(detail::text_claim(claims, "iss"));
  const auto subject = TRY(detail::text_claim(claims, "sub"));
  ENSURE(subject.size() <= kMaxSubject, claim_mismatch, "sub");
  TRY_VOID(detail::check_has_audience(claims));
  TRY_VOID(detail::check_issued(claims));
  for (const char* name : {"nonce", "azp", "sid", "at_hash", "c_hash"}) TRY_VOID(detail::optional_text(claims, name));
  TRY_VOID(detail::check_login(claims));
  // A logout token of an issuer that names no typ.
  TRY_VOID(detail::check_without(claims, "events"));
  //= OpenIDConnectCore#3.1.3.7
  // If the ID Token contains multiple audiences, the Client SHOULD verify that an azp Claim is present.
  const auto several = claims.audience->array();
  ENSURE(!several || several->size() == 1 || claims.object->find("azp"), claim_missing, "azp");
  return {};
}

constexpr detail::Profile kProfile{.typ = "JWT", .check = check};

// The hash of the signature's algorithm; nothing where none is defined.
std::optional<Bytes> hashed(Alg alg, KeyType key, BytesView text) {
  // What signs with Ed25519 hashes with SHA-512 (RFC 8032 section 5.1); what signs with Ed448 has no hash that all
  // readers agree upon.
  if (key == KeyType::Ed25519) return crypto::sha512(text);
  if (key == KeyType::Ed448) return std::nullopt;
  switch (alg_row(alg).hash) {
    case crypto::Hash::SHA256: {
      const auto digest = crypto::sha256(text);
      return Bytes(digest.begin(), digest.end());
    }
    case crypto::Hash::SHA384: return crypto::sha384(text);
    case crypto::Hash::SHA512: return crypto::sha512(text);
  }
  return std::nullopt;
}

//= OpenIDConnectCore#3.1.3.6
// Its value is the base64url encoding of the left-most half of the hash of the octets of the ASCII representation of
// the access_token value, where the hash algorithm used is the hash algorithm used in the alg Header Parameter of the
// ID Token's JOSE Header.
Result<std::string> half_hash(Alg alg, KeyType key, std::string_view text, const char* claim) {
  const auto hash = hashed(alg, key, bytes_of(text));
  ENSURE(hash, at_hash_failed, claim);
  return base64url::encode(BytesView(*hash).first(hash->size() / 2));
}

Result<void> check_hash(const detail::ScratchData& token, const Companion& companion, const char* claim) {
  if (companion.text().empty()) {
    ENSURE(!companion.hash_required(), bad_policy, claim);
    return {};
  }
  const auto hash = TRY(detail::optional_text(token.claims, claim));
  ENSURE(hash || !companion.hash_required(), claim_missing, claim);
  if (!hash) return {};
  const auto expected = TRY(half_hash(token.jws.header.alg, token.key_type, companion.text(), claim));
  ENSURE(*hash == expected, at_hash_failed, claim);
  return {};
}

Result<void> check_authorized_party(const detail::ClaimSet& claims, const Policy& policy) {
  std::vector<std::string> known = policy.other_audiences;
  known.push_back(policy.client_id.value);
  //= OpenIDConnectCore#3.1.3.7
  // The ID Token MUST be rejected if the ID Token does not list the Client as a valid audience, or if it contains
  // additional audiences not trusted by the Client.
  TRY_VOID(detail::check_nobody_else(claims, known));
  const auto azp = TRY(detail::optional_text(claims, "azp"));
  ENSURE(!azp || *azp == policy.client_id.value, claim_mismatch, "azp");
  return {};
}

Result<void> check_login_age(const detail::ClaimSet& claims, const Policy& policy, sys_seconds now) {
  if (!policy.max_age) return {};
  ENSURE(*policy.max_age >= seconds(0), bad_policy, "max_age");
  const auto then = TRY(detail::optional_time(claims, "auth_time"));
  ENSURE(then, claim_missing, "auth_time");
  ENSURE(now - *then - policy.leeway <= *policy.max_age, too_old, "auth_time");
  return {};
}

Result<std::string> issue_with(const Draft& draft, const detail::KeyData& key) {
  const Alg alg = TRY(jose::signing_alg(key, std::nullopt));
  detail::ClaimList claims;
  claims.text("nonce", draft.nonce).time("auth_time", draft.auth_time).text("acr", draft.acr).texts("amr", draft.amr);
  claims.text("azp", draft.authorized_party).text("sid", draft.session);
  if (!draft.access_token.empty()) {
    const std::string hash = TRY(half_hash(alg, key.type, draft.access_token, "at_hash"));
    claims.text("at_hash", hash);
  }
  if (!draft.code.empty()) {
    const std::string hash = TRY(half_hash(alg, key.type, draft.code, "c_hash"));
    claims.text("c_hash", hash);
  }
  claims.append(draft.claims);
  return detail::issue_as(kProfile,
                          {.issuer = draft.issuer.value,
                           .subject = draft.subject.value,
                           .audience = draft.audience.values(),
                           .issued_at = draft.issued_at.value,
                           .expires_at = draft.expires_at.value,
                           .claims = claims},
                          key);
}

}  // namespace

Result<std::string> issue(const Draft& draft, const PrivateKey& key) { return issue_with(draft, key.data()); }
Result<std::string> issue(const Draft& draft, const SecretKey& key) { return issue_with(draft, key.data()); }

std::string_view Verified::session() const { return claims_.get<std::string_view>("sid").value_or(""); }

Result<Verified> verify(std::string_view token, const jws::KeysView& keys, const Policy& policy, sys_seconds now) {
  auto scratch = TRY(detail::verify_as(
      kProfile, token, keys,
      detail::policy_of(kProfile, policy.issuer, policy.client_id.value, policy.algs, policy.leeway, Untyped::accepted),
      now));
  const auto& claims = scratch->claims;
  TRY_VOID(check_authorized_party(claims, policy));
  TRY_VOID(detail::check_text(claims, "nonce", policy.nonce));
  TRY_VOID(detail::check_text(claims, "acr", policy.acr));
  TRY_VOID(check_login_age(claims, policy, now));
  TRY_VOID(check_hash(*scratch, policy.access_token, "at_hash"));
  TRY_VOID(check_hash(*scratch, policy.code, "c_hash"));
  const auto auth_time = TRY(detail::optional_time(claims, "auth_time"));
  return Verified(detail::ClaimsMaker::owning(std::move(scratch)), auth_time);
}

}  // namespace tessera::id_token
