// The two ways that a JWE comes in.
#include <array>

#include "base/base64url.hpp"
#include "base/ct.hpp"
#include "base/try.hpp"
#include "jose/jwe_open.hpp"
#include "jose/select.hpp"
#include "tessera/jwe.hpp"

namespace tessera::jwe {

using jose::JweHeader;
using jose::SealedContent;

namespace {

constexpr std::size_t kMaxBytes = 64 << 20;

//= RFC7516#7.1
// BASE64URL(UTF8(JWE Protected Header)) || '.' || BASE64URL(JWE Encrypted Key) || '.' || BASE64URL(JWE Initialization
// Vector) || '.' || BASE64URL(JWE Ciphertext) || '.' || BASE64URL(JWE Authentication Tag)
struct Compact {
  std::string_view header, encrypted_key, iv, ciphertext, tag;
};

Result<Compact> split(std::string_view token) {
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto dot = token.find('.');
    const bool last = i + 1 == parts.size();
    if (dot == std::string_view::npos && i == 2) return fail(Err::wrong_kind, "JWS");
    ENSURE(last == (dot == std::string_view::npos), malformed, "parts");
    parts[i] = token.substr(0, dot);
    if (!last) token.remove_prefix(dot + 1);
  }
  ENSURE(!parts[0].empty(), malformed, "header");
  return Compact{parts[0], parts[1], parts[2], parts[3], parts[4]};
}

Result<Bytes> decoded(std::string_view text, const char* name) {
  auto octets = base64url::decode(text);
  ENSURE(octets, bad_base64, name);
  return std::move(*octets);
}

// The protected header's text and its members; views `document`.
Result<json::Object> read_protected(std::string_view encoded, std::string& text, json::Document& document) {
  const Bytes octets = TRY(decoded(encoded, "header"));
  text = text_of(octets);
  const auto object = document.parse_object(text);
  if (!object) return fail(object.error().code, "header");
  return *object;
}

Result<std::string_view> text_member(const json::Object& of, const char* name) {
  const auto value = of.find(name);
  if (!value) return std::string_view();
  const auto text = value->string();
  ENSURE(text && !text->empty(), malformed, name);
  return *text;
}

Result<std::optional<json::Object>> object_member(const json::Object& of, const char* name) {
  const auto value = of.find(name);
  if (!value) return std::optional<json::Object>();
  const auto object = value->object();
  ENSURE(object, malformed, name);
  return object;
}

Result<Bytes> octets_member(const json::Object& of, const char* name) {
  const auto text = TRY(text_member(of, name));
  return decoded(text, name);
}

}  // namespace

