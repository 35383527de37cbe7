// The JOSE header of a JWE (RFC 7516 section 4).
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "json/json.hpp"
#include "tessera/keys.hpp"

namespace tessera::jose {

// Views into the parsed headers; live as long as their documents.
struct JweHeader {
  KeyAlg alg{};
  Enc enc{};
  std::optional<std::string_view> kid;         // wherever it stands
  std::string_view typ, cty, protected_kid{};  // of the protected header; "" if absent
  bool zip = false;
  // What the algorithms ask for; base64url texts are still encoded.
  std::optional<json::Object> epk;
  std::string_view apu, apv;
  std::optional<std::string_view> iv, tag, p2s;
  std::optional<std::int64_t> p2c;
};

// The union of the headers that a message has for one recipient; each is absent where the serialization has none.
struct JweHeaders {
  std::optional<json::Object> of_all_protected, of_all, of_recipient;
};

// Errors: malformed_header, duplicate_header, crit_unsupported, unknown_alg, alg_not_allowed (`none`), unsupported
// (zip).
Result<JweHeader> parse_jwe_header(const JweHeaders& headers);

}  // namespace tessera::jose
