// One good token, and every token that differs from it in one thing.
#pragma once

#include <string>
#include <vector>

#include "tessera/jwt.hpp"
#include "unit/jose/forge.hpp"

namespace tests {

inline constexpr sys_seconds kNow{seconds(1'800'000'000)};  // 2027-01-15T08:00:00Z
inline constexpr const char* kIssuer = "https://id.example.com";
inline constexpr const char* kAudience = "https://api.example.com";

inline Policy policy() { return {.issuer = kIssuer, .audience = kAudience, .typ = "at+jwt", .algs = {Alg::HS256}}; }
inline SecretKey mac_key() {
  return *SecretKey::from_octets(bytes_of("0123456789abcdef0123456789abcdef"), Alg::HS256, {.kid = "mac"});
}
inline const Verifier& verifier() {
  static const Verifier made{mac_key(), policy()};
  return made;
}

// Members of a JSON object, each as JSON text; `with` replaces or adds one, `without` leaves one out.
class Members {
 public:
  Members(std::initializer_list<std::pair<std::string, std::string>> members) : members_(members) {}
  Members with(std::string_view name, std::string json) const {
    Members out = without(name);
    out.members_.emplace_back(name, std::move(json));
    return out;
  }
  Members without(std::string_view name) const {
    Members out = *this;
    std::erase_if(out.members_, [&](const auto& member) { return member.first == name; });
    return out;
  }
  // Its JSON text; "" if there is none.
  std::string value(std::string_view name) const {
    for (const auto& [each, json] : members_)
      if (each == name) return json;
    return "";
  }
  std::string text() const {
    std::string out;
    for (const auto& [name, json] : members_) out += (out.empty() ? "{\"" : ",\"") + name + "\":" + json;
    return out.empty() ? "{}" : out + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

inline const Members kHeader{{"alg", R"("HS256")"}, {"typ", R"("at+jwt")"}, {"kid", R"("mac")"}};
inline const Members kClaims{{"iss", R"("https://id.example.com")"},
                             {"sub", R"("alice")"},
                             {"aud", R"("https://api.example.com")"},
                             {"exp", "1800000300"},
                             {"iat", "1800000000"},
                             {"jti", R"("j-1")"}};

inline std::string text_json(std::string_view text) { return "\"" + std::string(text) + "\""; }

// Signed by the MAC key, whatever it says.
inline std::string token(const std::string& claims, const std::string& header = kHeader.text()) {
  return token_of(header, mac_key(), Alg::HS256, claims);
}
inline std::string token(const Members& claims = kClaims) { return token(claims.text()); }
inline std::string with_claim(std::string_view name, std::string json) {
  return token(kClaims.with(name, std::move(json)));
}

// "ok", or "code at".
inline std::string outcome(std::string_view token, const Verifier& by = verifier(), sys_seconds now = kNow) {
  return refusal_of(by.verify(token, now));
}
inline std::string outcome(std::string_view token, Policy policy, sys_seconds now = kNow) {
  return outcome(token, Verifier{mac_key(), std::move(policy)}, now);
}

}  // namespace tests
