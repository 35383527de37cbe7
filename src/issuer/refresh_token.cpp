#include "issuer/refresh_token.hpp"

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/try.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kMac = 32, kGeneration = 8;

Bytes body_of(const RefreshToken& token) {
  Bytes body;
  for (std::size_t i = 0; i < kGeneration; ++i)
    body.push_back(static_cast<std::byte>(token.generation >> (8 * (kGeneration - 1 - i)) & 0xFF));
  const auto grant = bytes_of(token.grant.text);
  body.insert(body.end(), grant.begin(), grant.end());
  return body;
}
}  // namespace

std::string print_refresh_token(const SealKeys& keys, const RefreshToken& token) {
  const Bytes body = body_of(token);
  const auto mac = keys.refresh_mac(keys.newest(), body);
  INVARIANT(mac, "the newest key makes MACs");
  Bytes octets(mac->begin(), mac->end());
  octets.insert(octets.end(), body.begin(), body.end());
  return keys.newest() + base64url::encode(octets);
}

Result<RefreshToken> open_refresh_token(const SealKeys& keys, std::string_view text) {
  ENSURE(!text.empty() && text.size() <= kMaxRefreshTokenBytes, malformed, "refresh_token");
  const Bytes octets = TRY(base64url::decode(text.substr(1)));
  ENSURE(octets.size() > kMac + kGeneration, malformed, "refresh_token");
  const BytesView all(octets), mac = all.first(kMac), body = all.subspan(kMac);
  const auto expected = TRY(keys.refresh_mac(text.front(), body));
  ENSURE(ct::equal(mac, expected), decrypt_failed, "refresh_token");
  RefreshToken token{GrantId(text_of(body.subspan(kGeneration))), 0};
  for (const auto octet : body.first(kGeneration))
    token.generation = token.generation << 8 | std::to_integer<std::int64_t>(octet);
  return token;
}

}  // namespace tessera::issuer
