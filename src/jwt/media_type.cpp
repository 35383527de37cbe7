#include "jwt/media_type.hpp"

#include <algorithm>

namespace tessera::detail {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, lower);
}

}  // namespace

std::string_view bare_media_type(std::string_view typ) {
  constexpr std::string_view kPrefix = "application/";
  if (typ.size() <= kPrefix.size() || !equal_without_case(typ.substr(0, kPrefix.size()), kPrefix)) return typ;
  const std::string_view rest = typ.substr(kPrefix.size());
  return rest.find('/') == std::string_view::npos ? rest : typ;
}

std::string prepared_media_type(std::string_view typ) {
  std::string out(bare_media_type(typ));
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool same_media_type(std::string_view typ, std::string_view prepared) {
  return equal_without_case(bare_media_type(typ), prepared);
}

}  // namespace tessera::detail
