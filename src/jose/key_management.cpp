#include "jose/key_management.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/try.hpp"
#include "crypto/crypto.hpp"

namespace tessera::jose {

using detail::KeyData;

namespace {

constexpr std::size_t kMinSalt = 8, kNewSalt = 16, kMaxSalt = 1024;
constexpr std::uint32_t kMaxRounds = 10'000'000, kMinRounds = 1'000;

const Secret& octets_of(const KeyData& key) { return key.mac->octets(); }

crypto::Cipher gcm_of(std::size_t key_size) {
  return key_size == 16 ? crypto::Cipher::A128GCM : key_size == 24 ? crypto::Cipher::A192GCM : crypto::Cipher::A256GCM;
}

Secret random_secret(std::size_t size) {
  Secret out = Secret::of_size(size);
  crypto::random(out.writable());
  return out;
}

void append_number(Bytes& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(number >> shift));
}
void append_with_length(Bytes& out, BytesView octets) {
  append_number(out, octets.size());
  out.insert(out.end(), octets.begin(), octets.end());
}

//= RFC7518#4.6.2
// AlgorithmID, PartyUInfo, PartyVInfo, SuppPubInfo: the keydatalen in bits.
Secret derived_key(const Secret& agreed, std::string_view algorithm, BytesView apu, BytesView apv, std::size_t size) {
  Bytes info;
  append_with_length(info, bytes_of(algorithm));
  append_with_length(info, apu);
  append_with_length(info, apv);
  append_number(info, size * 8);
  return crypto::concat_kdf(agreed, info, size);
}

// The key that an agreement ends in: the content's own, or the one that wraps it.
Secret agreed_key(const Secret& agreed, KeyAlg alg, Enc enc, BytesView apu, BytesView apv) {
  const auto& row = key_alg_row(alg);
  //= RFC7518#4.6.2
  // In the Direct Key Agreement case, Data is set to the octets of the ASCII representation of the "enc" Header
  // Parameter value. In the Key Agreement with Key Wrapping case, of the "alg" (algorithm) Header Parameter value.
  return row.management == Management::agree ? derived_key(agreed, enc_name(enc), apu, apv, key_size(enc))
                                             : derived_key(agreed, row.name, apu, apv, row.wrapping_size);
}

//= RFC7518#4.6.2
// The "apu" and "apv" values MUST be distinct, when used.
Result<void> check_distinct(BytesView apu, BytesView apv) {
  ENSURE(apu.empty() || !std::ranges::equal(apu, apv), malformed_header, "apv");
  return {};
}

Result<Secret> agree_with_recipient(const KeyData& key, KeyAlg alg, Enc enc, const jwe::Header& given,
                                    json::Writer& header) {
  TRY_VOID(check_distinct(given.apu, given.apv));
  const auto agreement = TRY(key.pkey->agree_with_ephemeral());
  header.key("epk").begin_object();
  detail::write_curve(header, key.type, agreement.ephemeral);
  header.end_object();
  if (!given.apu.empty()) header.member("apu", base64url::encode(given.apu));
  if (!given.apv.empty()) header.member("apv", base64url::encode(given.apv));
  return agreed_key(agreement.agreed, alg, enc, given.apu, given.apv);
}

//= RFC7518#4.8.1.1
// The salt value used is (UTF8(Alg) || 0x00 || Salt Input).
Secret password_key(const KeyData& key, KeyAlg alg, BytesView salt_input, std::uint32_t rounds) {
  const auto& row = key_alg_row(alg);
  const auto name = bytes_of(row.name);
  Bytes salt(name.begin(), name.end());
  salt.push_back(std::byte{0});
  salt.insert(salt.end(), salt_input.begin(), salt_input.end());
  return crypto::pbkdf2(row.hash, octets_of(key), salt, rounds, row.wrapping_size);
}

Result<Bytes> decoded(std::optional<std::string_view> encoded, const char* name) {
  ENSURE(encoded, malformed_header, name);
  auto octets = base64url::decode(*encoded);
  ENSURE(octets, bad_base64, name);
  return std::move(*octets);
}

// ── the recipient's side ────────────────────────────────────────────────────────────────────────────────────────────

// Octets of the encrypted key that these algorithms give.
std::size_t encrypted_size(const KeyData& key, const JweHeader& header) {
  switch (key_alg_row(header.alg).management) {
    //= RFC7516#5.2
    // If Direct Key Agreement or Direct Encryption are employed, verify that the JWE Encrypted Key value is an empty
    // octet sequence.
    case Management::direct:
    case Management::agree: return 0;
    case Management::gcm_wrap: return key_size(header.enc);
    case Management::oaep: return (key.pkey->bits() + 7) / 8;
    case Management::wrap:
    case Management::agree_wrap:
    case Management::password: break;
  }
  return key_size(header.enc) + 8;
}

// A random key is drawn before anything is tried, so that a key that unwraps and one that does not take the same way.
Secret unwrap_with(const Secret& kek, Enc enc, BytesView encrypted_key) {
  return crypto::unwrap_key(kek, encrypted_key, random_secret(key_size(enc)));
}

Result<Secret> unwrap_gcm(const KeyData& key, const JweHeader& header, BytesView encrypted_key) {
  const crypto::Cipher cipher = gcm_of(key_alg_row(header.alg).wrapping_size);
  const Bytes iv = TRY(decoded(header.iv, "iv")), tag = TRY(decoded(header.tag, "tag"));
  ENSURE(iv.size() == crypto::iv_size(cipher), malformed_jwe, "iv");
  ENSURE(tag.size() == crypto::tag_size(cipher), malformed_jwe, "tag");
  return crypto::unwrap_key(cipher, octets_of(key), {iv, encrypted_key, tag}, random_secret(key_size(header.enc)));
}

Result<Secret> unwrap_rsa(const KeyData& key, const JweHeader& header, BytesView encrypted_key) {
  return key.decrypt_oaep(header.alg, encrypted_key, random_secret(key_size(header.enc)));
}

Result<Secret> agree_with_sender(const KeyData& key, const JweHeader& header) {
  ENSURE(header.epk, malformed_header, "epk");
  ENSURE(!detail::has_private_members(*header.epk), bad_key, "epk");
  const auto epk = detail::key_from_jwk(*header.epk, detail::Chain::passed_over);
  ENSURE(epk && (*epk)->type == key.type, bad_key, "epk");
  const Bytes apu = TRY(decoded(header.apu, "apu")), apv = TRY(decoded(header.apv, "apv"));
  TRY_VOID(check_distinct(apu, apv));
  const Secret agreed = TRY(key.agree(*epk));
  return agreed_key(agreed, header.alg, header.enc, apu, apv);
}

Result<Secret> stretch_password(const KeyData& key, const JweHeader& header,
                                const std::optional<jwe::PasswordRounds>& passwords) {
  INVARIANT(passwords, "check_allowed refuses a password that the policy has no rounds for");
  ENSURE(header.p2c, malformed_header, "p2c");
  ENSURE(*header.p2c >= passwords->min && *header.p2c <= passwords->max, p2c_limit, "p2c");
  const Bytes salt = TRY(decoded(header.p2s, "p2s"));
  //= RFC7518#4.8.1.1
  // A Salt Input value containing 8 or more octets MUST be used.
  ENSURE(salt.size() >= kMinSalt && salt.size() <= kMaxSalt, malformed_header, "p2s");
  return password_key(key, header.alg, salt, static_cast<std::uint32_t>(*header.p2c));
}

}  // namespace

