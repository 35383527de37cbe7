#include "issuer/steps/logo.hpp"

namespace tessera::issuer {

namespace {
// PNG (RFC 2083 section 3.1); JPEG (ITU-T T.81 annex B: SOI and the next marker).
std::string type_of(std::string_view octets) {
  if (octets.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
  if (octets.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  return {};
}
}  // namespace

Step<Logo> fetch_logo(const std::string& uri, Ctx& ctx) {
  auto body = TRY(ctx.fetch(uri));
  REQUIRE(body, invalid_client_metadata, "logo_uri", "nothing is to be had there");
  auto type = type_of(*body);
  REQUIRE(!type.empty(), invalid_client_metadata, "logo_uri", "neither PNG nor JPEG");
  return Logo{std::move(type), std::move(*body)};
}

}  // namespace tessera::issuer
