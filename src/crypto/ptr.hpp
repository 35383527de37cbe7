// Owning pointers for OpenSSL's types. Only crypto/'s sources include this.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/decoder.h>
#include <openssl/ecdsa.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <memory>

namespace tessera::crypto {

template <class T>
struct Free;
#define TESSERA_FREE(Type, function)                \
  template <>                                       \
  struct Free<Type> {                               \
    void operator()(Type* p) const { function(p); } \
  }
TESSERA_FREE(EVP_PKEY, EVP_PKEY_free);
TESSERA_FREE(EVP_PKEY_CTX, EVP_PKEY_CTX_free);
TESSERA_FREE(EVP_MD_CTX, EVP_MD_CTX_free);
TESSERA_FREE(EVP_MAC_CTX, EVP_MAC_CTX_free);
TESSERA_FREE(EVP_KDF_CTX, EVP_KDF_CTX_free);
TESSERA_FREE(EVP_KDF, EVP_KDF_free);
TESSERA_FREE(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free);
TESSERA_FREE(BIO, BIO_free_all);
TESSERA_FREE(BIGNUM, BN_clear_free);
TESSERA_FREE(BN_CTX, BN_CTX_free);
TESSERA_FREE(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free);
TESSERA_FREE(OSSL_PARAM, OSSL_PARAM_free);
TESSERA_FREE(OSSL_DECODER_CTX, OSSL_DECODER_CTX_free);
TESSERA_FREE(OSSL_ENCODER_CTX, OSSL_ENCODER_CTX_free);
TESSERA_FREE(ECDSA_SIG, ECDSA_SIG_free);
TESSERA_FREE(X509, X509_free);
TESSERA_FREE(X509_NAME, X509_NAME_free);
TESSERA_FREE(X509_PUBKEY, X509_PUBKEY_free);
TESSERA_FREE(X509_SIG, X509_SIG_free);
TESSERA_FREE(X509_STORE, X509_STORE_free);
TESSERA_FREE(X509_STORE_CTX, X509_STORE_CTX_free);
TESSERA_FREE(X509_EXTENSION, X509_EXTENSION_free);
TESSERA_FREE(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
TESSERA_FREE(PBE2PARAM, PBE2PARAM_free);
TESSERA_FREE(PBKDF2PARAM, PBKDF2PARAM_free);
TESSERA_FREE(SCRYPT_PARAMS, SCRYPT_PARAMS_free);
#undef TESSERA_FREE

template <class T>
using Ptr = std::unique_ptr<T, Free<T>>;

// Leaves OpenSSL's error queue of this thread as it was found: what we refuse must not look to the caller's TLS like a
// failure of its own.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { ERR_pop_to_mark(); }
};

}  // namespace tessera::crypto