bool settles_content_key(KeyAlg alg) {
  const auto management = key_alg_row(alg).management;
  return management == Management::direct || management == Management::agree;
}

Secret new_content_key(Enc enc) { return random_secret(key_size(enc)); }

Result<Secret> settle_content_key(const KeyData& key, KeyAlg alg, Enc enc, const jwe::Header& given,
                                  json::Writer& header) {
  if (key_alg_row(alg).management == Management::agree) return agree_with_recipient(key, alg, enc, given, header);
  return Secret(octets_of(key).expose("the content encryption key of dir"));
}

Result<Bytes> wrap_content_key(const KeyData& key, KeyAlg alg, const Secret& content_key, const jwe::Header& given,
                               json::Writer& header) {
  const auto& row = key_alg_row(alg);
  switch (row.management) {
    case Management::wrap: return crypto::wrap_key(octets_of(key), content_key);
    case Management::gcm_wrap: {
      auto wrapped = crypto::encrypt(gcm_of(row.wrapping_size), octets_of(key),
                                     content_key.expose("wrapped for the recipient"), {});
      header.member("iv", base64url::encode(wrapped.iv)).member("tag", base64url::encode(wrapped.tag));
      return std::move(wrapped.octets);
    }
    case Management::oaep: return key.pkey->encrypt_oaep(row.oaep, content_key);
    case Management::agree_wrap: {
      const Secret kek = TRY(agree_with_recipient(key, alg, {}, given, header));
      return crypto::wrap_key(kek, content_key);
    }
    case Management::password: {
      ENSURE(given.p2c >= kMinRounds && given.p2c <= kMaxRounds, bad_policy, "p2c");
      const auto salt = crypto::random<kNewSalt>();
      header.member("p2s", base64url::encode(salt)).member("p2c", given.p2c);
      return crypto::wrap_key(password_key(key, alg, salt, given.p2c), content_key);
    }
    case Management::direct:
    case Management::agree: break;
  }
  INVARIANT(false, "asked for an algorithm that settles the content's key");
}

Result<Secret> unwrap_content_key(const KeyData& key, const JweHeader& header, BytesView encrypted_key,
                                  const std::optional<jwe::PasswordRounds>& passwords) {
  ENSURE(encrypted_key.size() == encrypted_size(key, header), malformed_jwe, "encrypted_key");
  switch (key_alg_row(header.alg).management) {
    case Management::direct: return Secret(octets_of(key).expose("the content encryption key of dir"));
    case Management::wrap: return unwrap_with(octets_of(key), header.enc, encrypted_key);
    case Management::gcm_wrap: return unwrap_gcm(key, header, encrypted_key);
    case Management::oaep: return unwrap_rsa(key, header, encrypted_key);
    case Management::agree: return agree_with_sender(key, header);
    case Management::agree_wrap: {
      const Secret kek = TRY(agree_with_sender(key, header));
      return unwrap_with(kek, header.enc, encrypted_key);
    }
    case Management::password: {
      const Secret kek = TRY(stretch_password(key, header, passwords));
      return unwrap_with(kek, header.enc, encrypted_key);
    }
  }
  INVARIANT(false, "a key management algorithm without a case");
}

}  // namespace tessera::jose
