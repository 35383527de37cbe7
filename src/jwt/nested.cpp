#include "tessera/nested.hpp"

#include "base/try.hpp"
#include "jwt/media_type.hpp"

namespace tessera {

namespace {

Result<std::string> encrypt_signed(const Result<std::string>& token, const jwe::Recipient& to, Enc enc,
                                   jwe::Header envelope) {
  if (!token) return token;
  //= RFC7519#5.2
  // In the case that nested signing or encryption is employed, this Header Parameter MUST be present; in this case, the
  // value of this Header Parameter MUST be "JWT", to indicate that a Nested JWT is carried in this JWT.
  envelope.cty = "JWT";
  return jwe::encrypt(bytes_of(*token), to, enc, envelope);
}

}  // namespace

Result<std::string> sign_and_encrypt(const Draft& draft, const PrivateKey& signer, const jwe::Recipient& to, Enc enc,
                                     jwe::Header envelope) {
  return encrypt_signed(sign(draft, signer), to, enc, envelope);
}
Result<std::string> sign_and_encrypt(const Draft& draft, const SecretKey& signer, const jwe::Recipient& to, Enc enc,
                                     jwe::Header envelope) {
  return encrypt_signed(sign(draft, signer), to, enc, envelope);
}

Result<Claims> decrypt_and_verify(std::string_view token, const jwe::Keyring& keys, const jwe::Policy& envelope,
                                  const Verifier& verifier, sys_seconds now) {
  const auto opened = TRY(jwe::decrypt(token, keys, envelope));
  ENSURE(detail::same_media_type(opened.cty(), detail::prepared_media_type("JWT")), wrong_kind, "cty");
  return verifier.verify(opened.text(), now);
}

}  // namespace tessera
