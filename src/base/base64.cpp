#include "base/base64.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"

namespace tessera::base64 {

std::string encode(BytesView octets) {
  std::string text = base64url::encode(octets);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<Bytes> decode(std::string_view text) {
  ENSURE(text.size() % 4 == 0 && text.find_first_of("-_") == std::string_view::npos, bad_base64, "");
  const auto padding = text.size() - std::min(text.find('='), text.size());
  ENSURE(padding <= 2, bad_base64, "");
  std::string url(text.substr(0, text.size() - padding));
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  // A second '=' before the end, or bits that are not zero, is refused there.
  ENSURE(text.find_first_not_of('=', text.size() - padding) == std::string_view::npos, bad_base64, "");
  return base64url::decode(url);
}

}  // namespace tessera::base64
