// Certificates, chains and DER: nothing crashes, what is read prints as it came, and only its own anchor vouches for a
// certificate.
#include <algorithm>

#include "fuzz.hpp"
#include "tessera/certificate.hpp"

using namespace tessera;

namespace {

constexpr std::chrono::sys_days kNow = std::chrono::year(2026) / 6 / 15;

void check(const Certificate& certificate) {
  const auto again = Certificate::parse(certificate.pem());
  HOLDS(again && again->der() == certificate.der() && again->thumbprint() == certificate.thumbprint());
  (void)certificate.subject();
  (void)certificate.issuer();
  HOLDS(!certificate.serial().empty());
  if (const auto key = certificate.public_key()) {
    const auto with = key->with_certificates({certificate});
    HOLDS(with);
    const auto read = PublicKey::parse(with->jwk());
    HOLDS(read && read->jwk() == with->jwk() && read->certificates().size() == 1);
  }
}

void check(const std::vector<Certificate>& chain) {
  std::ranges::for_each(chain, [](const Certificate& one) { check(one); });
  HOLDS(!verify_chain(chain, {}, kNow));
  if (const auto key = verify_chain(chain, chain, kNow)) HOLDS(key->info().use == KeyUse::sig);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  const auto der = bytes_of(text);
  if (const auto certificate = Certificate::parse_der(der)) check(*certificate);
  if (const auto chain = parse_certificates(text)) check(*chain);
  if (const auto chain = peek_x5c(text)) check(*chain);
  if (const auto key = PublicKey::parse_der(der)) {
    const auto again = PublicKey::parse_der(key->der());
    HOLDS(again && again->jwk() == key->jwk() && again->der() == key->der());
  }
  if (const auto key = PrivateKey::parse_der(der)) {
    const auto again = PrivateKey::parse_der(key->der().expose("printed to be parsed again"));
    HOLDS(again && again->thumbprint() == key->thumbprint());
    HOLDS(!PublicKey::parse_der(der));
  }
  return 0;
}
