#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "jose/jws_text.hpp"
#include "jose/signature.hpp"
#include "jose/verify.hpp"
#include "json/tokens.hpp"
#include "tessera/jws.hpp"

namespace tessera::jws {

namespace {

bool is_plain(Payload how) { return how == Payload::plain || how == Payload::plain_detached; }
bool is_detached(Payload how) { return how == Payload::base64url_detached || how == Payload::plain_detached; }

// The members of a JSON object's text go on where `out` stands, as they are written. Those that this library writes
// itself have their own place.
Result<void> write_more(std::string_view object_text, json::Writer& out) {
  constexpr std::string_view kOurs[] = {"alg", "kid", "typ", "cty", "b64", "crit"};
  ENSURE(object_text.size() <= kMaxHeaderText, too_large, "header");
  json::Document document;
  const auto object = TRY(jose::of_part(document.parse_object(object_text), "header"));
  const auto values = json::member_texts(object_text);
  std::size_t index = 0;
  for (const json::Member member : object) {
    ENSURE(std::ranges::find(kOurs, member.name) == std::end(kOurs), malformed_header, "header");
    out.key(member.name).raw(values[index++]);
  }
  return {};
}

Result<std::string> protected_header(const Signer& signer, Alg alg, Payload how) {
  const Header& header = signer.header();
  const std::string& kid = signer.data().info.kid;
  json::Writer out;
  out.begin_object().member("alg", alg_name(alg));
  if (!header.typ.empty()) out.member("typ", header.typ);
  if (!header.cty.empty()) out.member("cty", header.cty);
  if (!kid.empty()) out.member("kid", kid);
  if (!header.more.empty()) TRY_VOID(write_more(header.more, out));
  if (is_plain(how)) out.member("b64", false).member("crit", std::vector<std::string>{"b64"});
  out.end_object();
  ENSURE(valid_utf8(out.text()), bad_json, "header");
  return out.take();
}

// What we write, we read: what the caller wrote obeys the rules for what comes from outside.
Result<void> check_headers(std::string_view header, const std::string& unprotected) {
  ENSURE(unprotected.size() <= kMaxHeaderText, too_large, "header");
  json::Document document, beside;
  const auto object = TRY(jose::of_part(document.parse_object(header), "header"));
  auto parsed = TRY(jose::parse_header(object, jose::kB64));
  if (unprotected.empty()) return {};
  const auto unprotected_object = TRY(jose::of_part(beside.parse_object(unprotected), "header"));
  TRY_VOID(jose::check_names(object, unprotected_object));
  return jose::parse_unprotected(unprotected_object, parsed);
}

// header "." payload "." signature, where the payload stands as it is signed.
struct Signed {
  std::string text;
  std::size_t header_size;

  std::string_view header() const { return std::string_view(text).substr(0, header_size); }
  std::string_view signature() const { return std::string_view(text).substr(text.rfind('.') + 1); }
};

Result<Signed> sign_one(BytesView payload, const Signer& signer, Payload how) {
  const Alg alg = TRY(jose::signing_alg(signer.data(), signer.alg()));
  const std::string header = TRY(protected_header(signer, alg, how));
  if (!signer.header().more.empty() || !signer.header().unprotected.empty())
    TRY_VOID(check_headers(header, signer.header().unprotected));
  Signed out{.text = base64url::encode(header), .header_size = base64url::encoded_size(header.size())};
  out.text += '.';
  if (is_plain(how))
    out.text += text_of(payload);
  else
    base64url::append(out.text, payload);
  TRY_VOID(jose::sign_into(signer.data(), alg, out.text));
  return out;
}

// The member of both JSON serializations that all signatures share.
Result<void> write_payload(BytesView payload, Payload how, json::Writer& out) {
  ENSURE(payload.size() <= kMaxPayload, too_large, "payload");
  if (how == Payload::base64url) out.member("payload", base64url::encode(payload));
  if (how != Payload::plain) return {};
  // What is signed are the octets of the string, so they must be a string's.
  ENSURE(valid_utf8(text_of(payload)), bad_json, "payload");
  out.member("payload", text_of(payload));
  return {};
}

Result<void> write_signature(BytesView payload, const Signer& signer, Payload how, json::Writer& out) {
  const auto one = TRY(sign_one(payload, signer, how));
  out.member("protected", one.header());
  //= RFC7515#7.2.1
  // The "header" member MUST be present and contain the value JWS Unprotected Header when the JWS Unprotected Header
  // value is non-empty; otherwise, it MUST be absent.
  const auto unprotected = json::compact(signer.header().unprotected);
  if (!unprotected.empty() && unprotected != "{}") out.key("header").raw(unprotected);
  out.member("signature", one.signature());
  return {};
}

}  // namespace

const detail::KeyData& Signer::data() const {
  return std::visit([](const auto& key) -> const detail::KeyData& { return key.data(); }, key_);
}

Result<std::string> sign(BytesView payload, const Signer& signer, Payload how) {
  ENSURE(payload.size() <= kMaxPayload, too_large, "payload");
  ENSURE(signer.header().unprotected.empty(), malformed_header, "header");
  ENSURE(how != Payload::plain || jose::fits_compact(text_of(payload)), malformed, "payload");
  auto one = TRY(sign_one(payload, signer, how));
  if (!is_detached(how)) return std::move(one.text);
  return std::string(one.header()) + ".." + std::string(one.signature());
}

Result<std::string> sign_flattened(BytesView payload, const Signer& signer, Payload how) {
  json::Writer out;
  out.begin_object();
  TRY_VOID(write_payload(payload, how, out));
  TRY_VOID(write_signature(payload, signer, how, out));
  return out.end_object().take();
}

Result<std::string> sign_general(BytesView payload, std::span<const Signer> signers, Payload how) {
  ENSURE(!signers.empty(), no_keys, "signatures");
  ENSURE(signers.size() <= kMaxSignatures, too_large, "signatures");
  json::Writer out;
  out.begin_object();
  TRY_VOID(write_payload(payload, how, out));
  out.key("signatures").begin_array();
  for (const Signer& signer : signers) {
    out.begin_object();
    TRY_VOID(write_signature(payload, signer, how, out));
    out.end_object();
  }
  return out.end_array().end_object().take();
}

}  // namespace tessera::jws