Result<void> Policy::check() const {
  ENSURE(max_bytes > 0 && max_bytes <= kMaxBytes, bad_policy, "max_bytes");
  ENSURE(max_inflated <= kMaxBytes, bad_policy, "max_inflated");
  ENSURE(!passwords || (passwords->min >= 1'000 && passwords->min <= passwords->max && passwords->max <= 10'000'000),
         bad_policy, "passwords");
  return {};
}

BytesView Decrypted::plaintext() const { return plaintext_.expose("what was asked to be decrypted"); }

// The one maker of Decrypted.
struct Decrypted::Maker {
  // Of what a recipient's header says and what it holds.
  static Result<Decrypted> open(const detail::KeyData& key, const JweHeader& header, BytesView encrypted_key,
                                const SealedContent& content, const Policy& policy) {
    Decrypted out;
    out.plaintext_ = TRY(jose::open_content(key, header, encrypted_key, content, policy));
    out.alg_ = header.alg;
    out.enc_ = header.enc;
    out.typ_ = header.typ;
    out.cty_ = header.cty;
    out.kid_ = key.info.kid.empty() ? header.protected_kid : std::string_view(key.info.kid);
    return out;
  }

  struct Json;
};

Result<Decrypted> decrypt(std::string_view token, const Keyring& keys, const Policy& policy) {
  TRY_VOID(policy.check());
  ENSURE(token.size() <= policy.max_bytes, too_large, "token");
  const auto parts = TRY(split(token));
  json::Document document;
  std::string text;
  const auto object = TRY(read_protected(parts.header, text, document));
  const auto header = TRY(jose::parse_jwe_header({.of_all_protected = object, .of_all = {}, .of_recipient = {}}));
  TRY_VOID(jose::check_allowed(header, policy));
  const Bytes encrypted_key = TRY(decoded(parts.encrypted_key, "encrypted_key"));
  SealedContent content;
  content.iv = TRY(decoded(parts.iv, "iv"));
  content.ciphertext = TRY(decoded(parts.ciphertext, "ciphertext"));
  content.tag = TRY(decoded(parts.tag, "tag"));
  content.associated = parts.header;
  const auto* key = TRY(jose::choose_key(keys, header));
  auto out = TRY(Decrypted::Maker::open(*key, header, encrypted_key, content, policy));
  out.header_ = std::move(text);
  return out;
}

// A message in JSON, read but for its recipients.
struct Decrypted::Maker::Json {
  json::Document document, protected_document;
  std::string protected_text;
  jose::JweHeaders headers;
  SealedContent content;
  Bytes aad;
  jose::Turns turns;

  Result<json::Object> parse(std::string_view text) {
    const auto object = TRY(document.parse_object(text));
    const auto encoded = TRY(text_member(object, "protected"));
    if (!encoded.empty()) headers.of_all_protected = TRY(read_protected(encoded, protected_text, protected_document));
    headers.of_all = TRY(object_member(object, "unprotected"));
    content.iv = TRY(octets_member(object, "iv"));
    const auto ciphertext = object.find("ciphertext");
    ENSURE(ciphertext && ciphertext->is(json::Kind::string), malformed, "ciphertext");  // "" is that of nothing
    content.ciphertext = TRY(decoded(*ciphertext->string(), "ciphertext"));
    content.tag = TRY(octets_member(object, "tag"));
    const auto encoded_aad = TRY(text_member(object, "aad"));
    aad = TRY(decoded(encoded_aad, "aad"));
    content.associated = jose::associated_data(encoded, encoded_aad);
    return object;
  }

  // One entry of `recipients`, or the whole of a flattened message.
  Result<Decrypted> open(const json::Object& entry, const Keyring& keys, const Policy& policy) {
    headers.of_recipient = TRY(object_member(entry, "header"));
    const Bytes encrypted_key = TRY(octets_member(entry, "encrypted_key"));
    const auto header = TRY(jose::parse_jwe_header(headers));
    TRY_VOID(jose::check_allowed(header, policy));
    const auto* key = TRY(jose::choose_key(keys, header));
    TRY_VOID(turns.take(*key, "recipients", header.p2c ? 1 : jose::Turns::kMost));
    auto out = TRY(Maker::open(*key, header, encrypted_key, content, policy));
    out.header_ = protected_text;
    out.aad_ = aad;
    return out;
  }

  Result<Decrypted> open_any(const json::Array& recipients, const Keyring& keys, const Policy& policy) {
    std::optional<Error> error;
    for (const json::Value item : recipients) {
      const auto entry = item.object();
      ENSURE(entry, malformed, "recipients");
      auto out = open(*entry, keys, policy);
      if (out) return out;
      // Of several refusals the one that came furthest tells most.
      if (!error || out.error().code == Err::decrypt_failed) error = out.error();
    }
    return std::unexpected(*error);
  }

  Result<Decrypted> open_all(const json::Array& recipients, const Keyring& keys, const Policy& policy) {
    std::optional<Decrypted> first;
    for (const json::Value item : recipients) {
      const auto entry = item.object();
      ENSURE(entry, malformed, "recipients");
      auto out = TRY(open(*entry, keys, policy));
      // GCM lets one ciphertext open under two keys, to two texts.
      ENSURE(!first || ct::equal(first->plaintext(), out.plaintext()), decrypt_failed, "ciphertext");
      if (!first) first = std::move(out);
    }
    return std::move(*first);
  }
};

Result<Decrypted> decrypt_json(std::string_view json, const Keyring& keys, Rule recipients, const Policy& policy) {
  TRY_VOID(policy.check());
  ENSURE(json.size() <= policy.max_bytes, too_large, "token");
  Decrypted::Maker::Json message;
  const auto object = TRY(message.parse(json));
  const auto several = object.find("recipients");
  if (!several) return message.open(object, keys, policy);
  //= RFC7516#7.2.2
  // The "recipients" member MUST NOT be present when using this syntax (nor may the flattened one's stand beside it).
  ENSURE(!object.find("header") && !object.find("encrypted_key"), malformed, "recipients");
  const auto list = several->array();
  ENSURE(list && list->size() > 0, malformed, "recipients");
  ENSURE(list->size() <= jose::kMaxRecipients, too_large, "recipients");
  return recipients == Rule::ANY ? message.open_any(*list, keys, policy) : message.open_all(*list, keys, policy);
}

}  // namespace tessera::jwe
