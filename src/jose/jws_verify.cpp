#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "jose/jws_text.hpp"
#include "jose/select.hpp"
#include "jose/signature.hpp"
#include "jose/verify.hpp"
#include "tessera/jws.hpp"

namespace tessera::jws {

namespace {

// One signature on its way to a verdict.
struct Examined {
  jose::JwsSignature text;
  Bytes header_octets;
  json::Document document;  // of the protected header
  std::optional<json::Object> header;
  jose::ProtectedHeader said;  // once read; views the documents
  const detail::KeyData* key = nullptr;
  Result<void> verdict{};
};

// What concerns the text as a whole: a signature that fails here refuses every other.
Result<bool> read_headers(Examined& one) {
  one.header_octets = TRY(jose::of_part(base64url::decode(one.text.header), "header"));
  // No protected header is an empty one.
  const auto text = one.text.header.empty() ? std::string_view("{}") : text_of(one.header_octets);
  one.header = TRY(jose::of_part(one.document.parse_object(text), "header"));
  if (one.text.unprotected) TRY_VOID(jose::check_names(*one.header, *one.text.unprotected->object()));
  return jose::payload_encoded(*one.header);
}

//= RFC7797#3
// If the JWS has multiple signatures and/or MACs, the "b64" Header Parameter value MUST be the same for all of them.
Result<bool> read_all_headers(std::vector<Examined>& all) {
  const bool encoded = TRY(read_headers(all.front()));
  for (auto& other : std::span(all).subspan(1)) ENSURE(TRY(read_headers(other)) == encoded, malformed_header, "b64");
  return encoded;
}

// The payload stands where the caller expects it, and in a form that the serialization can hold.
Result<void> check_place(const jose::JwsText& text, bool encoded, const std::optional<Detached>& detached) {
  const bool compact = text.serialization == jose::Serialization::compact;
  // A compact text has the place always.
  const bool present = text.payload && !(compact && detached && text.payload->empty());
  ENSURE(present != detached.has_value(), malformed, "payload");
  ENSURE(!present || encoded || !compact || jose::fits_compact(*text.payload), malformed, "payload");
  return {};
}

// From the header to the key.
Result<void> choose_key(Examined& one, KeysView keys, std::uint32_t algs) {
  one.said = TRY(jose::parse_header(*one.header, jose::kB64));
  auto joined = one.said;
  if (one.text.unprotected) TRY_VOID(jose::parse_unprotected(*one.text.unprotected->object(), joined));
  ENSURE(algs & jose::alg_bit(one.said.alg), alg_not_allowed, "alg");
  jose::KeyChoice choice(joined);
  for (const auto& key : keys.public_keys()) choice.consider(key.data());
  for (const auto& key : keys.secret_keys()) choice.consider(key.data());
  one.key = TRY(choice.chosen());
  return {};
}

Result<void> check_signature(const Examined& one, std::string_view written) {
  const auto signature = TRY(jose::of_part(base64url::decode(one.text.signature), "signature"));
  if (!one.text.signing_input.empty())
    return jose::verify_signature(*one.key, one.said.alg, one.text.signing_input, signature);
  std::string signing_input;
  signing_input.reserve(one.text.header.size() + 1 + written.size());
  ((signing_input += one.text.header) += '.') += written;
  return jose::verify_signature(*one.key, one.said.alg, signing_input, signature);
}

// Every verdict that costs little comes before any that costs a key's work. Under ALL the first refusal ends it.
Result<void> examine(std::vector<Examined>& all, std::string_view written, KeysView keys, Rule rule,
                     std::uint32_t algs) {
  for (auto& one : all) {
    one.verdict = choose_key(one, keys, algs);
    if (rule == Rule::ALL) TRY_VOID(one.verdict);
  }
  jose::Turns turns;
  for (auto& one : all) {
    if (one.verdict) one.verdict = turns.take(*one.key, "signatures");
    if (one.verdict) one.verdict = check_signature(one, written);
    if (rule == Rule::ALL) TRY_VOID(one.verdict);
  }
  if (std::ranges::any_of(all, [](const Examined& one) { return one.verdict.has_value(); })) return {};
  const auto came_furthest = std::ranges::find_if(all, [](const Examined& one) { return one.key != nullptr; });
  return came_furthest == all.end() ? all.front().verdict : came_furthest->verdict;
}

Signature proved(const Examined& one, std::size_t index) {
  Signature out{.index = index,
                .alg = one.said.alg,
                .kid = one.said.has_kid ? std::string(one.said.kid) : one.key->info.kid,
                .typ = std::string(one.said.typ),
                .header = std::string(text_of(one.header_octets)),
                .unprotected = {}};
  if (one.text.unprotected) out.unprotected = one.text.unprotected->text();
  return out;
}

}  // namespace

// The one maker of Verified.
struct Verified::Maker {
  static Result<Verified> verify(jose::JwsText text, KeysView keys, Rule rule, const Policy& policy,
                                 const std::optional<Detached>& detached) {
    std::vector<Examined> all;
    for (auto& signature : text.signatures) all.emplace_back().text = signature;
    const bool encoded = TRY(read_all_headers(all));
    TRY_VOID(check_place(text, encoded, detached));
    const std::string made = detached && encoded ? base64url::encode(detached->content) : std::string();
    const auto written = !detached ? *text.payload : encoded ? std::string_view(made) : text_of(detached->content);
    TRY_VOID(examine(all, written, keys, rule, jose::alg_bits(policy.algs)));
    Verified out;
    if (encoded && !detached) {
      out.payload_ = TRY(jose::of_part(base64url::decode(written), "payload"));
    } else {
      const auto octets = detached ? detached->content : bytes_of(written);
      out.payload_.assign(octets.begin(), octets.end());
    }
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].verdict) out.signatures_.push_back(proved(all[i], i));
    return out;
  }
};

Result<Verified> verify(std::string_view token, KeysView keys, const Policy& policy, std::optional<Detached> detached) {
  ENSURE(!detached || detached->content.size() <= policy.max_bytes, too_large, "payload");
  auto text = TRY(jose::read_compact(token, policy.max_bytes));
  if (detached) text.signatures.front().signing_input = {};  // the content is not in it
  return Verified::Maker::verify(std::move(text), keys, Rule::ALL, policy, detached);
}

Result<Verified> verify_json(std::string_view json, KeysView keys, Rule rule, const Policy& policy,
                             std::optional<Detached> detached) {
  ENSURE(json.size() <= policy.max_bytes, too_large, "token");
  ENSURE(!detached || detached->content.size() <= policy.max_bytes, too_large, "payload");
  json::Document document;
  return Verified::Maker::verify(TRY(jose::read_json(json, document)), keys, rule, policy, detached);
}

}  // namespace tessera::jws
