// An SD-JWT taken apart, and its disclosures put in their places (RFC 9901 section 7.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.hpp"
#include "tessera/sdjwt.hpp"

namespace tessera::sdjwt {

// Views of the text.
struct Parts {
  std::string_view jwt;
  std::vector<std::string_view> disclosures;
  std::string_view key_binding;  // "" where there is none
  std::string_view bound;        // what sd_hash is the hash of: all before the key binding JWT
};
// Errors: too_large, wrong_kind (no "~"), malformed (an empty disclosure).
Result<Parts> split(std::string_view text, std::size_t max_bytes);

// BASE64URL(hash(text)): of a disclosure the digest, of Parts::bound the sd_hash.
std::string digest_of(Hash hash, std::string_view text);

// `_sd_alg` of a payload, or the default. Errors: claim_type, unknown_alg.
Result<Hash> hash_of(const json::Object& payload);

// Reserved: the names that carry digests.
bool is_reserved(std::string_view name);

// A reference token of a JSON Pointer, escaped (RFC 6901 section 3).
void append_token(std::string& pointer, std::string_view name);

// Whether there is the key binding that was asked for, before anything costs.
Result<void> check_form(const Parts& parts, const Policy& policy);

// What the holder signed (section 7.3). `expected` is null where nobody says what was asked for: the rest is checked.
Result<void> check_key_binding(const Parts& parts, const json::Object& payload, const KeyBinding* expected,
                               const tessera::Policy& issuer_signed, Hash hash, sys_seconds now);

// One by itself, whatever its place. Errors: as sdjwt::verify says of a disclosure.
Result<void> check_disclosure(std::string_view encoded);

struct Placed {
  std::string pointer;
  std::string value;
  std::optional<std::size_t> inside;
};
struct Processed {
  std::string claims;          // JSON text
  std::vector<Placed> placed;  // one a disclosure, in their order; only where they were asked for
};
enum class Places : std::uint8_t { unwanted, wanted };
// Every digest of `payload` replaced by what it stands for, or removed.
// Errors: as sdjwt::verify says of disclosures and reserved names; too_large (kMaxPointer, where places are wanted).
Result<Processed> process(const json::Object& payload, const std::vector<std::string_view>& disclosures, Hash hash,
                          Places places);

}  // namespace tessera::sdjwt
