#include "jose/jws_text.hpp"

#include "base/try.hpp"
#include "jose/header_rules.hpp"
#include "jose/verify.hpp"
#include "tessera/jws.hpp"

namespace tessera::jose {

namespace {

constexpr std::size_t kMaxUnprotected = 64;  // members: each is looked for in the protected header

Result<std::string_view> text_member(const json::Object& object, const char* name) {
  const auto value = object.find(name);
  const auto text = value ? value->string() : std::nullopt;
  ENSURE(text, malformed, name);
  return *text;
}

Result<JwsSignature> read_signature(const json::Object& object) {
  JwsSignature out;
  if (object.find("protected")) {
    out.header = TRY(text_member(object, "protected"));
    ENSURE(!out.header.empty(), malformed, "protected");
  }
  out.unprotected = object.find("header");
  ENSURE(!out.unprotected || out.unprotected->is(json::Kind::object), malformed, "header");
  out.signature = TRY(text_member(object, "signature"));
  return out;
}

Result<std::vector<JwsSignature>> read_signatures(const json::Object& object) {
  std::vector<JwsSignature> out;
  const auto member = object.find("signatures");
  if (!member) {
    out.push_back(TRY(read_signature(object)));
    return out;
  }
  //= RFC7515#7.2.2
  // The "signatures" member MUST NOT be present when using this syntax.
  for (const char* flattened : {"protected", "header", "signature"})
    ENSURE(!object.find(flattened), malformed, flattened);
  const auto list = member->array();
  ENSURE(list, malformed, "signatures");
  for (const json::Value item : *list) {
    ENSURE(out.size() < jws::kMaxSignatures, too_large, "signatures");
    const auto entry = item.object();
    ENSURE(entry, malformed, "signatures");
    out.push_back(TRY(read_signature(*entry)));
  }
  ENSURE(!out.empty(), malformed, "signatures");
  return out;
}

}  // namespace

Result<JwsText> read_compact(std::string_view token, std::size_t max_bytes) {
  const auto parts = TRY(split(token, max_bytes));
  return JwsText{.serialization = Serialization::compact,
                 .payload = parts.payload,
                 .signatures = {{.header = parts.header,
                                 .unprotected = {},
                                 .signature = parts.signature,
                                 .signing_input = parts.signing_input}}};
}

//= RFC7515#7.2.1
// Additional members can be present in both the JSON objects defined above; if not understood by implementations
// encountering them, they MUST be ignored.
Result<JwsText> read_json(std::string_view text, json::Document& document) {
  const auto object = TRY(of_part(document.parse_object(text), "token"));
  ENSURE(!object.find("ciphertext"), wrong_kind, "JWE");
  JwsText out{.serialization = Serialization::json, .payload = {}, .signatures = {}};
  if (object.find("payload")) out.payload = TRY(text_member(object, "payload"));
  out.signatures = TRY(read_signatures(object));
  return out;
}

//= RFC7515#7.2.1
// The Header Parameter names in the two locations MUST be disjoint.
Result<void> check_names(const json::Object& header, const json::Object& unprotected) {
  std::size_t count = 0;
  for (const json::Member member : unprotected) {
    ENSURE(++count <= kMaxUnprotected, too_large, "header");
    ENSURE(!header.find(member.name), duplicate_header, "header");
    ENSURE(member.name != "b64", malformed_header, "b64");
  }
  return {};
}

Result<void> parse_unprotected(const json::Object& unprotected, ProtectedHeader& header) {
  for (const json::Member member : unprotected) {
    //= RFC7515#4.1.11
    // When used, this Header Parameter MUST be integrity protected.
    ENSURE(member.name != "crit", malformed_header, "crit");
    if (member.name == "kid") {
      header.kid = TRY(text(member.value, "kid"));
      header.has_kid = true;
    } else {
      TRY_VOID(check_descriptive(member));
    }
  }
  return {};
}

}  // namespace tessera::jose
