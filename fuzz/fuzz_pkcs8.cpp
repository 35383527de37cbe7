// Encrypted keys: no text asks for more work than is allowed, and what opens is a key that prints.
#include "crypto/pem.hpp"
#include "fuzz.hpp"
#include "tessera/keys.hpp"

using namespace tessera;

namespace {

// As many rounds as the fuzzer has time for; the limit of the library is a test of its own.
bool quick(BytesView der) {
  const std::string_view text = text_of(der);
  for (std::size_t at = text.find("\x02\x03"); at != std::string_view::npos; at = text.find("\x02\x03", at + 1))
    if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 2]) >= 1) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  const Secret password(std::string_view("password"));
  const auto blocks = crypto::read_pem(text, 1);
  const BytesView der = blocks ? blocks->front().der.expose("looked at for its rounds") : bytes_of(text);
  if (!quick(der)) return 0;
  const auto key = blocks ? PrivateKey::parse(text, password) : PrivateKey::parse_der(der, password);
  if (!key) return 0;
  const auto again = PrivateKey::parse(key->pem().expose_text("printed to be parsed again"));
  HOLDS(again && again->thumbprint() == key->thumbprint());
  HOLDS(!PublicKey::parse(text) && !PublicKey::parse_der(der));
  return 0;
}
