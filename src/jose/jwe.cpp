#include "tessera/jwe.hpp"

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "base/wipe.hpp"
#include "crypto/encryption.hpp"
#include "jose/jwe_open.hpp"
#include "jose/key_management.hpp"
#include "zip/zip.hpp"

namespace tessera::jwe {

using detail::KeyData;

namespace {

constexpr std::size_t kMaxPlaintext = 16 << 20;

// ── encrypting ──────────────────────────────────────────────────────────────────────────────────────────────────────

// The algorithm for this recipient, if the key is for it.
Result<KeyAlg> alg_for(const Recipient& to, Enc enc) {
  const auto alg = to.alg();
  const KeyData& key = to.data();
  ENSURE(alg && key.admits(*alg) && key.may_encrypt(*alg), alg_key_mismatch, "alg");
  ENSURE(*alg != KeyAlg::dir || key.admits(enc), alg_key_mismatch, "enc");
  return *alg;
}

void write_common(json::Writer& json, Enc enc, const Header& header) {
  json.member("enc", enc_name(enc));
  if (header.zip == Zip::DEF) json.member("zip", "DEF");
  if (!header.typ.empty()) json.member("typ", header.typ);
  if (!header.cty.empty()) json.member("cty", header.cty);
}

void write_recipient(json::Writer& json, const Recipient& to, KeyAlg alg) {
  json.member("alg", key_alg_name(alg));
  if (!to.data().info.kid.empty()) json.member("kid", to.data().info.kid);
}

// A key for the content, and what carries it to one recipient: everything that a protected header can hold.
struct Addressed {
  std::string protected_header;  // encoded
  Secret content_key;
  Bytes encrypted_key;
};
Result<Addressed> address(const Recipient& to, Enc enc, const Header& header) {
  const KeyAlg alg = TRY(alg_for(to, enc));
  json::Writer json;
  json.begin_object();
  write_recipient(json, to, alg);
  write_common(json, enc, header);
  Addressed out;
  if (jose::settles_content_key(alg)) {
    out.content_key = TRY(jose::settle_content_key(to.data(), alg, enc, header, json));
  } else {
    out.content_key = jose::new_content_key(enc);
    out.encrypted_key = TRY(jose::wrap_content_key(to.data(), alg, out.content_key, header, json));
  }
  json.end_object();
  ENSURE(valid_utf8(json.text()), bad_json, "header");
  out.protected_header = base64url::encode(json.text());
  return out;
}

Result<crypto::Ciphertext> encrypt_content(BytesView plaintext, Enc enc, const Secret& key, const Header& header,
                                           std::string_view associated) {
  ENSURE(plaintext.size() <= kMaxPlaintext, too_large, "plaintext");
  if (header.zip == Zip::none) return crypto::encrypt(enc_row(enc).cipher, key, plaintext, bytes_of(associated));
  Bytes deflated = TRY(zip::deflate(zip::Format::deflate, plaintext));
  auto out = crypto::encrypt(enc_row(enc).cipher, key, deflated, bytes_of(associated));
  wipe(deflated.data(), deflated.size());
  return out;
}

void write_content(json::Writer& json, const crypto::Ciphertext& content, std::string_view aad) {
  if (!aad.empty()) json.member("aad", aad);
  json.member("iv", base64url::encode(content.iv)).member("ciphertext", base64url::encode(content.octets));
  json.member("tag", base64url::encode(content.tag));
}

}  // namespace

const KeyData& Recipient::data() const {
  return std::visit([](const auto& key) -> const KeyData& { return key.data(); }, key_);
}

const KeyInfo& Recipient::info() const { return data().info; }

std::optional<KeyAlg> Recipient::alg() const {
  if (alg_) return alg_;
  return info().enc ? std::optional(KeyAlg::dir) : info().key_alg;
}

Result<std::string> encrypt(BytesView plaintext, const Recipient& to, Enc enc, Header header) {
  const auto addressed = TRY(address(to, enc, header));
  const auto content = TRY(encrypt_content(plaintext, enc, addressed.content_key, header, addressed.protected_header));
  std::string token = addressed.protected_header;
  for (const BytesView part :
       {BytesView(addressed.encrypted_key), BytesView(content.iv), BytesView(content.octets), BytesView(content.tag)}) {
    token += '.';
    base64url::append(token, part);
  }
  return token;
}

Result<std::string> encrypt_flattened(BytesView plaintext, const Recipient& to, Enc enc, JsonOptions options) {
  const auto addressed = TRY(address(to, enc, options.header));
  const std::string aad = base64url::encode(options.aad);
  const auto content = TRY(encrypt_content(plaintext, enc, addressed.content_key, options.header,
                                           jose::associated_data(addressed.protected_header, aad)));
  json::Writer json;
  json.begin_object().member("protected", addressed.protected_header);
  if (!addressed.encrypted_key.empty()) json.member("encrypted_key", base64url::encode(addressed.encrypted_key));
  write_content(json, content, aad);
  return json.end_object().take();
}

Result<std::string> encrypt_general(BytesView plaintext, std::span<const Recipient> to, Enc enc, JsonOptions options) {
  ENSURE(!to.empty(), no_keys, "recipients");
  ENSURE(to.size() <= jose::kMaxRecipients, too_large, "recipients");
  json::Writer common, recipients;
  common.begin_object();
  write_common(common, enc, options.header);
  common.end_object();
  ENSURE(valid_utf8(common.text()), bad_json, "header");
  Secret content_key = jose::new_content_key(enc);
  recipients.begin_array();
  for (const Recipient& one : to) {
    const KeyAlg alg = TRY(alg_for(one, enc));
    recipients.begin_object().key("header").begin_object();
    write_recipient(recipients, one, alg);
    if (jose::settles_content_key(alg)) {
      ENSURE(to.size() == 1, alg_not_allowed, "alg");
      content_key = TRY(jose::settle_content_key(one.data(), alg, enc, options.header, recipients));
      recipients.end_object();
    } else {
      const Bytes wrapped = TRY(jose::wrap_content_key(one.data(), alg, content_key, options.header, recipients));
      recipients.end_object().member("encrypted_key", base64url::encode(wrapped));
    }
    recipients.end_object();
  }
  recipients.end_array();
  const std::string protected_header = base64url::encode(common.text()), aad = base64url::encode(options.aad);
  const auto content =
      TRY(encrypt_content(plaintext, enc, content_key, options.header, jose::associated_data(protected_header, aad)));
  json::Writer json;
  json.begin_object().member("protected", protected_header).key("recipients").raw(recipients.text());
  write_content(json, content, aad);
  return json.end_object().take();
}

}  // namespace tessera::jwe
