#include "issuer/steps/device.hpp"

#include "issuer/sealed.hpp"

namespace tessera::issuer {

namespace {
constexpr seconds kLifetime = std::chrono::days(400);  // longer than browsers keep a cookie
const Bound kBound{SealKind::device};
}  // namespace

std::string known_device(const Request& request, std::string_view username, const Ctx& ctx) {
  json::Document document;
  const auto opened = open_bound(kBound, kLifetime, request.headers.cookie("device"), ctx, document);
  return opened && member_text(*opened, "u") == username ? member_text(*opened, "d") : "";
}

Cookie device_cookie(std::string_view username, Ctx& ctx) {
  auto id = ctx.random_id();
  return {Cookie::Which::device,
          seal_bound(kBound, ctx.now(), ctx, [&](json::Writer& out) { out.member("u", username).member("d", id); }),
          kLifetime};
}

}  // namespace tessera::issuer
