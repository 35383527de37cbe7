// JWS in JSON: what is accepted, printed anew, is accepted again and says the same; what is signed verifies, and one
// flipped bit anywhere in it is refused, or says the same.
#include <string>

#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "json/json.hpp"
#include "tessera/jws.hpp"

using namespace tessera;

namespace {

const SecretKey& key(Alg alg) {
  const auto made = [](Alg of) {
    constexpr std::string_view kOctets = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    return *SecretKey::from_octets(bytes_of(kOctets), of, {.kid = std::string(alg_name(of))});
  };
  static const SecretKey first = made(Alg::HS256), second = made(Alg::HS512);
  return alg == Alg::HS256 ? first : second;
}

Result<jws::Verified> verify(std::string_view text, Rule rule, std::optional<jws::Detached> detached = {}) {
  static const std::vector<SecretKey> keys = {key(Alg::HS256), key(Alg::HS512)};
  static const jws::Policy policy{.algs = {Alg::HS256, Alg::HS512}};
  return jws::verify_json(text, {{}, keys}, rule, policy, detached);
}

bool same(const Result<jws::Verified>& one, const Result<jws::Verified>& other) {
  if (!one || !other || one->signatures().size() != other->signatures().size()) return false;
  for (std::size_t i = 0; i < one->signatures().size(); ++i)
    if (one->signatures()[i].index != other->signatures()[i].index ||
        one->signatures()[i].header != other->signatures()[i].header)
      return false;
  return text_of(one->payload()) == text_of(other->payload());
}

void check_as_text(std::string_view text) {
  const auto all = verify(text, Rule::ALL), any = verify(text, Rule::ANY);
  HOLDS(!all || same(all, any));
  if (!any) return;
  json::Document document;
  const std::string again = document.parse(text)->text();
  HOLDS(same(any, verify(again, Rule::ANY)));
  HOLDS(all.has_value() == verify(again, Rule::ALL).has_value());
}

void check_as_payload(std::string_view payload, std::size_t place, int bit) {
  const jws::Signer signers[] = {key(Alg::HS256), key(Alg::HS512)};
  const auto detached = jws::sign_general(bytes_of(payload), signers, jws::Payload::plain_detached);
  HOLDS(detached && verify(*detached, Rule::ALL, jws::Detached{bytes_of(payload)}));
  for (const auto how : {jws::Payload::base64url, jws::Payload::plain}) {
    const auto text = jws::sign_general(bytes_of(payload), signers, how);
    HOLDS(text.has_value() == (how == jws::Payload::base64url || valid_utf8(payload)));
    if (!text) continue;
    const auto verified = verify(*text, Rule::ALL);
    HOLDS(verified && text_of(verified->payload()) == payload && verified->signatures().size() == 2);
    std::string flipped = *text;
    flipped[place % flipped.size()] = static_cast<char>(flipped[place % flipped.size()] ^ (1 << bit));
    // In a plain payload "\u000f" and "\u000F" are one octet: another text, the same message.
    const auto other = verify(flipped, Rule::ALL);
    HOLDS(!other || (how == jws::Payload::plain && same(other, verified)));
  }
}

// Whatever header is signed, is read.
void check_as_header(std::string_view header) {
  const std::string text(header);
  for (const auto& parts : {jws::Header{.more = text}, jws::Header{.unprotected = text}})
    if (const auto made = jws::sign_flattened({}, {key(Alg::HS256), parts})) HOLDS(verify(*made, Rule::ALL));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto text = as_text(data, size);
  check_as_text(text);
  if (size >= 3) check_as_payload(text, static_cast<std::size_t>(data[0]) << 8 | data[1], data[size - 1] & 7);
  check_as_header(text);
  return 0;
}
