// A private key that lives elsewhere: in an HSM, a smart card, a cloud service, another process.
//
// It is a `PrivateKey` like any other, made of its public half and of functions that ask whoever keeps the other. What
// they answer is checked as far as the public key allows: a signature is verified before it leaves (Err::wrong_answer),
// an agreed secret must have its curve's length; an unwrapped key proves itself by what it opens.
// docs/external-keys.md says how to write them for PKCS#11 and for cloud services.
//
// The functions run on the thread that signs or decrypts, on several at once when several do; they must not throw. Time
// and retries are theirs. An Err::unavailable or Err::io of theirs is passed on; of the other errors only that it
// failed.
#pragma once

#include <functional>
#include <string_view>

#include "tessera/bytes.hpp"
#include "tessera/keys.hpp"
#include "tessera/result.hpp"
#include "tessera/secret.hpp"

namespace tessera {

// Leave out what the device does not do: asking for it is Err::unsupported.
struct ExternalKey {
  // The signature over `signing_input` as JOSE writes it: for ECDSA r and s side by side (see ecdsa_from_der).
  std::function<Result<Bytes>(Alg alg, BytesView signing_input)> sign{};
  // RSAES-OAEP: the octets inside `encrypted_key`.
  std::function<Result<Secret>(KeyAlg alg, BytesView encrypted_key)> unwrap{};
  // ECDH with `peer`, a key of the same curve: the x coordinate, at its full length (RFC 7518 section 4.6).
  std::function<Result<Secret>(const PublicKey& peer)> agree{};
};

// PrivateKey::jwk and pem of such a key print its public half: there is nothing else here.
// Errors: needs_openssl (ML-DSA: the answer could not be checked).
Result<PrivateKey> external_key(const PublicKey& key, ExternalKey functions);

// An ECDSA signature as most devices and services give it (DER, RFC 3279 section 2.2.3), as JOSE writes it. `type` is
// the key's. Errors: malformed, alg_key_mismatch (not one of the four curves of ECDSA).
Result<Bytes> ecdsa_from_der(KeyType type, BytesView der);

}  // namespace tessera
