// The compact serialization (RFC 7515 section 3.1) and its protected header.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "json/json.hpp"
#include "tessera/keys.hpp"

namespace tessera::jose {

// The parts of a compact JWS, still encoded. Views into the token.
struct Compact {
  std::string_view header, payload, signature;
  std::string_view signing_input;  // header "." payload
};
Result<void> check_size(std::string_view token, std::size_t max_bytes);  // Err::too_large
// Errors: too_large, wrong_kind (five parts: a JWE), malformed. Looks at each octet once at most.
Result<Compact> split(std::string_view token, std::size_t max_bytes);

// Whether a payload that is not encoded may stand between the two full stops (RFC 7797 section 5.2): printable ASCII
// without one of its own.
bool fits_compact(std::string_view payload);

// Views into the parsed header; live as long as its document.
struct ProtectedHeader {
  Alg alg{};
  std::string_view kid, typ, cty;  // "" if absent
  bool has_kid = false;
  std::optional<json::Value> jwk;  // an object; it chooses no key, but where its reader asks for that source
};

// Extensions that a reader understands where `crit` names them.
inline constexpr std::span<const std::string_view> kNoExtension;
inline constexpr std::array<std::string_view, 1> kB64 = {"b64"};

// Everything that a header may say about itself, checked: `alg` known (`none` in any case is alg_not_allowed), types of
// all registered parameters, `crit`. `jwk`, `jku`, `x5u`, `x5c` and the rest are checked for shape and choose nothing.
// Errors: malformed_header, unknown_alg, alg_not_allowed, crit_unsupported (not among `understood`).
Result<ProtectedHeader> parse_header(const json::Object& header,
                                     std::span<const std::string_view> understood = kNoExtension);

// Whether the payload is encoded: `b64` of a protected header, true if absent. Err::malformed_header (no boolean, or
// not named by `crit`).
Result<bool> payload_encoded(const json::Object& header);

}  // namespace tessera::jose
