#include "tessera/external_key.hpp"

#include "base/try.hpp"
#include "jose/key_data.hpp"

namespace tessera {

Result<PrivateKey> external_key(const PublicKey& key, ExternalKey functions) {
  ENSURE(key.data().pkey, needs_openssl, "alg");
  auto data = std::make_shared<detail::KeyData>(key.data());
  data->external = std::make_shared<const ExternalKey>(std::move(functions));
  // They say what the public half may do; what the other may, the functions say.
  data->operations.reset();
  return PrivateKey(std::move(data));
}

Result<Bytes> ecdsa_from_der(KeyType type, BytesView der) {
  ENSURE(type >= KeyType::P256 && type <= KeyType::secp256k1, alg_key_mismatch, "type");
  return crypto::joined_from_der(detail::pkey_type(type), der);
}

namespace detail {

namespace {

// What a device says of its own trouble is not told on, but for whether it can be reached.
bool is_down(Error error) { return error.code == Err::unavailable || error.code == Err::io; }
std::unexpected<Error> passed_on(Error error, Err otherwise = Err::unavailable) {
  return fail(is_down(error) ? error.code : otherwise, "external key");
}

}  // namespace

Result<Bytes> KeyData::sign(Alg alg, std::string_view input) const {
  ENSURE(pkey, needs_openssl, "alg");
  const auto& row = alg_row(alg);
  if (!external) return pkey->sign(row.scheme, row.hash, input);
  ENSURE(external->sign, unsupported, "sign");
  auto signature = external->sign(alg, bytes_of(input));
  if (!signature) return passed_on(signature.error());
  ENSURE(pkey->verify(row.scheme, row.hash, input, *signature), wrong_answer, "sign");
  return signature;
}

Result<Secret> KeyData::decrypt_oaep(KeyAlg alg, BytesView encrypted_key, Secret otherwise) const {
  if (!external) return pkey->decrypt_oaep(key_alg_row(alg).oaep, encrypted_key, std::move(otherwise));
  ENSURE(external->unwrap, unsupported, "unwrap");
  auto key = external->unwrap(alg, encrypted_key);
  if (!key && is_down(key.error())) return passed_on(key.error());
  return key && key->size() == otherwise.size() ? std::move(*key) : std::move(otherwise);
}

Result<Secret> KeyData::agree(const std::shared_ptr<const KeyData>& peer) const {
  if (!external) return pkey->agree(*peer->pkey);
  ENSURE(external->agree, unsupported, "agree");
  auto agreed = external->agree(PublicKey(peer));
  if (!agreed) return passed_on(agreed.error(), Err::decrypt_failed);
  ENSURE(agreed->size() == crypto::coordinate_size(pkey->type()), wrong_answer, "agree");
  //= RFC8037#3.2
  // The receiver MUST check whether the shared secret is the all-zero value.
  std::byte any{};
  for (const std::byte octet : agreed->expose("compared with zero")) any |= octet;
  ENSURE(any != std::byte{}, bad_key, "epk");
  return agreed;
}

}  // namespace detail

}  // namespace tessera
