// What a browser carries for us for a while: an object, sealed by its kind, with when it began and whose it is.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "issuer/ctx.hpp"
#include "issuer/step.hpp"
#include "json/json.hpp"

namespace tessera::issuer {

// `browser` is the digest of the browser that alone may bring it back, "" for any.
struct Bound {
  SealKind kind{};
  std::string browser{};
};

// `write` adds members; their names are not "b" and "t".
std::string seal_bound(const Bound& bound, Instant begun, const Ctx& ctx,
                       const std::function<void(json::Writer&)>& write);

// The object, which views `document`. Refusal: bad_interaction (empty, longer than any of ours, altered, under a key
// that is gone, another browser's, begun `lifetime` ago).
Step<json::Object> open_bound(const Bound& bound, seconds lifetime, std::string_view sealed, const Ctx& ctx,
                              json::Document& document);
Instant begun_of(const json::Object& opened);

// The text of a member, "" when there is none.
std::string member_text(const json::Object& object, std::string_view name);

}  // namespace tessera::issuer
