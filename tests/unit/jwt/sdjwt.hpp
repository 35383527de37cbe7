// A good SD-JWT, and every one that differs from it in one thing.
#pragma once

#include "jwt/sdjwt_parts.hpp"
#include "tessera/sdjwt.hpp"
#include "tokens.hpp"

namespace tests {

inline const PrivateKey& issuer_key() { return private_key(Alg::ES256); }
inline const PrivateKey& holder_key() { return private_key(Alg::Ed25519); }

inline std::string disclosure(std::string_view json) { return base64url::encode(json); }
inline std::string digest(std::string_view disclosure, sdjwt::Hash hash = sdjwt::Hash::sha_256) {
  return sdjwt::digest_of(hash, disclosure);
}
inline std::string digest_json(std::string_view disclosure) { return text_json(digest(disclosure)); }

inline const std::string kName = disclosure(R"(["s1","given_name","Ada"])");
inline const std::string kCountry = disclosure(R"(["s2","country","UK"])");
inline const std::string kAddress =
    disclosure(R"(["s3","address",{"street":"St James","_sd":[)" + digest_json(kCountry) + "]}]");
inline const std::string kNation = disclosure(R"(["s4","GB"])");

inline const Members kSdClaims{{"iss", R"("https://id.example.com")"},
                               {"exp", "1800000300"},
                               {"_sd_alg", R"("sha-256")"},
                               {"nations", R"(["FR",{"...":)" + digest_json(kNation) + R"(},{"...":"decoy1"}])"},
                               {"cnf", R"({"jwk":)" + holder_key().public_key().jwk() + "}"},
                               {"_sd", "[" + digest_json(kName) + "," + digest_json(kAddress) + R"(,"decoy2"])"}};
inline const std::string kSdHeader = R"({"alg":"ES256","typ":"dc+sd-jwt"})";

inline std::string issuer_signed(const std::string& claims, const std::string& header = kSdHeader) {
  return token_of(header, issuer_key(), Alg::ES256, claims);
}
inline std::string joined(std::string jwt, const std::vector<std::string>& disclosures) {
  jwt += '~';
  for (const auto& one : disclosures) (jwt += one) += '~';
  return jwt;
}
// No key binding.
inline std::string shown(const Members& claims, const std::vector<std::string>& disclosures) {
  return joined(issuer_signed(claims.text()), disclosures);
}

// A key binding JWT for `presentation`, whatever it says.
inline const Members kKbHeader{{"alg", R"("EdDSA")"}, {"typ", R"("kb+jwt")"}};
inline Members kb_claims(std::string_view presentation) {
  return {{"iat", "1800000000"},
          {"aud", R"("https://api.example.com")"},
          {"nonce", R"("n-1")"},
          {"sd_hash", digest_json(presentation)}};
}
inline std::string bound(const std::string& presentation, const Members& claims, const Members& header = kKbHeader,
                         const PrivateKey& key = holder_key(), Alg alg = Alg::EdDSA) {
  return presentation + token_of(header.text(), key, alg, claims.text());
}

inline sdjwt::Policy sd_policy() {
  return {.issuer_signed = {.issuer = kIssuer,
                            .audience = Unchecked("a test: a credential is for no one in particular"),
                            .typ = "dc+sd-jwt",
                            .algs = {Alg::ES256}},
          .key_binding = Unchecked("a test")};
}
inline sdjwt::Policy bound_policy() {
  sdjwt::Policy policy = sd_policy();
  policy.key_binding =
      sdjwt::KeyBinding{.nonce = "n-1", .audience = kAudience, .algs = {Alg::EdDSA}, .max_age = seconds(60)};
  return policy;
}
inline Result<Claims> sd_verify(std::string_view text, const sdjwt::Policy& policy = sd_policy(),
                                sys_seconds now = kNow) {
  return sdjwt::verify(text, Keys::of({issuer_key().public_key()}), policy, now);
}
// The processed claims, or the refusal.
inline std::string sd_outcome(std::string_view text, const sdjwt::Policy& policy = sd_policy(),
                              sys_seconds now = kNow) {
  const auto claims = sd_verify(text, policy, now);
  return claims ? std::string(claims->json()) : refusal_of(claims);
}
inline std::string sd_outcome(const Members& claims, const std::vector<std::string>& disclosures) {
  return sd_outcome(shown(claims, disclosures));
}

}  // namespace tests
