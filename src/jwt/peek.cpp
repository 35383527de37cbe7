#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "tessera/jwt.hpp"

namespace tessera {

namespace {

constexpr std::size_t kMaxPeeked = 1 << 20;

Result<std::string> decoded(std::string_view part, const char* name) {
  const auto octets = base64url::decode(part);
  ENSURE(octets, bad_base64, name);
  return std::string(text_of(*octets));
}

}  // namespace

Result<Peeked> peek_unverified(std::string_view token) {
  ENSURE(token.size() <= kMaxPeeked, too_large, "token");
  Peeked out;
  out.parts = static_cast<std::size_t>(std::ranges::count(token, '.')) + 1;
  ENSURE(out.parts > 1, malformed, "parts");
  ENSURE(out.parts == 3 || out.parts == 5, wrong_kind, "parts");
  const auto first = token.find('.'), second = token.find('.', first + 1);
  out.header = TRY(decoded(token.substr(0, first), "header"));
  json::Document document;
  if (const auto header = document.parse_object(out.header); !header) return fail(header.error().code, "header");
  if (out.parts == 3) out.payload = TRY(decoded(token.substr(first + 1, second - first - 1), "payload"));
  return out;
}

}  // namespace tessera
