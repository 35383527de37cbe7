#include "issuer/sealed.hpp"

namespace tessera::issuer {

namespace {
constexpr std::size_t kMaxSealed = 12 * 1024;
}

std::string seal_bound(const Bound& bound, Instant begun, const Ctx& ctx,
                       const std::function<void(json::Writer&)>& write) {
  json::Writer out;
  out.begin_object().member("b", bound.browser).member("t", begun.time_since_epoch().count());
  write(out);
  out.end_object();
  return ctx.snapshot().seals->seal(bound.kind, out.text());
}

Step<json::Object> open_bound(const Bound& bound, seconds lifetime, std::string_view sealed, const Ctx& ctx,
                              json::Document& document) {
  REQUIRE(!sealed.empty() && sealed.size() <= kMaxSealed, bad_interaction, "interaction");
  const auto text = ctx.snapshot().seals->open(bound.kind, sealed);
  REQUIRE(text, bad_interaction, "interaction", "altered, or sealed under a key that is gone");
  const auto object = TRY(document.parse_object(*text));
  REQUIRE(member_text(object, "b") == bound.browser, bad_interaction, "interaction", "of another browser");
  REQUIRE(ctx.now() < begun_of(object) + lifetime, bad_interaction, "interaction", "expired");
  return object;
}

Instant begun_of(const json::Object& opened) {
  const auto begun = opened.find("t");
  return Instant{microseconds(begun ? begun->integer().value_or(0) : 0)};
}

std::string member_text(const json::Object& object, std::string_view name) {
  const auto value = object.find(name);
  return std::string(value ? value->string().value_or("") : "");
}

}  // namespace tessera::issuer
